// Makes threads of its own. Rule: threads
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        java.util.concurrent.Executors.newCachedThreadPool(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
