// what a callback throws, throws when asked what it is
public class P extends Policy {
    static class E extends RuntimeException {
        public String toString() { throw new Error("again"); }
        public String getMessage() { throw new Error("again"); }
    }
    public void enqueue(Task task, long enqFlags) {
        if (task != null) throw new E();
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
