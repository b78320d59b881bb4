// Writes to raw memory. Rule: native
public class Hostile extends Policy {
    private sun.misc.Unsafe unsafe; // here

    public void enqueue(Task task, long enqFlags) {
        unsafe.putAddress(0, 0);
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
