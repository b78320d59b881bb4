// Is a thread itself. Rule: threads
public class Hostile extends Policy {
    static class Worker extends Thread {} // here

    public void enqueue(Task task, long enqFlags) {
        new Worker().start();
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
