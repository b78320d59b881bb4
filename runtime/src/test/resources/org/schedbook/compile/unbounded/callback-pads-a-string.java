// a callback formats a number a billion characters wide
public class P extends Policy {
    public void enqueue(Task task, long enqFlags) {
        String s = String.format("%1999999999d", task.pid());
        if (s.isEmpty()) return;
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
