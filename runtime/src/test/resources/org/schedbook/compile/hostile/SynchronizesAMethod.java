// Takes a lock in each callback. Rule: locks
public class Hostile extends Policy {
    private synchronized void touch() {} // here

    public void enqueue(Task task, long enqFlags) {
        touch();
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
