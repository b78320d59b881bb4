// Calls by method handle. Rule: native
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        var lookup = java.lang.invoke.MethodHandles.lookup(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
