// what a callback throws never says what it is
public class P extends Policy {
    static class E extends RuntimeException {
        public String toString() { for (;;) {} }
    }
    public void enqueue(Task task, long enqFlags) {
        if (task != null) throw new E();
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
