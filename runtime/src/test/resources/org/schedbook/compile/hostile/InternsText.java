// Fills a table of the JVM that nothing empties. Rule: unlisted
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        String name = ("t" + task.pid()).intern(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
