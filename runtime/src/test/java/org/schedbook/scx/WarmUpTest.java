package org.schedbook.scx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;

@Timeout(30)
class WarmUpTest {

    private static final Options OPTIONS =
            new Options(Duration.ofSeconds(1), Duration.ofSeconds(5), false, Optional.empty());

    /** Outside of the policies: a static field of theirs would keep them from being warmed up. */
    private static final class Seen {
        static final AtomicInteger ENQUEUES = new AtomicInteger();

        /** What never returns ends with its test, so as not to spin beside the next. */
        static volatile boolean over;
    }

    static class Counts extends Policy {
        int n;

        @Override
        public void init() {
            createDsq(0);
        }

        @Override
        public int selectCpu(Task task, int prevCpu, long wakeFlags) {
            return prevCpu;
        }

        @Override
        public void enqueue(Task task, long enqFlags) {
            n++;
            kick(0, 0);
            Seen.ENQUEUES.incrementAndGet();
            insert(task, 0, SLICE_DFL_NS, enqFlags);
        }

        @Override
        public void stopping(Task task, boolean runnable) {
            throw new IllegalStateException("nobody hears of it");
        }

        @Override
        public void dispatch(int cpu, Task prev) {
            while (moveToLocal(0)) {}
        }
    }

    static class Loops extends Policy {
        @Override
        public void enqueue(Task task, long enqFlags) {
            while (!Seen.over) {}
        }
    }

    static class Slow extends Counts {
        @Override
        public void enqueue(Task task, long enqFlags) {
            LockSupport.parkNanos(300_000_000);
            super.enqueue(task, enqFlags);
        }
    }

    @BeforeEach
    void begin() {
        Seen.over = false;
    }

    @AfterEach
    void end() {
        Seen.over = true;
    }

    @Test
    void anotherInstanceDecidesAndTheOneToBeAttachedStaysAsItWas() throws AttachException {
        Seen.ENQUEUES.set(0);
        var policy = new Counts();
        warmUp(policy);
        assertTrue(Seen.ENQUEUES.get() > 0);
        assertEquals(0, policy.n);
    }

    @Test
    void aPolicyThatDoesNotReturnIsRefusedWithItsLine() {
        var e = assertThrows(AttachException.class, () -> warmUp(new Loops()));
        assertTrue(e.getMessage().contains("did not return within 1 s"), e.getMessage());
        assertTrue(e.getMessage().contains("enqueue, line "), e.getMessage());
    }

    @Test
    void callsThatReturnAreWaitedForHoweverSlowTheMachineIs() throws AttachException {
        Seen.ENQUEUES.set(0);
        warmUp(new Slow());
        assertTrue(Seen.ENQUEUES.get() > 3, "longer than a call may take");
    }

    @Test
    void aPolicyWhoseInstancesShareStateIsLeftAlone() throws AttachException {
        class Shares extends Counts {
            static int all;
        }
        Seen.ENQUEUES.set(0);
        warmUp(new Shares());
        assertEquals(0, Seen.ENQUEUES.get());
    }

    private static void warmUp(Policy policy) throws AttachException {
        WarmUp.of(policy, new PolicyLoop(policy, OPTIONS), OPTIONS);
    }
}
