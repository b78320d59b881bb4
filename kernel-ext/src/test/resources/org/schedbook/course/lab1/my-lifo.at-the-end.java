// gets 0; is told: Enq.HEAD
public class MyLifo extends Policy {

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_INF_NS, enqFlags);
    }
}
