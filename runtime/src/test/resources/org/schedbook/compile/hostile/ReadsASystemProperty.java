// Looks where it runs. Rule: process
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        String home = System.getProperty("user.home"); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
