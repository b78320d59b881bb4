package org.schedbook.scx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What held this process, and so the policy, up since it started.
 *
 * @param pageFaults memory touched that was not mapped, in all threads
 * @param majorFaults those of them that had to wait for a disk
 * @param collections how often the collector stopped the process
 * @param collectionMillis for how long
 */
record Hindrances(long pageFaults, long majorFaults, long collections, long collectionMillis) {

    // Fields after the name, counted from 0: proc_pid_stat(5).
    private static final int STATE = 0;
    private static final int MINFLT = 7;
    private static final int MAJFLT = 9;

    static Hindrances now() {
        String[] stat = stat("/proc/self/stat");
        List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
        return new Hindrances(
                Long.parseLong(stat[MINFLT]) + Long.parseLong(stat[MAJFLT]),
                Long.parseLong(stat[MAJFLT]),
                collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionCount).sum(),
                collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum());
    }

    /**
     * Returns whether a thread of this process waits in the kernel for what no signal can end: a
     * page of memory, a disk, or someone else who waits for these. One that has ended waits for
     * nothing.
     */
    static boolean waitsForKernel(int tid) {
        try {
            return stat("/proc/self/task/" + tid + "/stat")[STATE].equals("D");
        } catch (UncheckedIOException ended) {
            return false;
        }
    }

    private static String[] stat(String file) {
        try {
            String stat = Files.readString(Path.of(file));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void addCounters(Map<String, Long> counters, Hindrances since) {
        counters.put("nr_page_faults", pageFaults - since.pageFaults);
        counters.put("nr_major_faults", majorFaults - since.majorFaults);
        counters.put("nr_collections", collections - since.collections);
        counters.put("collection_ms", collectionMillis - since.collectionMillis);
    }
}
