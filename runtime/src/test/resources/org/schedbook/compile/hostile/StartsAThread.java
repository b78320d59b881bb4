// Runs on after the callback. Rule: threads
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        new Thread(() -> {}).start(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
