// gets 0; is told: which slice has no end
public class MyFifo extends Policy {

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, 2_000_000, enqFlags);
    }
}
