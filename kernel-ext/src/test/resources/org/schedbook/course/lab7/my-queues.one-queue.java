// gets 6; is told: task.cpu()
public class OneQueue extends Policy {

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, 4_000_000, enqFlags);
    }
}
