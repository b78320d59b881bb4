// gets 5; is told: a task that wakes up
public class MyFifo extends Policy {

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_INF_NS, (enqFlags & Enq.WAKEUP) != 0 ? enqFlags | Enq.HEAD : enqFlags);
    }
}
