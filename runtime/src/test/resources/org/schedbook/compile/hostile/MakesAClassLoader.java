// Defines classes that nobody has checked. Rule: reflection
public class Hostile extends Policy {
    static class Loader extends ClassLoader {} // here

    public void enqueue(Task task, long enqFlags) {
        new Loader();
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
