// Makes objects of bytes. Rule: io
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        try {
            new java.io.ObjectInputStream(null).readObject(); // here
        } catch (Exception e) {
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
