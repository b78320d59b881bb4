package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.HandWritten;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.kernel.PublishedPolicies;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;
import org.schedbook.target.ThrownOut;

/** Policies that decide in the kernel of a real guest. */
@Timeout(240)
class InKernelIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final PolicyCompiler COMPILER = new PolicyCompiler();
    private static final Workload MESSAGING = Workloads.parse("messaging:groups=2,loops=50");
    private static final Workload FEW_MESSAGES = Workloads.parse("messaging:groups=1,loops=5");
    private static final Workload MIXED = Workloads.parse("mixed:hogs=2,threads=2,seconds=2");

    private static VmTarget guest;

    @BeforeAll
    static void boot() throws Exception {
        guest = VmTarget.boot();
    }

    @AfterAll
    static void stop() {
        if (guest != null) {
            guest.close();
        }
    }

    @AfterEach
    void theKernelIsGivenBack() throws Exception {
        assertEquals("disabled", guest.state());
    }

    static Iterable<String> builtInNames() {
        return PolicySource.builtInNames();
    }

    static List<PolicySource> published() throws Exception {
        return PublishedPolicies.all(Path.of(".."));
    }

    @ParameterizedTest
    @MethodSource("builtInNames")
    void everyPolicyThatComesWithSchedbookSchedulesInTheKernel(String name) throws Exception {
        Status status = underLoad(PolicySource.builtIn(name).orElseThrow());
        assertEquals(List.of(), status.faults());
        assertTrue(status.counters().get("nr_user_dispatches") > 100, status.toString());
    }

    @ParameterizedTest
    @MethodSource("published")
    void everyPolicyThatAReaderSeesSchedulesInTheKernel(PolicySource source) throws Exception {
        assertEquals(List.of(), under(translated(source), FEW_MESSAGES, MIXED).faults());
    }

    @Test
    void aLotteryDrawsInTheKernel() throws Exception {
        Status status = underLoad(harmless("Lottery"));
        assertEquals(List.of(), status.faults());
        assertTrue(status.counters().get("nr_user_dispatches") > 100, status.toString());
    }

    @Test
    void levelsOfQueuesAndASetOfBitsWorkInTheKernel() throws Exception {
        Status status = underLoad(harmless("MultiLevelFeedback"));
        assertTrue(status.counters().get("nr_user_dispatches") > 100, status.toString());
    }

    @Test
    void objectsInFieldsWorkInTheKernel() throws Exception {
        Status status =
                underLoad(
                        """
                        import java.util.concurrent.atomic.*;
                        public class Objects extends Policy {
                            enum Kind {
                                SHORT(2_000_000), LONG(20_000_000);
                                final long sliceNs;
                                Kind(long sliceNs) { this.sliceNs = sliceNs; }
                                static Kind of(Task task) {
                                    for (Kind kind : values()) {
                                        if (task.ranNs() <= kind.sliceNs) return kind;
                                    }
                                    return LONG;
                                }
                            }
                            static class Process {
                                long ranNs;
                                Kind last = Kind.SHORT;
                                void ran(long ns) { ranNs += ns; }
                            }
                            private final Map<Integer, Process> processes = new HashMap<>();
                            private final Map<Task, Long> seen = new HashMap<>();
                            private final Map<Kind, Long> kinds = new EnumMap<>(Kind.class);
                            private final AtomicLong all = new AtomicLong();
                            public void init() { createDsq(0); }
                            public void enqueue(Task task, long enqFlags) {
                                Kind kind = Kind.of(task);
                                Process process =
                                        processes.computeIfAbsent(task.tgid(), id -> new Process());
                                process.ran(task.ranNs());
                                process.last = kind;
                                seen.merge(task, 1L, Long::sum);
                                kinds.merge(kind, 1L, Long::sum);
                                if (all.incrementAndGet() < seen.getOrDefault(task, 0L)
                                        || kinds.get(kind) == null) {
                                    throw new IllegalStateException("counted wrongly");
                                }
                                insertVtime(task, 0, kind.sliceNs, process.ranNs, enqFlags);
                            }
                            public void dispatch(int cpu, Task prev) { moveToLocal(0); }
                        }
                        """);
        assertEquals(List.of(), status.faults());
        assertTrue(status.counters().get("nr_user_dispatches") > 100, status.toString());
    }

    // ---- What a policy may do wrong ------------------------------------------------------

    @Test
    void aPolicyThatThrowsLosesNoTaskAndIsReportedWithTheLineOfItsCell() throws Exception {
        var cell =
                new PolicySource(
                        "tried",
                        """
                        public class Throws extends Policy {
                            int n;
                            public void enqueue(Task task, long enqFlags) {
                                if (++n % 10 == 0) throw new IllegalStateException("tenth");
                                insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                            }
                        }
                        """,
                        2);
        Status status = underLoad(cell);
        assertEquals(
                List.of("enqueue, line 5: java.lang.IllegalStateException: tenth"),
                status.faults());
        assertTrue(status.counters().get("nr_policy_errors") > 0, status.toString());
        assertEquals(0, status.counters().get("nr_forgotten"), status.toString());
    }

    @Test
    void whatJavaWouldThrowIsReportedWithItsLine() throws Exception {
        Status status =
                underLoad(
                        """
                        public class Faults extends Policy {
                            int n;
                            long[] four = new long[4];
                            int zero() {
                                return (int) four[0];
                            }
                            public void enqueue(Task task, long enqFlags) {
                                switch (++n % 8) {
                                    case 1: four[1] = task.weight() / zero();
                                    case 2: four[2] = four[n % 2 - 3];
                                    case 3: insert(task, Dsq.GLOBAL, zero(), enqFlags);
                                    case 4: insert(task, 77, SLICE_DFL_NS, enqFlags);
                                    case 5: kick(4096, Kick.IDLE);
                                    case 6: four[Math.toIntExact(1L << 40)]++;
                                }
                                insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                            }
                        }
                        """);
        var lines = new TreeSet<String>();
        status.faults().forEach(fault -> lines.add(fault.replaceAll("Index -?\\d+", "Index")));
        assertEquals(
                new TreeSet<>(
                        List.of(
                                "enqueue, line 9: java.lang.ArithmeticException: / by zero",
                                "enqueue, line 10: java.lang.ArrayIndexOutOfBoundsException: Index"
                                        + " out of bounds",
                                "enqueue, line 11: insert: the slice must be more than 0 ns.",
                                "enqueue, line 12: There is no DSQ 77; create it with createDsq in"
                                        + " init().",
                                "enqueue, line 13: kick: there is no CPU 4096.",
                                "enqueue, line 14: java.lang.ArithmeticException: overflow")),
                lines);
    }

    @Test
    void aPolicyThatForgetsTasksLosesNone() throws Exception {
        Status status =
                underLoad(
                        """
                        public class Forgets extends Policy {
                            int n;
                            public void enqueue(Task task, long enqFlags) {
                                if (task.pid() > 100 && ++n % 50 == 0) return;
                                insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                            }
                        }
                        """);
        assertTrue(status.counters().get("nr_forgotten") > 0, status.toString());
        assertTrue(status.faults().getFirst().contains("was forgotten"), status.toString());
        assertEquals(0, status.counters().get("nr_policy_errors"), status.toString());
    }

    @Test
    void aTaskThatIsTakenFromAQueueAndDroppedIsNotLost() throws Exception {
        Status status =
                underLoad(
                        """
                        public class Drops extends Policy {
                            private final ArrayDeque<Task> queue = new ArrayDeque<>();
                            public void enqueue(Task task, long enqFlags) {
                                queue.add(task);
                            }
                            public void dispatch(int cpu, Task prev) {
                                Task task = queue.poll();
                            }
                        }
                        """);
        assertTrue(status.counters().get("nr_forgotten") > 100, status.toString());
    }

    @Test
    void aTaskSentToACpuThatIsNotThereRunsElsewhere() throws Exception {
        Status status =
                underLoad(
                        """
                        public class Nowhere extends Policy {
                            public void enqueue(Task task, long enqFlags) {
                                insert(task, Dsq.localOn(60), SLICE_DFL_NS, enqFlags);
                            }
                        }
                        """);
        assertTrue(status.counters().get("nr_bounce_dispatches") > 0, status.toString());
        assertTrue(
                status.faults()
                        .getFirst()
                        .matches(
                                "enqueue, line 3: task \\d+ was sent to CPU 60, and there is none"),
                status.toString());
        assertEquals(1, status.faults().size(), status.toString());
    }

    @Test
    void aTaskSentTwiceGoesWhereItWasSentFirst() throws Exception {
        Status status =
                underLoad(
                        """
                        public class Twice extends Policy {
                            public void init() { createDsq(5); }
                            public void enqueue(Task task, long enqFlags) {
                                insert(task, 5, SLICE_DFL_NS, enqFlags);
                                insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                            }
                        }
                        """);
        var counters = status.counters();
        assertEquals(counters.get("nr_enqueued"), counters.get("nr_duplicate"), status.toString());
        assertEquals(List.of(), status.faults());
    }

    @Test
    void aLoopWithoutEndIsEndedAndNamed() throws Exception {
        Status status =
                underLoad(
                        """
                        public class Endless extends Policy {
                            int n;
                            long sum;
                            public void enqueue(Task task, long enqFlags) {
                                if (++n % 100 == 0) {
                                    for (int i = 0; n > 0; i++) {
                                        sum ^= i;
                                    }
                                }
                                insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                            }
                        }
                        """);
        assertEquals(
                List.of("enqueue, line 6: a loop was ended after 65,536 turns"), status.faults());
    }

    @Test
    void aPolicyThatStarvesATaskIsThrownOutAndSaysWhich() throws Exception {
        var source =
                source(
                        """
                        public class Starves extends Policy {
                            public void init() { createDsq(1); }
                            public void enqueue(Task task, long enqFlags) {
                                boolean one = task.pid() > 100 && task.pid() % 4 == 0;
                                insert(task, one ? 1 : Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                            }
                            public void dispatch(int cpu, Task prev) {}
                        }
                        """);
        var policy = KernelPolicy.of(source, COMPILER.compile(source));
        try (Attachment attachment = guest.attach(policy, AttachOptions.DEFAULT)) {
            guest.run(
                    List.of("sh", "-c", "for i in 1 2 3 4 5 6 7 8; do sleep 0.1 & done; sleep 9"),
                    LIMIT);
            Status status = attachment.status();
            assertTrue(status.exit() != null && status.exit().isError(), status.toString());
            Matcher starved =
                    Pattern.compile(
                                    "\\[(\\d+)] failed to run|waited longest is .* \\((\\d+)\\), for")
                            .matcher(ThrownOut.why(status.exit()));
            assertTrue(starved.find(), status.toString());
            String pid = Objects.requireNonNullElse(starved.group(1), starved.group(2));
            assertEquals(0, Integer.parseInt(pid) % 4, status.toString());
        }
    }

    @Test
    void aPolicyWhoseInitThrowsIsRefusedBeforeItIsAttached() throws Exception {
        var source =
                source(
                        """
                        public class Bad extends Policy {
                            public void init() { createDsq(-1); }
                            public void enqueue(Task task, long enqFlags) {}
                        }
                        """);
        var policy = KernelPolicy.of(source, COMPILER.compile(source));
        var e =
                assertThrows(
                        TargetException.class, () -> guest.attach(policy, AttachOptions.DEFAULT));
        assertTrue(e.getMessage().contains("createDsq(-1)"), e.getMessage());
    }

    @Test
    void aPolicyThatIsWrittenInCSchedulesInTheKernel() throws Exception {
        String text = Files.readString(Path.of("src/jmh/c/vtime.c"));
        Status status = under(byHand(text), MESSAGING);
        assertEquals(List.of(), status.faults());
        assertTrue(status.counters().get("nr_user_dispatches") > 100, status.toString());
    }

    @Test
    void theVerifierNamesTheLineOfAPolicyThatIsWrittenInC() throws Exception {
        KernelPolicy policy =
                byHand(
                        """
                        static void enqueue(SB, struct task_struct *task, s64 enqFlags)
                        {
                            sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
                        sb_out:;
                        }

                        static void dispatch(SB, s32 cpu, struct task_struct *prev)
                        {
                            if (prev->scx.weight > 100)
                                sb_kick(cpu, 0);
                        sb_out:;
                        }
                        """);
        var e =
                assertThrows(
                        TargetException.class, () -> guest.attach(policy, AttachOptions.DEFAULT));
        assertTrue(e.getMessage().contains("at line 9"), e.getMessage());
        assertFalse(e.nextStep().contains("--in-kernel"), e.nextStep());
    }

    private static KernelPolicy byHand(String text) throws Exception {
        HandWritten written = HandWritten.of(new PolicySource("by-hand", text));
        return written.policy(COMPILER.compile(written.init()));
    }

    @Test
    void noEnqueueIsUnaccountedFor() throws Exception {
        Status status = underLoad(PolicySource.builtIn("rr").orElseThrow());
        // What still waits when the policy is detached is counted as gone then.
        var counters = status.counters();
        long decided =
                counters.get("nr_user_dispatches")
                        + counters.get("nr_bounce_dispatches")
                        + counters.get("nr_dequeued")
                        + counters.get("nr_gone");
        assertEquals(counters.get("nr_enqueued"), decided, status.toString());
    }

    // ---- Help -----------------------------------------------------------------------------

    private static PolicySource harmless(String name) throws Exception {
        try (var in = PolicySource.class.getResourceAsStream("harmless/" + name + ".java")) {
            return new PolicySource(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static PolicySource source(String text) {
        return new PolicySource("tried", text);
    }

    private static Status underLoad(String text) throws Exception {
        return underLoad(source(text));
    }

    private static Status underLoad(PolicySource source) throws Exception {
        return under(translated(source), MESSAGING);
    }

    private static KernelPolicy translated(PolicySource source) throws Exception {
        return KernelPolicy.of(source, COMPILER.compile(source));
    }

    /** Runs loads under a policy; returns its status after it was detached. */
    private static Status under(KernelPolicy policy, Workload... loads) throws Exception {
        try (Attachment attachment = guest.attach(policy, AttachOptions.DEFAULT)) {
            assertEquals("enabled", guest.state());
            for (Workload load : loads) {
                CommandResult result = guest.run(load.command(), LIMIT);
                assertEquals(0, result.exitCode(), result.errors());
                assertTrue(load.parse(result.output()).isPresent(), result.output());
                Status status = attachment.status();
                assertEquals("enabled", status.state(), status.toString());
            }
            var exit = attachment.detach();
            assertFalse(exit.isError(), exit.toString());
            return attachment.status();
        }
    }
}
