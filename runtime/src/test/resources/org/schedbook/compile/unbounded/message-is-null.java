// what a callback throws has no message and no name
public class P extends Policy {
    static class E extends IllegalStateException {
        E() { super((String) null); }
        public String getMessage() { return null; }
    }
    public void enqueue(Task task, long enqFlags) {
        if (task != null) throw new E();
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
