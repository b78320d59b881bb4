// Waits for what never comes. Rule: locks
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        try {
            new java.util.concurrent.CountDownLatch(1).await(); // here
        } catch (Exception e) {
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
