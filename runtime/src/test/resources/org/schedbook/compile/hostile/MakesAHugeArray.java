// Takes all memory in one go. Rule: arrays
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        long[] all = new long[Integer.MAX_VALUE - 8]; // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
