// Ends the process in a default method of a nested interface. Rule: process
public class Hostile extends Policy {
    interface Quiet {
        default void now() {
            Runtime.getRuntime().exit(0); // here
        }
    }

    public void enqueue(Task task, long enqFlags) {
        new Quiet() {}.now();
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
