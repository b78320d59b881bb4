// Makes a stream parallel after the fact. Rule: threads
public class Hostile extends Policy {
    private final List<Task> held = new ArrayList<>();

    public void enqueue(Task task, long enqFlags) {
        held.stream().parallel().forEach(t -> {}); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
