// a callback wants one array of all memory
public class P extends Policy {
    public void enqueue(Task task, long enqFlags) {
        int n = 1 << 16;
        while (n > 0) { long[] a = new long[n]; n = a.length * 2; }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
