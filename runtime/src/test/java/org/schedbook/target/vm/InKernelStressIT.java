package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Status;

/**
 * Callbacks on several CPUs at once change the same fields thousands of times, and nothing is lost;
 * where a field is changed in two steps something is, which shows that they do run at once.
 */
@Timeout(300)
class InKernelStressIT {

    private static final Duration LIMIT = Duration.ofSeconds(200);

    /** Every task that wakes up is enqueued, whether or not a CPU is idle. */
    private static final AttachOptions ASKED = new AttachOptions(false, Optional.of(false));

    /**
     * One number is read before the others, which can only have grown meanwhile; each CPU may be
     * between the two.
     */
    private static final String IN_ONE_STEP =
            """
            import java.util.concurrent.atomic.*;
            public class Counts extends Policy {
                private static final int TURNS = 200, AT_ONCE = 8;
                static class Inside { int running; long enqueued; }
                private final AtomicLong all = new AtomicLong();
                private final AtomicInteger narrow = new AtomicInteger();
                private final TaskStorage<Inside> inside = taskStorage(Inside::new);
                private final Map<Integer, Long> merged = new HashMap<>();
                private final Map<Task, Long> perTask = new HashMap<>();
                private final long[] elements = new long[3];
                private long field, greatest;
                private final ArrayDeque<Task> queue = new ArrayDeque<>();

                private void count() {
                    for (int i = 0; i < TURNS; i++) {
                        long number = all.incrementAndGet();
                        narrow.getAndIncrement();
                        field++;
                        elements[1] += 1;
                        merged.merge(7, 1L, Long::sum);
                        greatest = Math.max(greatest, number);
                    }
                    long least = all.get() - AT_ONCE;
                    if (narrow.get() < least) throw new IllegalStateException("AtomicInteger");
                    if (field < least) throw new IllegalStateException("field");
                    if (elements[1] < least) throw new IllegalStateException("element");
                    if (merged.getOrDefault(7, 0L) < least) throw new IllegalStateException("map");
                    if (greatest < least) throw new IllegalStateException("max");
                }

                public void enqueue(Task task, long enqFlags) {
                    count();
                    long enqueued = ++inside.get(task).enqueued;
                    perTask.merge(task, 1L, Long::sum);
                    if (perTask.get(task) != enqueued) throw new IllegalStateException("of a task");
                    queue.add(task);
                }

                public void dispatch(int cpu, Task prev) {
                    for (int left = queue.size(); left > 0; left--) {
                        Task task = queue.poll();
                        if (task == null) return;
                        if (task.canRunOn(cpu)) {
                            insert(task, Dsq.LOCAL, SLICE_DFL_NS, 0);
                            return;
                        }
                        queue.add(task);
                    }
                }

                public void running(Task task) {
                    count();
                    if (++inside.get(task).running != 1) throw new IllegalStateException("twice");
                }

                public void stopping(Task task, boolean runnable) {
                    inside.get(task).running = 0;
                }
            }
            """;

    /** The field is read before all turns, and written after them. */
    private static final String IN_TWO_STEPS =
            IN_ONE_STEP
                    .replace("field++;", "")
                    .replace("for (int i", "long was = field;\nfor (int i")
                    .replace("long least", "field = was + TURNS;\nlong least");

    @Test
    void twoCpusLoseNothingThatIsChangedInOneStep() throws Exception {
        try (VmTarget guest = VmTarget.boot()) {
            stress(guest);
        }
    }

    /** A guest that is used once is not worth saving. */
    @Tag("long")
    @Test
    void norDoFour() throws Exception {
        try (VmTarget guest = VmTarget.bootCold(new GuestShape(4, 1536, Clock.WALL))) {
            stress(guest);
        }
    }

    private static void stress(VmTarget guest) throws Exception {
        Status one = under(guest, IN_ONE_STEP);
        assertEquals(List.of(), one.faults());
        var counters = one.counters();
        assertTrue(counters.get("nr_enqueued") > 300, one.toString());
        long decided =
                counters.get("nr_user_dispatches")
                        + counters.get("nr_bounce_dispatches")
                        + counters.get("nr_dequeued")
                        + counters.get("nr_gone");
        assertEquals(counters.get("nr_enqueued"), decided, one.toString());

        Status two = under(guest, IN_TWO_STEPS);
        assertTrue(
                two.faults().stream().anyMatch(f -> f.endsWith("IllegalStateException: field")),
                two.toString());
    }

    private static Status under(VmTarget guest, String text) throws Exception {
        var source = new PolicySource("counts", text);
        var policy = KernelPolicy.of(source, new PolicyCompiler().compile(source));
        try (Attachment attachment = guest.attach(policy, ASKED)) {
            CommandResult result =
                    guest.run(Workloads.parse("messaging:groups=1,loops=200").command(), LIMIT);
            assertEquals(0, result.exitCode(), result.errors());
            assertEquals("enabled", attachment.status().state());
            attachment.detach();
            return attachment.status();
        }
    }
}
