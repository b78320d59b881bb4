// Holds the scheduler up. Rule: threads
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        try {
            Thread.sleep(1000); // here
        } catch (Exception e) {
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
