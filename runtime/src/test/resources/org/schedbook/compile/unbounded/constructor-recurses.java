// the constructor makes another of itself
public class P extends Policy {
    P p = new P();
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
