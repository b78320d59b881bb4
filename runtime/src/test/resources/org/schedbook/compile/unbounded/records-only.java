// no policy at all
record A(int i) {}
interface B {}
