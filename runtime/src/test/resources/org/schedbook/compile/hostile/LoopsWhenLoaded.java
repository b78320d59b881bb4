// Never finishes loading. Rule: static-loops
public class Hostile extends Policy {
    private static int n;

    static {
        while (n >= 0) { // here
            n++;
            n--;
        }
    }

    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
