import org.schedbook.policy.Dsq;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;

/** Everybody in turn, for two ms at a time. */
public class TakesTurns extends Policy {

    private static final long SLICE_NS = 2_000_000;

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_NS, enqFlags);
    }
}
