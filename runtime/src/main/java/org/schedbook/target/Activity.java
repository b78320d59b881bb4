package org.schedbook.target;

import java.util.List;

/**
 * What a machine and the policy attached to it are doing. Durations and counts are totals: what
 * happened meanwhile is the difference of two.
 *
 * @param atNs when this was read, on a clock that only moves forward
 * @param cpus the machine's CPUs, by number
 * @param schedulerCpuNs CPU time of the process that the policy runs in
 * @param gcPauses how often that process was stopped to collect garbage
 * @param gcPauseNs for how long
 * @param nrWaiting tasks that wait for a decision now
 * @param decisions tasks by how long they waited until the policy's decision was carried out, in
 *     the classes of {@code measure.Durations}; classes at the end that are empty are left out
 */
public record Activity(
        long atNs,
        List<Cpu> cpus,
        long schedulerCpuNs,
        long gcPauses,
        long gcPauseNs,
        long nrWaiting,
        List<Long> decisions) {

    /**
     * A CPU since the machine started.
     *
     * @param busyNs time with a task or an interrupt to work on
     * @param idleNs time without
     */
    public record Cpu(long busyNs, long idleNs) {}
}
