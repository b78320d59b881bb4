// Prints through an exception of its own. Rule: io
public class Hostile extends Policy {
    static class Oops extends RuntimeException {}

    public void enqueue(Task task, long enqFlags) {
        new Oops().printStackTrace(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
