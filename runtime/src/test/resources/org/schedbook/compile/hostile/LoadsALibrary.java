// Loads native code. Rule: native
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        System.load("/tmp/evil.so"); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
