// a callback repeats a string without end
public class P extends Policy {
    String s = "x";
    public void enqueue(Task task, long enqFlags) {
        s = s.repeat(1000);
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
