package org.schedbook.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.schedbook.policy.ExitInfo;

class ThrownOutTest {

    private static final String LATE = "watchdog failed to check in for 5.008s";

    private static final String REAL_TIME =
            """
            CPU 0   : nr_run=3 flags=0x1 cpu_rel=0 ops_qseq=7 pnt_seq=9
                      curr=a date[812] class=rt_sched_class
              R sh[5] -12ms
            CPU 1   : nr_run=1 flags=0x1 cpu_rel=0 ops_qseq=7 pnt_seq=9
                      rescue=0 budget=0us rescuing=none[-1]
                      curr=sh[6] class=ext_sched_class
            """;

    private static final String STARVED =
            """
            CPU 1   : nr_run=5 flags=0x1 cpu_rel=0 ksync=55773
                      rescue=0 budget=0us rescuing=none[-1]
                      curr=swapper/1[0] class=idle_sched_class

              R java[132] *root -404ms
                  scx_state/flags=4/0xb dsq_flags=0x0 ops_state/qseq=0/0
             *R pool-2-thread-1[152] *root -9996ms
              R Service Thread[140] *root -4980ms
              R kcompactd0[40] *root +0ms
            """;

    @Test
    void theTaskThatWaitedLongestIsNamedWhereTheKernelNamesNone() {
        assertEquals(
                "runnable task stall. watchdog failed to check in for 5.008s."
                        + " The task that waited longest is Service Thread (140), for 4,980 ms.",
                ThrownOut.why(stall(LATE, STARVED)));
        assertEquals(
                Optional.empty(),
                ThrownOut.dumped(stall("sleep[152] failed to run for 5.120s", STARVED)));
    }

    @Test
    void realTimeTasksThatRanThenAreNamed() {
        assertEquals(
                "The task that waited longest is sh (5), for 12 ms."
                        + " Real-time tasks ran then, which the kernel puts before all that a policy"
                        + " schedules: a date (812) on CPU 0. The policy may not be to blame.",
                ThrownOut.dumped(stall(LATE, REAL_TIME)).orElseThrow());
        assertTrue(
                ThrownOut.why(stall(LATE, REAL_TIME.replace("ext_sched", "dl_sched")))
                        .contains("a date (812) on CPU 0, sh (6) on CPU 1."));
    }

    @Test
    void otherEndsAreToldInTheKernelsWords() {
        assertEquals(
                "runtime error. bad DSQ",
                ThrownOut.why(new ExitInfo(1024, 0, "runtime error", "bad DSQ", STARVED)));
        assertEquals("stall", ThrownOut.why(new ExitInfo(1026, 0, "stall", "", "")));
    }

    private static ExitInfo stall(String message, String dump) {
        return new ExitInfo(1026, 0, "runnable task stall", message, dump);
    }
}
