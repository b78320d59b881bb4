package org.schedbook.target.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;
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
                "nonsense | load.trace:1: this is not a line of a trace: task-pid [cpu] flags time: event",
                "'# tracer: nop' | load.trace:1: there are no scheduling events in it",
                "CPU:1 [LOST 7 EVENTS] | load.trace:1: the kernel lost 7 events here",
                "# entries-in-buffer/entries-written: 5/9   #P:2 | load.trace:1: the kernel kept 5 of 9 events: record something shorter",
                "a-1 [000] d..2. 10.000000: sched_switch: prev_comm=a | load.trace:1: a sched_switch does not look like this",
            })
    void whatIsMalformedIsSaidWithItsLine(String text, String message) {
        var e = assertThrows(FormatException.class, () -> read(text + "\n"));
        assertEquals(message, e.getMessage());
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
