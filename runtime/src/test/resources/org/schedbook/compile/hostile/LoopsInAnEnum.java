// Loops in the constructor of an enum constant. Rule: static-loops
public class Hostile extends Policy {
    enum Kind {
        ONE;

        Kind() {
            do {
                x++; // here
            } while (x != 0);
        }

        int x;
    }

    public void enqueue(Task task, long enqFlags) {
        Kind kind = Kind.ONE;
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
