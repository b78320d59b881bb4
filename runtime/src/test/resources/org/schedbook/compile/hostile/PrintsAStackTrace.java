// Prints through an exception of the allow-list. Rule: io
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        new IllegalStateException().printStackTrace(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
