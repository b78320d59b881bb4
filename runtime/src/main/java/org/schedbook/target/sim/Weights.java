package org.schedbook.target.sim;

/** What the kernel makes of a nice value. */
final class Weights {

    /** Priority 120 is nice 0: {@code NICE_TO_PRIO} of {@code include/linux/sched/prio.h}. */
    static final int PRIO_OF_NICE_0 = 120;

    private static final int MIN_NICE = -20;

    /** {@code sched_prio_to_weight} of {@code kernel/sched/core.c}. */
    private static final int[] OF_NICE = {
        88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, //
        9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277, //
        1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, //
        110, 87, 70, 56, 45, 36, 29, 23, 18, 15
    };

    private Weights() {}

    /**
     * Returns the weight as sched_ext has it, where nice 0 is 100: {@code set_weight} of {@code
     * kernel/sched/ext.c} through {@code sched_weight_to_cgroup}.
     */
    static int ofNice(int nice) {
        int weight = OF_NICE[Math.clamp(nice - MIN_NICE, 0, OF_NICE.length - 1)];
        return Math.clamp((weight * 100L + 512) / 1024, 1, 10_000);
    }

    static int ofPrio(int prio) {
        return ofNice(prio - PRIO_OF_NICE_0);
    }
}
