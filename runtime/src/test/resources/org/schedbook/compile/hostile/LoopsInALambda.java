// Loops in a lambda that the class initialiser has run. Rule: static-loops
public class Hostile extends Policy {
    private static final Object N = Optional.empty().orElseGet(() -> {
        while (true) { // here
        }
    });

    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
