package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Status;

/** What a scheduler in user space must live through, on the kernel of a real guest. */
@Timeout(240)
class ReliabilityIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    /** Each of its groups of 40 threads has 40 sockets. */
    private static final String FILES = "ulimit -n 20000; ";

    private static final PolicyCompiler COMPILER = new PolicyCompiler();

    /**
     * Of each test its own: what one leaves behind, such as empty caches, is not the next one's.
     */
    private VmTarget guest;

    @BeforeEach
    void boot() throws Exception {
        guest = VmTarget.boot();
    }

    @AfterEach
    void theGuestIsAsGoodAsBefore() throws Exception {
        VmTarget tested = guest;
        try (tested) {
            assertEquals("here", shell("echo here"));
            assertEquals("disabled", shell("cat /sys/kernel/sched_ext/state"));
        }
    }

    @Test
    void fiveThousandTasksAtOnceAllEnd() throws Exception {
        Status status =
                under("fifo", FILES + "perf bench -f simple sched messaging -t -g 125 -l 1");
        assertTrue(status.counters().get("nr_user_dispatches") > 5000, status.toString());
    }

    @Tag("long")
    @Test
    void whatTakesAllMemoryIsKilledAndNotTheScheduler() throws Exception {
        under("fifo", "tail /dev/zero; test $? = 137");
    }

    @Test
    void tasksThatAreKilledWhileTheyWaitAreForgotten() throws Exception {
        // Four loops to two CPUs: some of them wait when the signal comes.
        Status status =
                under(
                        "fifo",
                        """
                        for i in $(seq 15); do
                            for j in 1 2 3 4; do
                                timeout --signal=KILL 0.1 sh -c 'while :; do :; done' &
                            done
                            wait
                        done
                        """);
        assertEquals(0, status.counters().get("nr_lost_exits"), status.toString());
        assertTrue(status.counters().get("nr_queued") < 20, status.toString());
    }

    @Test
    void cpusGoAndComeBackUnderThePolicy() throws Exception {
        Status status =
                under(
                        "vtime",
                        """
                        cpu=/sys/devices/system/cpu/cpu1/online
                        perf bench -f simple sched messaging -g 2 -l 200 &
                        for i in 1 2 3; do
                            echo 0 > $cpu; sleep 0.3; echo 1 > $cpu; sleep 0.3
                        done
                        wait
                        """);
        assertTrue(status.counters().get("nr_user_dispatches") > 100, status.toString());
        assertEquals("0-1", shell("cat /sys/devices/system/cpu/online"));
    }

    @Test
    void aPolicyIsAttachedAnewWhenACpuGoesAndComesBackMeanwhile() throws Exception {
        var slow =
                compile(
                        """
                        public class SlowToStart extends Policy {
                            public void init() {
                                long start = nowNs();
                                while (nowNs() - start < 800_000_000) {}
                            }
                            public void enqueue(Task task, long enqFlags) {
                                insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                            }
                        }
                        """);
        // The loop ends when a second thread of the policy shows that the first attempt failed.
        String churn =
                """
                cpu=/sys/devices/system/cpu/cpu1/online
                first=
                for i in $(seq 200); do
                    echo 0 > $cpu; echo 1 > $cpu
                    now=$(grep -ls policy-loop /proc/$PPID/task/*/comm)
                    [ "$first" ] || first=$now
                    [ -z "$now" ] || [ "$now" = "$first" ] || break
                done
                cat /sys/devices/system/cpu/online
                """;
        try (var executor = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < 2; i++) {
                Future<String> online = executor.submit(() -> shell(churn));
                try (Attachment attachment = guest.attach(slow)) {
                    assertEquals("0-1", online.get());
                    Status status = attachment.status();
                    assertEquals("enabled", status.state(), status.toString());
                    assertTrue(status.counters().get("nr_restarts") > 0, status.toString());
                    assertFalse(attachment.detach().isError());
                    everyEnqueueCameToSomething(attachment.status());
                }
            }
        }
    }

    @Test
    void aPolicyThatAllocatesAMegabyteForEachTaskOnlySlowsThemDown() throws Exception {
        Status status =
                under(
                        compile(
                                """
                                public class Allocates extends Policy {
                                    int sum;
                                    public void enqueue(Task task, long enqFlags) {
                                        for (int i = 0; i < 16; i++) sum += new byte[1 << 16].length;
                                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                                    }
                                }
                                """),
                        "perf bench -f simple sched messaging -g 1 -l 20");
        assertEquals(List.of(), status.faults());
    }

    @Test
    void aPolicyThatDoesNotReturnIsDetachedAndItsLineIsSaid() throws Exception {
        Status status =
                endedUnder(
                        """
                        public class Loops extends Policy {
                            int n;
                            public void enqueue(Task task, long enqFlags) {
                                insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                                while (task.pid() > 100 && n++ >= 100) n = 100;
                            }
                        }
                        """);
        String fault = status.faults().getFirst();
        assertTrue(fault.contains("did not return") && fault.contains("line 5"), fault);
    }

    @Test
    void aPolicyThatKeepsATaskWaitingIsThrownOutByTheKernel() throws Exception {
        Status status =
                endedUnder(
                        """
                        public class Hoards extends Policy {
                            public void init() { createDsq(1); }
                            public void enqueue(Task task, long enqFlags) {
                                insert(task, 1, SLICE_DFL_NS, enqFlags);
                            }
                            public void dispatch(int cpu, Task prev) {}
                        }
                        """);
        assertTrue(status.exit().isError(), status.toString());
        assertTrue(status.exit().reason().contains("stall"), status.exit().toString());
    }

    @Test
    void aPolicyThatThrowsWhenACpuAsksForWorkHandsOutItsTasksInOrder() throws Exception {
        Status status =
                under(
                        compile(
                                """
                                public class Clumsy extends Policy {
                                    public void init() { createDsq(1); }
                                    public void enqueue(Task task, long enqFlags) {
                                        insert(task, 1, SLICE_DFL_NS, enqFlags);
                                    }
                                    public void dispatch(int cpu, Task prev) {
                                        throw new IllegalStateException("dropped");
                                    }
                                }
                                """),
                        "perf bench -f simple sched messaging -t -g 1 -l 20");
        assertTrue(status.faults().getFirst().contains("dropped"), status.toString());
        assertEquals(0, status.counters().get("nr_forgotten"), status.toString());
    }

    @Test
    void aTaskThatIsSentTwiceRunsOnce() throws Exception {
        Status status =
                under(
                        compile(
                                """
                                public class Twice extends Policy {
                                    public void enqueue(Task task, long enqFlags) {
                                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                                    }
                                }
                                """),
                        "perf bench -f simple sched messaging -t -g 1 -l 20");
        assertTrue(status.counters().get("nr_duplicate") > 0, status.toString());
    }

    /**
     * On a busy machine the worker of the kernel's watchdog, too, waits behind so many tasks for
     * longer than it may.
     */
    @Tag("long")
    @Test
    void moreTasksThanASlowPolicyCanReadOfAreScheduledWithoutIt() throws Exception {
        Status status =
                under(
                        compile(
                                """
                                public class Slow extends Policy {
                                    long n;
                                    public void enqueue(Task task, long enqFlags) {
                                        for (int i = 0; i < 10_000; i++) n = n * 31 + i;
                                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                                    }
                                    public void runnable(Task task, long enqFlags) { n++; }
                                    public void running(Task task) { n++; }
                                    public void stopping(Task task, boolean runnable) { n++; }
                                    public void quiescent(Task task, long deqFlags) { n++; }
                                }
                                """),
                        FILES + "perf bench -f simple sched messaging -t -g 100 -l 2");
        assertTrue(
                status.counters().get("nr_sched_congested")
                                + status.counters().get("nr_lost_events")
                        > 0,
                status.toString());
    }

    @Test
    void aSchedulerThatIsStoppedForAMomentIsDoneWithoutAndGoesOnAfterwards() throws Exception {
        try (Attachment attachment = guest.attach(builtIn("fifo"))) {
            stopSchedulerFor("0.2");
            Status status = attachment.status();
            assertEquals("enabled", status.state(), status.toString());
            assertTrue(status.counters().get("nr_rescued") > 0, status.toString());
            assertFalse(attachment.detach().isError());
            everyEnqueueCameToSomething(attachment.status());
        }
    }

    @Test
    void aSchedulerThatStaysStoppedIsThrownOutAndItsTasksGoOn() throws Exception {
        try (Attachment attachment = guest.attach(builtIn("fifo"))) {
            stopSchedulerFor("8");
            ExitInfo exit = attachment.detach();
            assertTrue(exit.isError(), exit.toString());
            assertTrue(exit.message().contains("the policy's loop stalled"), exit.toString());
            everyEnqueueCameToSomething(attachment.status());
        }
    }

    /**
     * Loops keep the CPUs busy, so that no task gets by without the scheduler. The shell that has
     * to let it go on is one of those that wait.
     */
    private void stopSchedulerFor(String seconds) throws Exception {
        String output =
                shell(
                        """
                        for i in 1 2 3 4; do
                            timeout 30 sh -c 'while :; do :; done' &
                            loops="$loops $!"
                        done
                        kill -STOP $PPID
                        sleep %s
                        kill -CONT $PPID
                        kill $loops
                        echo done
                        """
                                .formatted(seconds));
        assertEquals("done", output);
    }

    @Test
    void aPolicyThatThrowsForgetsAndChoosesForbiddenCpusLosesNoTask() throws Exception {
        Status status =
                under(
                        compile(
                                """
                                public class Careless extends Policy {
                                    int n;
                                    public void enqueue(Task task, long enqFlags) {
                                        if (task.pid() > 100) n++;
                                        if (n % 30 == 10) throw new IllegalStateException("tenth");
                                        if (task.pid() > 100 && n % 30 == 20) return;
                                        int cpu = task.canRunOn(1) ? n % 3 : 1;
                                        insert(task, Dsq.localOn(cpu), SLICE_DFL_NS, enqFlags);
                                    }
                                }
                                """),
                        "taskset -c 0 perf bench -f simple sched messaging -g 1 -l 5");
        Map<String, Long> counters = status.counters();
        assertTrue(counters.get("nr_bounce_dispatches") > 0, status.toString());
        assertTrue(counters.get("nr_forgotten") > 0, status.toString());
        assertTrue(counters.get("nr_policy_errors") > 0, status.toString());
    }

    @Test
    void aPartialSwitchSchedulesOnlyTheTasksOfSchedExt() throws Exception {
        String load = "perf bench -f simple sched messaging -t -g 1 -l 50";
        try (Attachment attachment =
                guest.attach(builtIn("fifo"), new AttachOptions(true, Optional.empty()))) {
            shell(load);
            Status others = attachment.status();
            assertEquals(0, others.counters().get("nr_user_dispatches"), others.toString());
            shell("/opt/schedbook/schedext " + load);
            Status own = attachment.status();
            assertTrue(own.counters().get("nr_user_dispatches") > 50, own.toString());
            assertFalse(attachment.detach().isError());
            everyEnqueueCameToSomething(attachment.status());
        }
    }

    @Test
    void withoutTheBuiltinIdleChoiceThePolicyIsAskedForEveryTask() throws Exception {
        assertEquals(0, kernelDispatches(Optional.of(false)));
        assertTrue(kernelDispatches(Optional.empty()) > 0);
    }

    private long kernelDispatches(Optional<Boolean> builtinIdle) throws Exception {
        try (Attachment attachment =
                guest.attach(builtIn("fifo"), new AttachOptions(false, builtinIdle))) {
            shell("for i in 1 2 3 4 5 6 7 8 9; do sleep 0.05; done");
            return attachment.status().counters().get("nr_kernel_dispatches");
        }
    }

    /** Runs a script under a policy, which is still attached at its end, and returns how it did. */
    private Status under(String policy, String script) throws Exception {
        return under(builtIn(policy), script);
    }

    private Status under(CompiledPolicy policy, String script) throws Exception {
        try (Attachment attachment = guest.attach(policy)) {
            CommandResult result = guest.run(List.of("sh", "-c", script), LIMIT);
            assertEquals(0, result.exitCode(), result.toString());
            Status status = attachment.status();
            assertEquals("enabled", status.state(), status.toString());
            ExitInfo exit = attachment.detach();
            assertFalse(exit.isError(), exit.toString());
            everyEnqueueCameToSomething(attachment.status());
            return status;
        }
    }

    private static void everyEnqueueCameToSomething(Status detached) {
        Map<String, Long> counters = detached.counters();
        assertEquals(
                counters.get("nr_enqueued"),
                counters.get("nr_user_dispatches")
                        + counters.get("nr_bounce_dispatches")
                        + counters.get("nr_rescued")
                        + counters.get("nr_dequeued")
                        + counters.get("nr_gone"),
                detached.toString());
        assertEquals(0, counters.get("nr_queued"), detached.toString());
        assertFalse(counters.containsKey("nr_unaccounted"), detached.toString());
    }

    /** Runs something under a policy that does not last, and returns how that ended. */
    private Status endedUnder(String source) throws Exception {
        try (Attachment attachment = guest.attach(compile(source))) {
            shell("perf bench -f simple sched messaging -t -g 1 -l 50");
            // The tasks may have gone on without it and be through before it is given up.
            Status status = attachment.status();
            for (int i = 0; i < 100 && !status.state().equals("disabled"); i++) {
                Thread.sleep(100);
                status = attachment.status();
            }
            assertEquals("disabled", status.state(), status.toString());
            attachment.detach();
            everyEnqueueCameToSomething(attachment.status());
            return status;
        }
    }

    private String shell(String script) throws Exception {
        return guest.run(List.of("sh", "-c", script), LIMIT).output().strip();
    }

    private static CompiledPolicy builtIn(String name) throws Exception {
        return COMPILER.compile(PolicySource.builtIn(name).orElseThrow());
    }

    private static CompiledPolicy compile(String source) throws Exception {
        return COMPILER.compile(new PolicySource("test", source));
    }
}
