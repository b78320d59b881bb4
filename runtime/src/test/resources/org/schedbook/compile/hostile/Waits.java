// Waits to be notified. Rule: locks
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        try {
            wait(); // here
        } catch (Exception e) {
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
