// Hands work to the common pool. Rule: threads
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        java.util.concurrent.CompletableFuture.runAsync(() -> {}); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
