// Calls a C function through the foreign function interface. Rule: native
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        var linker = java.lang.foreign.Linker.nativeLinker(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
