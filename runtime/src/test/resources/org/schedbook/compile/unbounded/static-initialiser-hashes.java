// a static initialiser hashes what is nested without end
public class P extends Policy {
    record R(Object a, Object b) {}
    static final int H = nest(40).hashCode();
    static Object nest(int n) { return n == 0 ? "" : twice(nest(n - 1)); }
    static Object twice(Object o) { return new R(o, o); }
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
