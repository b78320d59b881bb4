// Reaches parallelStream by method reference. Rule: threads
import java.util.function.*;

public class Hostile extends Policy {
    private final List<Task> held = new ArrayList<>();
    private final Function<List<Task>, Object> open = List::parallelStream; // here

    public void enqueue(Task task, long enqFlags) {
        open.apply(held);
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
