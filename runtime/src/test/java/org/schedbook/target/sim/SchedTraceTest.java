package org.schedbook.target.sim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Files;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.End;
import org.schedbook.target.sim.SchedTrace.Switch;
import org.schedbook.target.sim.SimResult.Outcome;
import org.schedbook.target.sim.SimWorkload.TaskSpec;

class SchedTraceTest {

    /** A task forks another, which sleeps, computes and wakes the first; the rest is not theirs. */
    private static final String TRACE =
            """
            # tracer: nop
            #
            # entries-in-buffer/entries-written: 9/9   #P:2
            #
            #           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
                          sh-20      [000] .....    10.000000: tracing_mark_write: schedbook records 20
                        load-20      [000] .....    10.001000: sched_process_fork: comm=load pid=20 child_comm=load child_pid=21
                        load-20      [000] d..2.    10.002000: sched_switch: prev_comm=load prev_pid=20 prev_prio=120 prev_state=S ==> next_comm=load next_pid=21 next_prio=125
                        load-21      [000] d..2.    10.003000: sched_switch: prev_comm=a b prev_pid=21 prev_prio=125 prev_state=S ==> next_comm=swapper/0 next_pid=0 next_prio=120
                      <idle>-0       [000] d.h4.    10.013000: sched_waking: comm=a b pid=21 prio=125 target_cpu=000
                      <idle>-0       [000] d..2.    10.013000: sched_switch: prev_comm=swapper/0 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=a b next_pid=21 next_prio=125
                         a b-21      [000] d..2.    10.014000: sched_switch: prev_comm=a b prev_pid=21 prev_prio=125 prev_state=R+ ==> next_comm=other next_pid=9 next_prio=120
                       other-9       [000] d..2.    10.016000: sched_switch: prev_comm=other prev_pid=9 prev_prio=120 prev_state=S ==> next_comm=a b next_pid=21 next_prio=125
                         a b-21      [000] d..4.    10.018000: sched_waking: comm=load pid=20 prio=120 target_cpu=000
                         a b-21      [000] d..2.    10.019000: sched_switch: prev_comm=a b prev_pid=21 prev_prio=125 prev_state=X ==> next_comm=load next_pid=20 next_prio=120
                        load-20      [000] d..2.    10.024000: sched_switch: prev_comm=load prev_pid=20 prev_prio=120 prev_state=X ==> next_comm=swapper/0 next_pid=0 next_prio=120
            """;

    private static SchedTrace read(String text) throws Exception {
        return SchedTrace.read("load.trace", new StringReader(text));
    }

    @Test
    void eachTaskDoesWhatItDid() throws Exception {
        SimWorkload workload = read(TRACE).workload();
        TaskSpec parent = workload.tasks().getFirst();
        assertEquals("fork 0; run 1000000; receive 0; run 5000000; exit", "" + parent.program());
        TaskSpec child = workload.templates().getFirst();
        assertEquals(
                "run 1000000; sleep 10000000; run 3000000; send 0; run 1000000; exit",
                child.program().toString());
        assertEquals("a b", child.comm());
        assertEquals(Weights.ofNice(5), child.weight());
    }

    @Test
    void aByteOrderMarkAtTheBeginningSaysNothing() throws Exception {
        assertEquals(
                read(TRACE).workload().tasks().size(),
                read("\uFEFF" + TRACE).workload().tasks().size());
    }

