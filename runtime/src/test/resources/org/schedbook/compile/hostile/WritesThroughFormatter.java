// Truncates a file with a class of java.util. Rule: io
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        try {
            new Formatter("/tmp/was-here").close(); // here
        } catch (Exception e) {
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
