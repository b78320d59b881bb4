// Puts itself behind the verbs of another policy. Rule: api
public class Hostile extends Policy {
    abstract static class World implements Scx {} // here

    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
