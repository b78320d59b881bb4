// the first value of a task's storage is never there
public class P extends Policy {
    TaskStorage<Integer> s = taskStorage(() -> { int i = 0; while (i >= 0) i = (i + 1) & 7; return i; });
    public void enqueue(Task task, long enqFlags) {
        s.get(task);
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
