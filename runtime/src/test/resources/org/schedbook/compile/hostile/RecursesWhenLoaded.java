// Calls itself without end when it is loaded. Rule: static-loops
public class Hostile extends Policy {
    private static final int N = a(1);

    private static int a(int n) {
        return b(n) + b(n);
    }

    private static int b(int n) {
        return a(n) + a(n); // here
    }

    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
