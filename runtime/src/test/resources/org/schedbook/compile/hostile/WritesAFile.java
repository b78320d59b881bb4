// Leaves a file behind. Rule: io
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        try {
            new java.io.FileWriter("/tmp/was-here").close(); // here
        } catch (Exception e) {
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
