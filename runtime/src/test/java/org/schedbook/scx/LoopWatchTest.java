package org.schedbook.scx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.bpf.backend_state;
import org.schedbook.bpf.exit_record;
import org.schedbook.harness.CallWatch;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;

/** A loop that ends while its policy is attached leads to its detachment, with words why. */
@Timeout(60)
class LoopWatchTest {

    private static final Duration DEADLINE = Duration.ofMillis(400);

    private final Arena arena = Arena.ofAuto();
    private volatile boolean attached = true;

    private static class Plain extends Policy {
        @Override
        public void enqueue(Task task, long enqFlags) {}
    }

    private static class Throwing extends Plain {
        @Override
        public void init() {
            throw new IllegalStateException("out of the policy");
        }
    }

    private Optional<String> watch(PolicyLoop loop, Thread thread) {
        return new LoopWatch(loop, thread, DEADLINE) {
            @Override
            boolean goesOn() {
                return attached;
            }

            @Override
            boolean isStuck(CallWatch calls) {
                return calls.isStuck(loop.calls());
            }
        }.await();
    }

    /** What is attached still, and has no rings: the first round throws. */
    private Backend broken() {
        return new Backend(null, null, backend_state.allocate(arena), exit_record.allocate(arena));
    }

    @Test
    void aLoopThatDiesIsAFaultAndHasThePolicyDetached() {
        var loop = new PolicyLoop(new Plain(), Options.DEFAULT);
        loop.init();
        Backend broken = broken();
        Thread thread = Thread.ofPlatform().daemon().start(() -> loop.serve(broken));
        String why = watch(loop, thread).orElseThrow();
        assertTrue(why.contains("the policy's loop died: java.lang.NullPointerException"), why);
        assertEquals(why, loop.faults().getLast().sentence());
        assertEquals(1, loop.faults().size());
    }

    @Test
    void whatEndsALoopIsToldWithTheLineOfThePolicyItComesFrom() {
        var loop = new PolicyLoop(new Throwing(), Options.DEFAULT);
        try {
            loop.init();
        } catch (IllegalStateException e) {
            loop.died(e);
            assertEquals(e.getStackTrace()[0].getLineNumber(), loop.faults().getLast().line());
        }
        assertEquals(
                "the policy's loop died: java.lang.IllegalStateException: out of the policy",
                loop.faults().getLast().message());
    }

    @Test
    void aLoopThatCannotEvenSayWhyItDiedHasThePolicyDetachedAllTheSame() {
        var loop = new PolicyLoop(new Plain(), Options.DEFAULT);
        Thread thread = Thread.ofPlatform().daemon().start(() -> {});
        assertEquals("the policy's loop died", watch(loop, thread).orElseThrow());
    }

    @Test
    void aPolicyThatTheKernelHasLetGoOfIsLeftAlone() {
        var loop = new PolicyLoop(new Plain(), Options.DEFAULT);
        attached = false;
        assertEquals(Optional.empty(), watch(loop, Thread.ofPlatform().daemon().start(() -> {})));
    }

    @Test
    void aCallThatDoesNotReturnIsToldWithItsCallback() {
        var loop =
                new PolicyLoop(
                        new Plain() {
                            @Override
                            public void init() {
                                while (attached) {
                                    Thread.onSpinWait();
                                }
                            }
                        },
                        Options.DEFAULT);
        Thread thread = Thread.ofPlatform().daemon().start(loop::init);
        String why = watch(loop, thread).orElseThrow();
        attached = false;
        assertTrue(why.matches("init, line \\d+: did not return within 0.4 s.*"), why);
    }
}
