// Has the JVM keep a lambda in a form that can be sent. Rule: io
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        Runnable r = (Runnable & java.io.Serializable) () -> {}; // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
