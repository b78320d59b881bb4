// Takes a lock that another holds. Rule: locks
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        synchronized (Policy.class) { // here
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
