import java.util.ArrayDeque;
import org.schedbook.policy.*;

/** Round robin from the policy's own queue: each CPU that runs out of work gets the next task. */
public class RoundRobin extends Policy {

    private static final long SLICE_NS = 5_000_000;

    private final ArrayDeque<Task> queue = new ArrayDeque<>();

    @Override
    public void enqueue(Task task, long enqFlags) {
        queue.add(task);
    }

    @Override
    public void dispatch(int cpu, Task prev) {
        for (int n = queue.size(); n > 0; n--) {
            Task next = queue.poll();
            if (next.canRunOn(cpu)) {
                insert(next, Dsq.LOCAL, SLICE_NS, 0);
                return;
            }
            queue.add(next);
        }
    }

    @Override
    public void dequeue(Task task, long deqFlags) {
        queue.remove(task);
    }
}
