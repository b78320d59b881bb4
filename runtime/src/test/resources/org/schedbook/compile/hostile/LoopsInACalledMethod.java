// Loops in a method that the class initialiser calls. Rule: static-loops
public class Hostile extends Policy {
    private static final int N = spin();

    private static int spin() {
        for (;;) { // here
        }
    }

    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
