// gets 0; is told: round robin of lab 2
public class MyTwin extends Policy {

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_INF_NS, enqFlags);
    }
}
