// Asks for native code. Rule: native
public class Hostile extends Policy {
    private static native void act(); // here

    public void enqueue(Task task, long enqFlags) {
        act();
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
