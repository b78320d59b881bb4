// Holds the scheduler up with a type that is allowed in part. Rule: threads
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        try {
            java.util.concurrent.TimeUnit.SECONDS.sleep(1); // here
        } catch (Exception e) {
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
