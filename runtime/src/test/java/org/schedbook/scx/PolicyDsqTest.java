package org.schedbook.scx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Comparator;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.schedbook.policy.PolicyException;

class PolicyDsqTest {

    private final PolicyDsq dsq = new PolicyDsq(3, 0);

    private static HostTask task(int pid, long cpusAllowed) {
        HostTask task = new HostTask(pid, pid);
        task.cpusAllowed = cpusAllowed;
        return task;
    }

    @Test
    void withoutVtimeFirstInIsFirstOut() {
        dsq.use(false);
        for (int pid = 1; pid <= 100; pid++) {
            dsq.add(task(pid, -1), 0, false);
        }
        for (int pid = 1; pid <= 100; pid++) {
            assertEquals(pid, dsq.poll(0).pid());
        }
        assertNull(dsq.poll(0));
    }

    @Test
    void headGoesBeforeAllOthers() {
        dsq.use(false);
        dsq.add(task(1, -1), 0, false);
        dsq.add(task(2, -1), 0, true);
        dsq.add(task(3, -1), 0, true);
        assertEquals(3, dsq.poll(0).pid());
        assertEquals(2, dsq.poll(0).pid());
        assertEquals(1, dsq.poll(0).pid());
    }

    @Test
    void passesOverTasksThatMayNotUseTheCpu() {
        dsq.use(false);
        HostTask elsewhere = task(1, 0b01);
        HostTask here = task(2, 0b10);
        dsq.add(elsewhere, 0, false);
        dsq.add(here, 0, false);
        assertSame(here, dsq.poll(1));
        assertNull(dsq.poll(1));
        assertSame(elsewhere, dsq.poll(0));
    }

    @Test
    void vtimeMayWrap() {
        dsq.use(true);
        dsq.add(task(1, -1), Long.MIN_VALUE + 5, false);
        dsq.add(task(2, -1), Long.MAX_VALUE - 5, false);
        assertEquals(2, dsq.poll(0).pid());
    }

    @Test
    void agreesWithASortedSet() {
        Random random = new Random(2);
        TreeSet<HostTask> expected =
                new TreeSet<>(
                        Comparator.<HostTask>comparingLong(t -> t.dsqVtime)
                                .thenComparingLong(t -> t.dsqSeq));
        dsq.use(true);
        for (int i = 0; i < 100_000; i++) {
            int choice = random.nextInt(5);
            if (choice < 3 && expected.size() < 300) {
                HostTask task = task(i, 1 + random.nextInt(15));
                dsq.add(task, random.nextInt(50), false);
                expected.add(task);
            } else if (choice == 3) {
                int cpu = random.nextInt(4);
                HostTask first =
                        expected.stream().filter(t -> t.canRunOn(cpu)).findFirst().orElse(null);
                assertSame(first, dsq.poll(cpu));
                if (first != null) {
                    expected.remove(first);
                }
            } else if (!expected.isEmpty()) {
                HostTask some = expected.higher(expected.first());
                if (some != null) {
                    dsq.remove(some);
                    expected.remove(some);
                }
            }
            assertEquals(expected.size(), dsq.size());
        }
    }

    @Test
    void oneDsqIsNotUsedBothWays() {
        dsq.use(true);
        dsq.use(true);
        assertThrows(PolicyException.class, () -> dsq.use(false));
    }
}
