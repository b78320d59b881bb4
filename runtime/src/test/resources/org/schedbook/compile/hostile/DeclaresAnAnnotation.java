// Declares an annotation, with which nothing can be done here. Rule: unlisted
public class Hostile extends Policy {
    @interface Colour { // here
        int[] value();
    }

    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
