// a class of its own whose initialiser fails, in the first callback
public class P extends Policy {
    static class Q {
        static final int N = List.of(1).get(7);
    }
    public void enqueue(Task task, long enqFlags) {
        if (Q.N == 1) return;
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
