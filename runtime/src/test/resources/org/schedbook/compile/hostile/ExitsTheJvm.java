// Ends the process from a callback. Rule: process
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        System.exit(1); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
