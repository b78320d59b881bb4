package org.schedbook.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.policy.PolicyException;

class FaultsTest {

    private final Faults faults = new Faults(FaultsTest.class);

    /** What a policy may throw: nothing that it overrides can be relied on. */
    private static class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new Hostile();
        }

        @Override
        public String toString() {
            throw new Hostile();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            return null;
        }
    }

    @Test
    void whatIsThrownIsDescribedInOneLineByItsClassAndMessage() {
        assertEquals(
                "java.lang.IllegalStateException: a b",
                Faults.describe(new IllegalStateException("a\nb")));
        assertEquals("java.lang.Error", Faults.describe(new Error()));
        assertEquals("what to do", Faults.describe(new PolicyException("what to do")));
        assertEquals(1000, Faults.describe(new Error("x".repeat(5_000_000))).length());
    }

    @Test
    void whatLiesAboutItselfIsDescribedByItsClass() {
        assertEquals(Hostile.class.getName(), Faults.describe(new Hostile()));
        faults.threw("enqueue", new Hostile());
        assertEquals(
                List.of(new PolicyFault("enqueue", Hostile.class.getName(), 0)), faults.list());
    }

    @Test
    @Timeout(60)
    void whoeverGivesUpAPolicyThatNeverSaysWhatItThrewCanNoteIt() throws Exception {
        var asked = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .start(
                                () ->
                                        faults.threw(
                                                "enqueue",
                                                new RuntimeException() {
                                                    @Override
                                                    public String getMessage() {
                                                        asked.countDown();
                                                        try {
                                                            never.await();
                                                        } catch (InterruptedException e) {
                                                            // as any other end
                                                        }
                                                        return "";
                                                    }
                                                }));
        asked.await();
        faults.last("enqueue", "did not return", thread.getStackTrace());
        assertEquals("did not return", faults.list().getLast().message());
        never.countDown();
        thread.join();
    }

    @Test
    void eachKindIsToldOnceWhateverTaskItIsAbout() {
        for (int i = 0; i < 10; i++) {
            faults.threw("enqueue", new IllegalStateException("task " + i));
            faults.note("dispatch", "bounce", "task " + i + " was sent astray");
        }
        assertEquals(2, faults.list().size());
        assertEquals("task 0 was sent astray", faults.list().getLast().message());
    }

    @Test
    void whatDiffersInPlaceOrReasonIsToldApart() {
        faults.threw("enqueue", new IllegalStateException("a"));
        faults.threw("enqueue", new IllegalStateException("b"));
        faults.threw("enqueue", new ArithmeticException("a"));
        faults.threw("dispatch", new ArithmeticException("a"));
        assertEquals(4, faults.list().size());
        assertFalse(faults.list().getFirst().line() == 0);
    }

    @Test
    void whatEndedThePolicyIsTheLastHoweverManyThereWereBefore() {
        for (int i = 0; i < 100; i++) {
            faults.note("enqueue", "reason " + i, "fault " + i);
        }
        StackTraceElement[] stack = new Error().getStackTrace();
        faults.last("dispatch", "did not return", stack);
        assertEquals(
                new PolicyFault("dispatch", "did not return", stack[0].getLineNumber()),
                faults.list().getLast());
        faults.last("dispatch", "did not return", stack);
        assertEquals(faults.list().size(), Set.copyOf(faults.list()).size());
    }
}
