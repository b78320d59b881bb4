// Hands the kernel a task that there is not. Rule: api
public class Hostile extends Policy {
    abstract static class Fake extends Task {} // here

    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
