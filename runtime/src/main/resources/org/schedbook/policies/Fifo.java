import org.schedbook.policy.*;

/** First in, first out: one queue for all CPUs, the same slice for everyone. */
public class Fifo extends Policy {

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
