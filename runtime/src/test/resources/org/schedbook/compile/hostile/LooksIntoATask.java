// Calls what the API does not show of a task. Rule: reflection
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        var methods = task.getClass().getMethods(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
