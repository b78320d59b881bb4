package org.schedbook.target.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.schedbook.target.Activity;

class ProcTest {

    @Test
    void cpuTimesAreBusyOrIdle() {
        String stat =
                """
                cpu  30 0 0 300 0 0 0 0 0 0
                cpu0 10 1 2 100 5 3 4 6 10 1
                cpu1 20 0 0 200 0 0 0 0 0 0
                intr 5
                """;
        assertEquals(
                List.of(
                        new Activity.Cpu(260_000_000, 1_050_000_000),
                        new Activity.Cpu(200_000_000, 2_000_000_000)),
                Proc.cpus(stat));
    }

    @Test
    void thisMachineIsRead() {
        Activity activity = Proc.activity(0, List.of());
        assertTrue(activity.cpus().size() >= 1);
        assertTrue(activity.schedulerCpuNs() > 0);
    }
}
