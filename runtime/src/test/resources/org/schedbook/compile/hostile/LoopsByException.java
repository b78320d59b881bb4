// Loops with a handler instead of a jump forward. Rule: static-loops
public class Hostile extends Policy {
    private static int n;

    static {
        for (boolean again = true; again; ) { // here
            try {
                again = 1 / n == 0;
            } catch (ArithmeticException e) {
                again = true;
            }
        }
    }

    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
