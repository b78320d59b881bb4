// gets 2; is told: inserted at the head
public class MyFifo extends Policy {

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_INF_NS, enqFlags | Enq.HEAD);
    }
}
