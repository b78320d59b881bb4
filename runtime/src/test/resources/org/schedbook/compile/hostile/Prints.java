// Prints each task. Rule: io
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        System.out.println(task.pid()); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
