// a callback calls itself, whatever comes of it
public class P extends Policy {
    void f(int n) {
        try { f(n + 1); } catch (Throwable t) { f(n - 1); }
    }
    public void enqueue(Task task, long enqFlags) {
        f(0);
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
