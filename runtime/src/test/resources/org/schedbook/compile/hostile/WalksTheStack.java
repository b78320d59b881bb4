// Looks who called. Rule: reflection
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        var walker = StackWalker.getInstance(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
