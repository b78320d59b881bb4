// Prints through the class that needs no import. Rule: io
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        IO.println(task.pid()); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
