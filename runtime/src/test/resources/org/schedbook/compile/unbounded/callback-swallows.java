// a callback goes on whatever it is told
public class P extends Policy {
    int n;
    public void enqueue(Task task, long enqFlags) {
        while (task != null) try { n = n / (n - n); } catch (Throwable t) { n++; }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
