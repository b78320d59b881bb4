// Takes a lock of java.util.concurrent. Rule: locks
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        new java.util.concurrent.locks.ReentrantLock().lock(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
