// Runs on after the callback, cheaply. Rule: threads
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        Thread.startVirtualThread(() -> {}); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
