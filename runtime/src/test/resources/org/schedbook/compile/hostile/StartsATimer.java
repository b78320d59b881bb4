// Starts a thread with a class of java.util. Rule: threads
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        new Timer(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
