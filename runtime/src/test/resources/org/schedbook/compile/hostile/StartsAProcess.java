// Starts a shell. Rule: process
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        try {
            new ProcessBuilder("sh").start(); // here
        } catch (Exception e) {
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
