// Ends the process without shutdown hooks. Rule: process
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        Runtime.getRuntime().halt(1); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
