// Calls the operating system through Schedbook. Rule: api
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        var posix = org.schedbook.posix.Posix.class; // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
