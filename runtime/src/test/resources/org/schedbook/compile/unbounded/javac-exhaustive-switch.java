// javac: whether a switch over a record of many sealed components is exhaustive
public class P extends Policy {
    sealed interface S permits A, B {}
    record A() implements S {}
    record B() implements S {}
    record R(S s0, S s1, S s2, S s3, S s4, S s5, S s6, S s7, S s8, S s9, S s10, S s11, S s12, S s13) {}
    int f(R r) {
        return switch (r) {
            case R(A a0, S s1, S s2, S s3, S s4, S s5, S s6, S s7, S s8, S s9, S s10, S s11, S s12, S s13) -> 0;
            case R(S s0, A a1, S s2, S s3, S s4, S s5, S s6, S s7, S s8, S s9, S s10, S s11, S s12, S s13) -> 1;
            case R(S s0, S s1, A a2, S s3, S s4, S s5, S s6, S s7, S s8, S s9, S s10, S s11, S s12, S s13) -> 2;
            case R(S s0, S s1, S s2, A a3, S s4, S s5, S s6, S s7, S s8, S s9, S s10, S s11, S s12, S s13) -> 3;
            case R(S s0, S s1, S s2, S s3, A a4, S s5, S s6, S s7, S s8, S s9, S s10, S s11, S s12, S s13) -> 4;
            case R(S s0, S s1, S s2, S s3, S s4, A a5, S s6, S s7, S s8, S s9, S s10, S s11, S s12, S s13) -> 5;
            case R(S s0, S s1, S s2, S s3, S s4, S s5, A a6, S s7, S s8, S s9, S s10, S s11, S s12, S s13) -> 6;
            case R(S s0, S s1, S s2, S s3, S s4, S s5, S s6, A a7, S s8, S s9, S s10, S s11, S s12, S s13) -> 7;
            case R(S s0, S s1, S s2, S s3, S s4, S s5, S s6, S s7, A a8, S s9, S s10, S s11, S s12, S s13) -> 8;
            case R(S s0, S s1, S s2, S s3, S s4, S s5, S s6, S s7, S s8, A a9, S s10, S s11, S s12, S s13) -> 9;
            case R(S s0, S s1, S s2, S s3, S s4, S s5, S s6, S s7, S s8, S s9, A a10, S s11, S s12, S s13) -> 10;
            case R(S s0, S s1, S s2, S s3, S s4, S s5, S s6, S s7, S s8, S s9, S s10, A a11, S s12, S s13) -> 11;
            case R(S s0, S s1, S s2, S s3, S s4, S s5, S s6, S s7, S s8, S s9, S s10, S s11, A a12, S s13) -> 12;
            case R(S s0, S s1, S s2, S s3, S s4, S s5, S s6, S s7, S s8, S s9, S s10, S s11, S s12, A a13) -> 13;
            case R(B b0, B b1, B b2, B b3, B b4, B b5, B b6, B b7, B b8, B b9, B b10, B b11, B b12, B b13) -> 99;
        };
    }
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
