// Finds and runs code on the class path. Rule: reflection
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        ServiceLoader.load(Runnable.class).forEach(Runnable::run); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
