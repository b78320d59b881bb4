// Takes all memory in two dimensions. Rule: arrays
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        long[][] all = new long[50_000][50_000]; // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
