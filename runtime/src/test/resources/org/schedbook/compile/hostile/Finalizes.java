// Has the garbage collector run its code. Rule: finalizers
public class Hostile extends Policy {
    static class Trap {
        protected void finalize() {} // here
    }

    public void enqueue(Task task, long enqFlags) {
        new Trap();
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
