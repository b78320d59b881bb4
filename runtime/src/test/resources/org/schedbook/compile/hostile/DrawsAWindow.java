// Opens a window. Rule: unlisted
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        new java.awt.Frame(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
