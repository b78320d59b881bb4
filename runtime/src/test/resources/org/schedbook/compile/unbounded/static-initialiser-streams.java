// a static initialiser asks an endless stream for its length
public class P extends Policy {
    static final long N = java.util.stream.Stream.iterate(1, i -> i).filter(i -> i < 0).count();
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
