// Makes a table for every possible process number. Rule: arrays
public class Hostile extends Policy {
    private final Task[] byPid = new Task[4_194_304]; // here

    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
