// Uses the threads of the common pool. Rule: threads
public class Hostile extends Policy {
    private final List<Task> held = new ArrayList<>();

    public void enqueue(Task task, long enqFlags) {
        held.parallelStream().forEach(t -> {}); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
