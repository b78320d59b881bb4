// Times as Java writes them, which are numbers once the policy is made.
public class Durations extends Policy {
    private static final long SLICE = java.time.Duration.ofMillis(3).plusNanos(500).toNanos();
    private final long patience = java.util.concurrent.TimeUnit.MILLISECONDS.toNanos(20);
    private long last;

    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, nowNs() - last > patience ? SLICE : SLICE_DFL_NS, enqFlags);
        last = nowNs();
    }
}
