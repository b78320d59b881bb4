// what init throws never says what it is
public class P extends Policy {
    static class E extends RuntimeException {
        public String toString() { for (;;) {} }
    }
    public void init() {
        if (topology() != null) throw new E();
    }
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