    @Test
    void aRecordingIsReplayedUnderAnotherPolicyAndCostsNothingTwice() throws Exception {
        var policy =
                new Policy() {
                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                    }
                };
        SimMachine machine =
                SimMachine.flat(1)
                        .withCosts(
                                CostModel.FREE.with(
                                        java.util.Map.of("syscallNs", 1000L, "wakeupNs", 1000L),
                                        "two that measured time contains"));
        SimResult result =
                Simulation.run(policy, read(TRACE).workload(), machine, SimOptions.DEFAULT);
        assertEquals(Outcome.COMPLETED, result.outcome());
        List<Long> ran = result.tasks().stream().map(SimResult.TaskResult::runNs).toList();
        assertEquals(List.of(6_000_000L, 5_000_000L), ran);
    }

    @Test
    void withoutAMarkARecordingIsAboutEveryTask() throws Exception {
        String all = TRACE.replaceAll("(?m)^.*tracing_mark_write.*\n", "");
        List<String> comms = read(all).workload().tasks().stream().map(TaskSpec::comm).toList();
        assertEquals(List.of("load", "other"), comms);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense | load.trace:1: this is not a line of a trace: task-pid [cpu] flags time: event: nonsense",
                "'# tracer: nop' | load.trace:1: there are no scheduling events in it",
                "CPU:1 [LOST 7 EVENTS] | load.trace:1: the kernel lost 7 events on CPU 1 at the beginning",
                "# entries-in-buffer/entries-written: 5/9   #P:2 | load.trace:1: the kernel kept 5 of 9 events: record something shorter",
                "a-1 [000] d..2. 10.000000: sched_switch: prev_comm=a | load.trace:1: a sched_switch does not look like this: a-1 [000] d..2. 10.000000: sched_switch: prev_comm=a",
                "'  a-1   0d..2   12us : sched_switch: x' | load.trace:1: this is the latency format: echo nolatency-format > trace_options",
                "' 0)   1.234 us    |  schedule();' | load.trace:1: this is of the function graph tracer: echo nop > current_tracer",
                "a 1 10.000000: sched:sched_waking: comm=b pid=2 prio=1 | load.trace:1: its lines name no CPU: perf record -a, or perf script -F +cpu",
                "a-1 [000] d..2. 1234567: sched_waking: comm=b pid=2 prio=1 | load.trace:1: its times are no seconds: echo mono > trace_clock",
                "a-1 [000] d..2. 10.000000: sched_waking: comm=b pid=9999999999 prio=1 | load.trace:1: a sched_waking does not look like this: a-1 [000] d..2. 10.000000: sched_waking: comm=b pid=9999999999 prio=1",
            })
    void whatIsMalformedIsSaidWithItsLine(String text, String message) {
        var e = assertThrows(FormatException.class, () -> read(text + "\n"));
        assertEquals(message, e.getMessage());
    }

    /** What a task does that runs 1 ms, is woken after 10 more, waits 40 for a CPU, and runs 2. */
    private static final String WOKEN =
            """
            a-1 [000] d..2. 10.000000: sched_switch: prev_comm=x prev_pid=5 prev_prio=120 prev_state=R ==> next_comm=a next_pid=1 next_prio=120
            a-1 [000] d..2. 10.001000: sched_switch: prev_comm=a prev_pid=1 prev_prio=120 prev_state=S ==> next_comm=x next_pid=5 next_prio=120
            <idle>-0 [001] d.h4. 10.011000: sched_%s: comm=a pid=1 prio=120 target_cpu=000
            x-5 [000] d..2. 10.051000: sched_switch: prev_comm=x prev_pid=5 prev_prio=120 prev_state=R ==> next_comm=a next_pid=1 next_prio=120
            a-1 [000] d..2. 10.053000: sched_switch: prev_comm=a prev_pid=1 prev_prio=120 prev_state=X ==> next_comm=x next_pid=5 next_prio=120
            """;

    private static String programOf(String comm, String trace) throws Exception {
        return read(trace).workload().tasks().stream()
                .filter(task -> task.comm().equals(comm))
                .findFirst()
                .orElseThrow()
                .program()
                .toString();
    }

    @Test
    void aWaitIsNoSleepWhicheverEventTellsOfTheWakeup() throws Exception {
        String expected = "sleep 1; run 1000000; sleep 10000000; run 2000000; exit";
        assertEquals(expected, programOf("a", WOKEN.formatted("waking")));
        assertEquals(expected, programOf("a", WOKEN.formatted("wakeup")));
        // Both: the first says when the wait began.
        String wakeup = WOKEN.lines().skip(2).findFirst().orElseThrow().formatted("wakeup");
        String both =
                WOKEN.formatted("waking")
                        .replaceFirst(
                                "(?m)^x-5 .*10.051", wakeup.replace("10.011", "10.030") + "\n$0");
        assertEquals(expected, programOf("a", both));
    }

    /** The trace as other tools and kernels write it. */
    private static Stream<UnaryOperator<String>> dialects() {
        return Stream.of(
                t -> t,
                t -> t.replace("\n", "\r\n"),
                // Deadline tasks, and the workers of frequency governors.
                t -> t.replace("=120", "=-1"),
                // Vendors' kernels.
                t -> t.replaceAll("(?m)next_prio=\\S+$", "$0 expeller_type=0 cpu=3"),
                // Older ones.
                t -> t.replace(" target_cpu", " success=1 target_cpu"),
                t -> t.replaceAll("d(..)\\.( 10|h?4)", "d$1$2").replace("d..2.", "d..2"),
                t ->
                        t.replace("prev_state=S", "prev_state=D|W")
                                .replace("prev_state=X", "prev_state=x"),
                // record-tgid, and no irq-info
                t -> t.replace(" [", " (-----) ["),
                t -> t.replace(" [", " (    1) ["),
                t -> t.replaceAll(" d\\.\\S+", ""),
                // Stack traces behind events.
                t ->
                        t.replaceAll(
                                        "(?m)$",
                                        "\na-1 [000] d..2. 10.060000: <stack trace>\n => schedule\n => 0xffff\n")
                                .replace("10.060000", "10.000000")
                                .replaceAll("(?m)^.*<stack trace>\n", ""),
                // Marks of others, one with a line break.
                t ->
                        "b-2 [000] ..... 9.000000: tracing_mark_write: schedbook records x\n"
                                + "b-2 [000] ..... 9.000000: tracing_mark_write: two\nlines\n"
                                + t,
                // Function tracer, and headers.
                t -> "# tracer: nop\n\n##### CPU 1 buffer started ####\n" + t,
                t -> "b-2 [000] d.... 9.000000: schedule <-schedule_idle\n" + t,
                // Names of any bytes.
                t -> t.replace("=x ", "=x ==> y prev_pid=7 ").replace("x-5 [", "-1 [2] =-5 ["),
                t -> t.replace("=x ", "=<...> ").replace("x-5 [", "<...>-5 ["),
                t -> t.replace("=x ", "=\uFFFD ").replace("x-5 [", "\uFFFD-5 ["),
                t -> t.replace("=x ", "=x\ny ").replace("x-5 [", "x\ny-5 ["),
                // trace-cmd report, by its plug-in and without
                t ->
                        "cpus=2\n"
                                + t.replaceAll(" d\\.\\S+", "")
                                        .replaceAll("(: sched_\\w+:)", "$1      "),
                t ->
                        t.replaceAll(
                                        "prev_comm=(\\S+) prev_pid=(\\d+) prev_prio=(\\d+) prev_state=(\\S+)"
                                                + " ==> next_comm=(\\S+) next_pid=(\\d+) next_prio=(\\d+)",
                                        "$1:$2 [$3] $4 ==> $5:$6 [$7]")
                                .replaceAll(
                                        "comm=a pid=1 prio=120 target_cpu=000",
                                        "a:1 [120] CPU:000"),
                // perf script, with and without the process and the stack
                t ->
                        t.replaceAll(
                                "(?m)^(\\S+)-(\\d+) \\[(\\d+)] \\S+ (\\S+): ",
                                "$1 $2 [$3] $4:       sched:"),
                t ->
                        t.replaceAll(
                                        "(?m)^(\\S+)-(\\d+) \\[(\\d+)] \\S+ (\\S+): ",
                                        "$1 99/$2 [$3] $4:    1 sched:")
                                .replaceAll(
                                        "(?m)$",
                                        "\n\tffffffff8110ab12 schedule+0x2e ([kernel.kallsyms])\n"
                                                + "\t    7f12 main (/bin/x)\n"
                                                + "\t               0 [unknown] ([unknown])\n"),
                // Architectures that do not tell whether interrupts are off; a real-time kernel.
                t -> t.replace("d..2.", "X..2.").replace("d.h4.", "X.h4."),
                t -> t.replace("d..2.", "d...2..").replace("d.h4.", "d..h4.."),
                // Fields that are more, fewer or in another order.
                t -> t.replace("prev_state=S", "prev_state=S prev_vruntime=55"),
                t -> t.replaceAll("(next_comm=\\S+) (next_pid=\\d+ next_prio=\\d+)", "$2 $1"),
                t ->
                        t.replaceAll("(prev_comm=\\S+) (.*?) (prev_state=\\S+)", "$3 $2 $1")
                                .replace("comm=a pid=1 prio=120", "pid=1 prio=120 comm=a"),
                t -> t.replaceAll(" (prev_|next_|)prio=\\d+", "").replace("==> ", ""),
                // States by their numbers, and as they were written long ago.
                t ->
                        t.replace("state=R", "state=0x100")
                                .replace("state=S", "state=0x1")
                                .replace("state=X", "state=0x10"),
                t ->
                        t.replace("sched_switch: ", "sched_switch: [FAILED TO PARSE] ")
                                .replace("==> ", "")
                                .replace("state=R", "state=0")
                                .replace("state=S", "state=1")
                                .replace("state=X", "state=32"),
                t ->
                        t.replaceAll(
                                "prev_comm=(\\S+) prev_pid=(\\d+) prev_prio=(\\d+) prev_state=(\\S+)"
                                        + " ==> next_comm=(\\S+) next_pid=(\\d+) next_prio=(\\d+)",
                                "task $1:$2 [$3] ($4) ==> $5:$6 [$7]"),
                // Long names and none.
                t -> t.replace("x-5", "kworker/u16:1-events_unbound-5"),
                t -> t.replace("x-5", "-5").replace("=x ", "= "),
                // Columns and words of tools: systems, modifiers, differences, other widths.
                t -> t.replace(": sched_", ": sched:sched_"),
                t -> t.replaceAll("(sched_\\w+):", "$1:k:"),
                t -> t.replaceAll("(\\d{6}): ", "$1: (+10) "),
                t -> t.replace("[00", "\t[  "),
                t -> t.replaceAll("(?m)^", "trace-guest.dat:    "),
                t -> "capturing trace... done\nTRACE:\n" + t,
                // Stopped while it was written, or read from its middle.
                t -> t + "x-5 [000] d..2. 10.06",
                t -> t + "x-5 [000] d..2. 10.060000: sched_switch: prev_comm=x pr",
                t -> "ev_pid=5 prev_prio=120 prev_state=R ==> next_comm=a next_pid=1\n" + t,
                t -> t.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
                // Android's systrace
                t ->
                        "<html>\n<script class='trace-data'>\nUSER PID PPID\nroot 1 0\n</script>\n"
                                + "<script class=\"trace-data\" type=\"x\">"
                                + t
                                + "</script>\n<script class=\"trace-data\">\n{}\n</script>\n</html>\n",
                t ->
                        "<!DOCTYPE html>\n<html>\n<script class=\"trace-data\" type=\"x\">\n# tracer: nop\n"
                                + t
                                + "</script>\n</html>\n");
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void tracesOfOtherKernelsAndToolsAreRead(UnaryOperator<String> dialect) throws Exception {
        String text = dialect.apply(WOKEN.formatted("waking"));
        String program = programOf("a", text);
        assertEquals("sleep 1; run 1000000; sleep 10000000; run 2000000; exit", program, text);
    }

    /** As tracefs writes it, with names set to the right; such a line is no half of a name. */
    @Test
    void aShortLineThatIsNoneIsReported() {
        String text = WOKEN.formatted("waking").replaceAll("(?m)^(\\S+)-", "          $1-");
        String torn = text.replaceFirst("(?s)(.*\n)(.*\n)", "$1rubbish\n$2");
        var e =
                assertThrows(
                        FormatException.class,
                        () -> SchedTrace.read("load.trace", new StringReader(torn)));
        assertEquals(torn.substring(0, torn.indexOf("rubbish")).lines().count() + 1, e.line());
        assertTrue(e.getMessage().contains("rubbish"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "x-5 [000] d..2. 10.06, load.trace (its last line is cut off and left out)",
        "'', load.trace",
        "'x-5 [000] d..2. 10.060000: sched_wakeup: comm=x pid=5 prio=120', load.trace"
    })
    void aTraceSaysThatItsEndIsCutOff(String end, String name) throws Exception {
        String text = WOKEN.formatted("waking") + end;
        assertEquals(name, SchedTrace.read("load.trace", new StringReader(text)).name());
    }

    @ParameterizedTest
    @CsvSource({
        "R, true",
        "R+, true",
        "0, true",
        "0x0, true",
        "256, true",
        "0x100, true",
        "00000, true",
        "(R), true",
        "1, false",
        "08, false",
        "1a, false",
        "0x1a, false",
        "99999999999999999999, false"
    })
    void whoIsTakenOffACpuDoesNotSleep(String state, boolean goesOn) throws Exception {
        String form = state.startsWith("(") ? "task x:5 [120] %s ==> a:1 [120]" : SWITCH_OF_X;
        String line = "a-1 [000] d..2. 10.000000: sched_switch: " + form.formatted(state) + "\n";
        Switch first = (Switch) read(line).events().getFirst();
        assertEquals(goesOn, first.prevGoesOn());
    }

    private static final String SWITCH_OF_X =
            "prev_comm=x prev_pid=5 prev_prio=120 prev_state=%s ==> next_comm=a next_pid=1 next_prio=120";

    @ParameterizedTest
    @CsvSource({
        "50455246494c4532, perf script",
        "170844747261, trace-cmd report",
        "1f8b08, gunzip",
        "0a00, this is no text",
        "7b2274726163654576656e7473223a5b, this is a trace in JSON",
        "5b0a7b2270683a5b, this is a trace in JSON",
    })
    void whatIsNoTextIsRefusedByName(String begin, String advice) throws Exception {
        var file = Files.createTempFile("load", ".trace");
        try {
            Files.writeString(
                    file,
                    new String(HexFormat.of().parseHex(begin), ISO_8859_1) + "xxxxxxxxxxxxxxxxx",
                    ISO_8859_1);
            var e = assertThrows(FormatException.class, () -> SchedTrace.read(file));
            assertTrue(e.reason().contains(advice), e.reason());
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void bytesThatAreNoCharactersAreRead() throws Exception {
        var file = Files.createTempFile("load", ".trace");
        try {
            Files.write(
                    file,
                    WOKEN.formatted("waking").replace("=x ", "=n\u00e4 ").getBytes(ISO_8859_1));
            assertEquals(2, SchedTrace.read(file).workload().tasks().size());
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void aTraceOfTooManyTasksIsRefusedWithItsLine() {
        var text = new StringBuilder();
        for (int i = 1; i <= 150_000; i++) {
            text.append(
                    "a-1 [000] d..2. 10.000000: sched_waking: comm=b pid=%d prio=1\n".formatted(i));
        }
        var e = assertThrows(FormatException.class, () -> read(text.toString()));
        assertTrue(e.getMessage().contains("more than 100,000 tasks"), e.getMessage());
    }

    @Test
    void gapsAreKeptForWhoCanDoWithThem() throws Exception {
        String text = WOKEN.formatted("waking") + "CPU:1 [LOST 7 EVENTS]\nCPU:0 [EVENTS DROPPED]\n";
        SchedTrace trace = SchedTrace.readWithGaps("x", new StringReader(text));
        assertEquals(List.of(6, 7), trace.gaps().stream().map(FormatException::line).toList());
        assertThrows(FormatException.class, () -> read(text));
    }

    @Test
    void aRecordingIsASchedule() throws Exception {
        Schedule schedule = read(WOKEN.formatted("waking")).schedule("recorded in a test");
        assertEquals("recorded in a test", schedule.source());
        assertEquals(2, schedule.nrCpus());
        assertEquals(53_000_000, schedule.endNs());
        assertEquals(
                List.of(
                        new Schedule.Run(0, 1, 0, 1_000_000, false, End.SLEPT),
                        new Schedule.Run(0, 5, 1_000_000, 51_000_000, false, End.PREEMPTED),
                        new Schedule.Run(0, 1, 51_000_000, 53_000_000, false, End.ENDED)),
                schedule.runs().subList(0, 3));
        assertEquals(
                List.of(11_000_000L),
                schedule.waits().stream()
                        .filter(wait -> wait.pid() == 1)
                        .map(Schedule.Wait::fromNs)
                        .toList());
        assertEquals("a 1", schedule.name(1));
        assertEquals(100, schedule.tasks().get(1).weight());
    }

    @Test
    void theScheduleOfACommandIsOfItsTasksAlone() throws Exception {
        Schedule schedule = read(TRACE).schedule("recorded");
        assertEquals(Set.of(20, 21), schedule.tasks().keySet());
        assertEquals(Map.of(20, 6_000_000L, 21, 5_000_000L), schedule.ranNs());
    }

    @Test
    void whatAPolicyDecidedIsPartOfTheSchedule() throws Exception {
        String decisions =
                """
                          loop-7       [001] d..21    10.012000: schedbook_insert_vtime: (__scx_bpf_dsq_insert_vtime+0x4/0x120) pid=21 dsq=0x3 slice=20000000 vtime=-5
                          loop-7       [001] d..21    10.012001: schedbook_insert: (scx_bpf_dsq_insert+0x4/0x10) pid=21 dsq=0x100000000 slice=5000000
                          loop-7       [001] d..21    10.012002: schedbook_insert: (scx_bpf_dsq_insert+0x4/0x10) pid=21 dsq=0x8000000000000002 slice=18446744073709551615
                          loop-7       [001] d..21    10.012003: schedbook_insert: (scx_bpf_dsq_insert+0x4/0x10) pid=21 dsq=0x100000001 slice=1
                          loop-7       [001] d..21    10.012004: schedbook_insert: (scx_bpf_dsq_insert+0x4/0x10) pid=9 dsq=0x3 slice=1
                """;
        int at = TRACE.lastIndexOf('\n', TRACE.indexOf("<idle>")) + 1;
        String text = TRACE.substring(0, at) + decisions + TRACE.substring(at);
        Schedule schedule = read(text).schedule("recorded");
        assertEquals(
                List.of(
                        new Schedule.Insert(11_000_000, 21, 3, 20_000_000, true, -5),
                        new Schedule.Insert(11_001_000, 21, Dsq.GLOBAL, 5_000_000, false, 0),
                        new Schedule.Insert(11_002_000, 21, Dsq.LOCAL, -1, false, 0)),
                schedule.inserts());
        assertEquals(read(TRACE).schedule("recorded").runs(), schedule.runs());
    }

    @Test
    void whatAPolicyInTheKernelHasKeptAndHandsOutIsPutWhereItMovesItTo() throws Exception {
        String decisions =
                """
                          loop-7       [001] d..21    10.012000: schedbook_insert: (scx_bpf_dsq_insert+0x4/0x10) pid=21 dsq=0x300000001 slice=5000000
                          loop-7       [001] d..21    10.012001: schedbook_move: (scx_bpf_dsq_move+0x4/0x10) pid=21 dsq=0x400000001
                          loop-7       [001] d..21    10.012002: schedbook_slice: (scx_bpf_dsq_move_set_slice+0x4/0x10) slice=4000000
                          else-8       [000] d..21    10.012003: schedbook_slice: (scx_bpf_dsq_move_set_slice+0x4/0x10) slice=7
                          loop-7       [001] d..21    10.012004: schedbook_move: (scx_bpf_dsq_move+0x4/0x10) pid=21 dsq=0x3
                          loop-7       [001] d..21    10.012005: schedbook_move: (scx_bpf_dsq_move+0x4/0x10) pid=21 dsq=0x5
                          else-8       [000] d..21    10.012006: schedbook_move: (scx_bpf_dsq_move+0x4/0x10) pid=9 dsq=0x3
                """;
        int at = TRACE.lastIndexOf('\n', TRACE.indexOf("<idle>")) + 1;
        String text = TRACE.substring(0, at) + decisions + TRACE.substring(at);
        Schedule schedule = read(text).schedule("recorded");
        assertEquals(
                List.of(new Schedule.Insert(11_004_000, 21, 3, 4_000_000, false, 0)),
                schedule.inserts());
    }

    @Test
    void decisionsComeBetweenEventsAndThatSomeWereLostIsSaid() throws Exception {
        String decision =
                "loop-7 [001] d..21 %s: schedbook_insert: (f+0x4/0x10) pid=21 dsq=0x3 slice=1\n";
        String decisions =
                "# decisions\n# tracer: nop\n# entries-in-buffer/entries-written: 2/%d   #P:2\n"
                        + decision.formatted("9.900000")
                        + decision.formatted("10.012000");
        Schedule schedule =
                read(SchedRecorder.merged(TRACE + decisions.formatted(2))).schedule("recorded");
        assertEquals(
                List.of(new Schedule.Insert(11_000_000, 21, 3, 1, false, 0)), schedule.inserts());
        var lost =
                SchedTrace.readWithGaps(
                        "load.trace",
                        new StringReader(SchedRecorder.merged(TRACE + decisions.formatted(5))));
        assertTrue(lost.gaps().getFirst().reason().contains("kept 2 of 5 events"));
    }

    @Test
    void aDecisionThatIsNoneIsSaidWithItsLine() {
        String text = "a-1 [000] d..2. 10.000000: schedbook_insert: (f) pid=x dsq=0x3 slice=1\n";
        var e = assertThrows(FormatException.class, () -> read(text));
        assertEquals(1, e.line());
    }

    @Test
    void timeDoesNotGoBack() {
        String earlier =
                "a-1 [000] d..2. 10.000000: sched_waking: comm=b pid=2 prio=120 target_cpu=000";
        String text = earlier.replace("10.0", "11.0") + "\n" + earlier + "\n";
        var e = assertThrows(FormatException.class, () -> read(text));
        assertEquals(2, e.line());
    }
}
