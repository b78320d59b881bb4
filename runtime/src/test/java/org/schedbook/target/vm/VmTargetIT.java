package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.bench.Messaging;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.Attachment;
import org.schedbook.target.BackgroundProcess;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;

/** Policies on the kernel of a real guest. */
@Timeout(240)
class VmTargetIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final String SYSFS = "/sys/kernel/sched_ext/";
    private static final PolicyCompiler COMPILER = new PolicyCompiler();

    private static VmTarget guest;

    @BeforeAll
    static void boot() throws Exception {
        guest = VmTarget.boot();
    }

    @AfterAll
    static void stop() {
        if (guest != null) {
            guest.close();
            assertFalse(guest.isAlive());
        }
    }

    @AfterEach
    void theKernelIsGivenBack() throws Exception {
        assertEquals("disabled", cat("state"));
    }

    static Iterable<String> builtInNames() {
        return PolicySource.builtInNames();
    }

    @ParameterizedTest
    @MethodSource("builtInNames")
    void everyPolicyThatComesWithSchedbookSchedulesTheGuest(String name) throws Exception {
        try (Attachment attachment = guest.attach(builtIn(name))) {
            assertEquals("enabled", cat("state"));
            assertTrue(cat("root/ops").startsWith("schedbook_" + name), cat("root/ops"));
            messaging();
            Status status = attachment.status();
            assertEquals("enabled", status.state());
            assertEquals(List.of(), status.faults());
            assertTrue(status.counters().get("nr_user_dispatches") > 100, status.toString());
            var exit = attachment.detach();
            assertFalse(exit.isError(), exit.toString());
        }
    }

    @Test
    void aPolicyThatThrowsLosesNoTaskAndIsReportedWithItsLine() throws Exception {
        Status status =
                underLoad(
                        """
                        public class Throws extends Policy {
                            int n;
                            public void enqueue(Task task, long enqFlags) {
                                if (++n % 10 == 0) throw new IllegalStateException("tenth");
                                insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                            }
                        }
                        """);
        assertEquals("enabled", status.state());
        assertTrue(status.counters().get("nr_policy_errors") > 0, status.toString());
        String fault = status.faults().getFirst();
        assertTrue(fault.contains("tenth") && fault.contains("line 4"), fault);
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
        assertEquals("enabled", status.state());
        assertTrue(status.counters().get("nr_forgotten") > 0, status.toString());
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
        assertEquals("enabled", status.state());
        assertTrue(status.counters().get("nr_bounce_dispatches") > 0, status.toString());
    }

    @Test
    void aPolicyWhoseConstructorThrowsIsRefusedBeforeItIsAttached() throws Exception {
        var bad =
                compile(
                        """
                        public class Bad extends Policy {
                            Bad() { throw new IllegalStateException("no"); }
                            public void enqueue(Task task, long enqFlags) {}
                        }
                        """);
        var e = assertThrows(TargetException.class, () -> guest.attach(bad));
        assertTrue(e.getMessage().contains("IllegalStateException: no"), e.getMessage());
    }

    @Test
    void aSavedGuestHasLoadedTheProgramsOfSomePoliciesToCome() throws Exception {
        try (VmTarget fresh = VmTarget.boot()) {
            compileBpf(fresh, false);
            for (int i = 0; i < VmTarget.PREPARED; i++) {
                fresh.attach(builtIn("vtime")).detach();
            }
            var e = assertThrows(TargetException.class, () -> fresh.attach(builtIn("fifo")));
            assertTrue(e.getMessage().contains("BPF compiler"), e.getMessage());
            assertTrue(e.detail().contains("PROG LOAD LOG"), e.detail());
            compileBpf(fresh, true);
            try (Attachment attachment = fresh.attach(builtIn("fifo"))) {
                assertEquals("enabled", attachment.status().state());
            }
        }
    }

    /** Switches the kernel's compiler, without which it takes no programs for its scheduler. */
    private static void compileBpf(VmTarget guest, boolean on) throws Exception {
        String command = "echo %d > /proc/sys/net/core/bpf_jit_enable".formatted(on ? 1 : 0);
        assertEquals(0, guest.run(List.of("sh", "-c", command), LIMIT).exitCode());
    }

    @Test
    void aSecondPolicyIsRefusedWhileOneIsAttached() throws Exception {
        try (Attachment first = guest.attach(builtIn("fifo"))) {
            var e = assertThrows(TargetException.class, () -> guest.attach(builtIn("vtime")));
            assertFalse(e.nextStep().isEmpty());
            assertEquals("enabled", first.status().state());
        }
    }

    @Test
    void aCommandThatTakesTooLongIsKilledAndSaidSo() {
        var e =
                assertThrows(
                        TargetException.class,
                        () -> guest.run(List.of("sleep", "60"), Duration.ofSeconds(1)));
        assertTrue(e.getMessage().contains("longer than 1 s"), e.getMessage());
    }

    @Test
    void aCommandThatIsNotThereIsSaidSo() {
        var e =
                assertThrows(
                        TargetException.class, () -> guest.run(List.of("no-such-command"), LIMIT));
        assertTrue(e.getMessage().contains("no-such-command"), e.getMessage());
    }

    @Test
    void anInterruptEndsTheCommandToo() throws Exception {
        Thread waiting =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        guest.run(List.of("sleep", "4711"), LIMIT);
                                    } catch (TargetException | InterruptedException e) {
                                        // what is expected
                                    }
                                });
        awaitSleepers("1");
        waiting.interrupt();
        assertTrue(waiting.join(Duration.ofSeconds(5)));
        awaitSleepers("0");
    }

    @Test
    void theGuestHasNoNetworkButLoopback() throws Exception {
        assertEquals("lo", run("ls", "/sys/class/net").output().strip());
    }

    @Test
    void theGuestsSystemCanNotBeWrittenTo() throws Exception {
        assertFalse(run("touch", "/usr/x").exitCode() == 0);
        assertFalse(run("touch", "/opt/schedbook/x").exitCode() == 0);
    }

    private static void awaitSleepers(String count) throws Exception {
        String seen = "";
        for (int i = 0; i < 50 && !seen.equals(count); i++) {
            Thread.sleep(200);
            seen = run("pgrep", "-c", "-f", "^sleep 4711").output().strip();
        }
        assertEquals(count, seen);
    }

    /** Attaches a policy, runs messaging under it, and returns how it did. */
    private static Status underLoad(String source) throws Exception {
        try (Attachment attachment = guest.attach(compile(source))) {
            messaging();
            Status status = attachment.status();
            var exit = attachment.detach();
            assertFalse(exit.isError(), exit.toString());
            return status;
        }
    }

    private static void messaging() throws Exception {
        var workload = new Messaging(2, 50);
        CommandResult result = guest.run(workload.command(), LIMIT);
        assertTrue(workload.parse(result.output()).isPresent(), result.toString());
    }

    @Test
    void whatAWorkloadLeavesRunningEndsWithIt() throws Exception {
        for (String leave :
                List.of(
                        "sleep 4712 &",
                        "setsid sleep 4712 >/dev/null 2>&1 &",
                        "nohup sleep 4712 >/dev/null 2>&1 &",
                        "(setsid sh -c 'cd /; env -i sleep 4712 >/dev/null 2>&1 &' &)")) {
            CommandResult result = run("sh", "-c", leave + "\necho 5");
            assertEquals(new CommandResult(0, "5\n", ""), result);
            assertEquals("0", run("pgrep", "-c", "-f", "^sleep 4712").output().strip(), leave);
        }
    }

    @Test
    void whatAShellLeavesRunningGoesOnAndIsNamedBesideWhatRunsThen() throws Exception {
        var hog = List.of("sh", "-c", "setsid yes > /dev/null & echo started");
        CommandResult started = guest.runAndLeave(hog, LIMIT, _ -> {});
        assertEquals("started\n", started.output());
        assertEquals(List.of("yes"), names(started.left()));
        assertEquals(List.of(), names(started.beside()));
        CommandResult beside = run("true");
        assertEquals(started.left(), beside.beside());
        long pid = started.left().getFirst().pid();
        run("sh", "-c", "kill %d; sleep 0.2".formatted(pid));
        assertEquals(List.of(), run("true").beside());
    }

    private static List<String> names(List<BackgroundProcess> processes) {
        return processes.stream().map(BackgroundProcess::command).toList();
    }

    @Test
    void aGuestKnowsWhatTimeItIs() throws Exception {
        long before = System.currentTimeMillis() / 1000;
        long inside = Long.parseLong(run("date", "+%s").output().strip());
        long after = System.currentTimeMillis() / 1000;
        assertTrue(before - 2 <= inside && inside <= after + 2, before + " and " + inside);
    }

    private static CommandResult run(String... command) throws Exception {
        return guest.run(List.of(command), LIMIT);
    }

    private static String cat(String file) throws Exception {
        return run("cat", SYSFS + file).output().strip();
    }

    private static CompiledPolicy builtIn(String name) throws Exception {
        return COMPILER.compile(PolicySource.builtIn(name).orElseThrow());
    }

    private static CompiledPolicy compile(String source) throws Exception {
        return COMPILER.compile(new PolicySource("test", source));
    }
}
