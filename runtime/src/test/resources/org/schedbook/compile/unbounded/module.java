// a module instead of a class
module x {}
