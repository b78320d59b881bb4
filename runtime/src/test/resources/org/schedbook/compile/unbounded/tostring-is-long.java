// what a callback throws says it in a gigabyte
public class P extends Policy {
    static class E extends RuntimeException {
        public String toString() { return "x".repeat(1_000_000_000); }
    }
    public void enqueue(Task task, long enqFlags) {
        if (task != null) throw new E();
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
