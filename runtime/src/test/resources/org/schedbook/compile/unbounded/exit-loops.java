// the last callback does not return
public class P extends Policy {
    public void exit(ExitInfo info) { for (long i = 0; i >= 0; i = i == 5 ? 0 : i + 1) {} }
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
