package org.schedbook.target.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.schedbook.target.Activity;

/** What this machine and this process do, as the kernel and the JVM count it. */
final class Proc {

    /** {@code USER_HZ}, in which {@code /proc/stat} counts: 100 on x86-64 whatever the kernel. */
    private static final long TICK_NS = TimeUnit.SECONDS.toNanos(1) / 100;

    private static final Pattern CPU = Pattern.compile("cpu\\d+ .*");

    /** The columns {@code idle} and {@code iowait} of {@code /proc/stat}: proc_stat(5). */
    private static final int IDLE = 3;

    private static final int IOWAIT = 4;

    /** Guest time, in the columns after {@code steal}, is in {@code user} already. */
    private static final int COLUMNS = 8;

    static Activity activity(long nrWaiting, List<Long> decisions) {
        List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
        return new Activity(
                System.nanoTime(),
                cpus(read("/proc/stat")),
                ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L),
                collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionCount).sum(),
                TimeUnit.MILLISECONDS.toNanos(
                        collectors.stream()
                                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                                .sum()),
                nrWaiting,
                decisions);
    }

    static List<Activity.Cpu> cpus(String stat) {
        return stat.lines().filter(CPU.asMatchPredicate()).map(Proc::cpu).toList();
    }

    private static Activity.Cpu cpu(String line) {
        long[] ticks =
                Arrays.stream(line.split(" +"))
                        .skip(1)
                        .limit(COLUMNS)
                        .mapToLong(Long::parseLong)
                        .toArray();
        long idle = ticks[IDLE] + ticks[IOWAIT];
        return new Activity.Cpu((Arrays.stream(ticks).sum() - idle) * TICK_NS, idle * TICK_NS);
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Proc() {}
}
