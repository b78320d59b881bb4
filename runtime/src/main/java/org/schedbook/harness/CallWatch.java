package org.schedbook.harness;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * Watches that each call of a policy returns. What counts is how often a call was looked at and not
 * how long ago it began: when all threads stand still, for a collection or for want of memory, so
 * does the one that looks, and that is not the policy's doing.
 */
public final class CallWatch {

    /** What {@link PolicyHarness#calls} would be while the policy's constructor runs. */
    public static final long CONSTRUCTOR = -1;

    private final int limit;
    private long seen;
    private int looks;

    /**
     * @param limit how often a call may be seen and not be at its end
     */
    public CallWatch(int limit) {
        this.limit = limit;
    }

    /** Returns the words for a call that lasted longer than it may. */
    public static String hung(Duration limit) {
        return String.format(
                "did not return within %s s of real time",
                BigDecimal.valueOf(limit.toMillis(), 3).stripTrailingZeros().toPlainString());
    }

    /**
     * Looks at the policy.
     *
     * @param calls {@link PolicyHarness#calls}, or {@link #CONSTRUCTOR}
     * @return whether one call has been seen too often
     */
    public boolean isStuck(long calls) {
        if (calls % 2 == 0 || calls != seen) {
            seen = calls;
            looks = 0;
            return false;
        }
        return ++looks >= limit;
    }
}
