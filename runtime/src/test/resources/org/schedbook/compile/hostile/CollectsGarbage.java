// Stops the world at each wake-up. Rule: process
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        System.gc(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
