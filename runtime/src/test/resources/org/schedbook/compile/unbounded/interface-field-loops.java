// the field of an interface never has a value
public class P extends Policy {
    interface I {
        int N = Collections.frequency(Collections.nCopies(Integer.MAX_VALUE, "a"), "b") + Collections.frequency(Collections.nCopies(Integer.MAX_VALUE, "a"), "b");
    }
    int n = I.N;
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
