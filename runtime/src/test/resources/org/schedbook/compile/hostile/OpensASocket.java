// Connects to a server. Rule: io
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        try {
            new java.net.Socket("localhost", 80).close(); // here
        } catch (Exception e) {
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
