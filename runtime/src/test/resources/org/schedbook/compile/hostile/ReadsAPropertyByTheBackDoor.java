// Reads a system property through a box type. Rule: process
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        Integer level = Integer.getInteger("level"); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
