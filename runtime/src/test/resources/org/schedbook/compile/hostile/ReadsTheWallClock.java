// Takes the time of day. Rule: clock
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        var now = java.time.Instant.now(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
