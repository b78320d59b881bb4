// Replaces what stands behind the verbs. Rule: api
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        Scx.bind(this, null); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
