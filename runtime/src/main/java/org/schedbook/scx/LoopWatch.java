package org.schedbook.scx;

import java.time.Duration;
import java.util.Optional;
import org.schedbook.harness.CallWatch;

/** Watches a loop, and finds when a call of its policy does not return or the loop has died. */
abstract class LoopWatch {

    /** How often within the time a call may take it is looked at; looking costs CPU time. */
    static final int LOOKS = 4;

    private final PolicyLoop loop;
    private final Thread thread;
    private final Duration callDeadline;

    /**
     * @param thread that runs the loop
     * @param callDeadline how long a call of the policy may take
     */
    LoopWatch(PolicyLoop loop, Thread thread, Duration callDeadline) {
        this.loop = loop;
        this.thread = thread;
        this.callDeadline = callDeadline;
    }

    /** Returns whether the policy is attached still. */
    abstract boolean goesOn();

    /** Returns whether a call of the policy does not return. */
    abstract boolean isStuck(CallWatch calls);

    /** Waits for the policy's end; returns why it has to be detached, if it has to be. */
    Optional<String> await() {
        Duration pause = callDeadline.dividedBy(LOOKS);
        var calls = new CallWatch(LOOKS);
        try {
            while (goesOn()) {
                boolean died = thread.join(pause);
                if (died && goesOn()) {
                    return Optional.of(lastFault());
                }
                if (isStuck(calls)) {
                    loop.hung(thread, CallWatch.hung(callDeadline));
                    return Optional.of(lastFault());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    /** A loop that died for want of memory may not have been able to say so. */
    private String lastFault() {
        return loop.faults().isEmpty()
                ? "the policy's loop died"
                : loop.faults().getLast().sentence();
    }
}
