// Floating point, Math, time units, atomics used as counters, ternaries, shifts, casts.
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

public class Ewma extends Policy {
    private static final long MAX_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final double ALPHA = 0.25;

    private final TaskStorage<double[]> average = taskStorage(() -> new double[1]);
    private final AtomicLong decisions = new AtomicLong();

    public void stopping(Task task, boolean runnable) {
        double[] a = average.get(task);
        a[0] += ALPHA * (task.ranNs() - a[0]);
        if (Double.isNaN(a[0]) || a[0] < 0) {
            a[0] = 0;
        }
    }

    public void enqueue(Task task, long enqFlags) {
        decisions.incrementAndGet();
        double expected = average.get(task)[0];
        long slice = Math.clamp((long) Math.sqrt(expected * expected + 1), 100_000L, MAX_NS);
        slice = (slice >>> 10) << 10 | (Long.bitCount(decisions.get()) > 8 ? 1 : 0);
        insert(task, Dsq.GLOBAL, Math.max(1, slice), enqFlags);
    }
}
