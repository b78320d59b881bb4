// gets 0; is told: which slice has no end
public class MyLifo extends Policy {

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags | Enq.HEAD);
    }
}
