// Reaches parallelStream through a collection of its own. Rule: threads
public class Hostile extends Policy {
    static class Held extends ArrayList<Task> {}

    private final Held held = new Held();

    public void enqueue(Task task, long enqFlags) {
        held.parallelStream().forEach(t -> {}); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
