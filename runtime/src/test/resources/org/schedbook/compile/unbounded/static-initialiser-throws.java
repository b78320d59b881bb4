// a static initialiser throws
public class P extends Policy {
    static final int N = List.of(1).get(7);
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
