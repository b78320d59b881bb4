// Takes the time from the machine, which is not the time of the schedule. Rule: clock
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        long now = System.nanoTime(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
