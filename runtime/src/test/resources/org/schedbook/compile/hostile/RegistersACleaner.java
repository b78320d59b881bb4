// Has a thread of the JVM run its code. Rule: finalizers
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        java.lang.ref.Cleaner.create(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
