package org.schedbook.target;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.schedbook.policy.ExitInfo;

class RealTimeTasksTest {

    private static final String DUMP =
            """
            CPU 0   : nr_run=3 flags=0x1 cpu_rel=0 ops_qseq=7 pnt_seq=9
                      curr=a date[812] class=rt_sched_class
              R sh[5] -5012ms
            CPU 1   : nr_run=1 flags=0x1 cpu_rel=0 ops_qseq=7 pnt_seq=9
                      curr=sh[6] class=ext_sched_class
            """;

    @Test
    void thoseThatRanWhenAPolicyWasTooLateAreNamed() {
        var exit =
                new ExitInfo(
                        1026,
                        0,
                        "runnable task stall",
                        "watchdog failed to check in for 5.008s",
                        DUMP);
        assertEquals(
                "Real-time tasks ran then, which the kernel puts before all that a policy"
                        + " schedules: a date (812) on CPU 0. The policy may not be to blame.",
                RealTimeTasks.inTheWay(exit).orElseThrow());
    }

    @Test
    void othersAndOtherEndsAreNotTheirs() {
        assertEquals(
                Optional.empty(),
                RealTimeTasks.inTheWay(
                        new ExitInfo(1026, 0, "stall", "", DUMP.replace("rt_sched", "ext_sched"))));
        assertEquals(
                Optional.empty(),
                RealTimeTasks.inTheWay(new ExitInfo(1024, 0, "runtime error", "bad DSQ", DUMP)));
    }
}
