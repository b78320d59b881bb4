package org.schedbook.schedule;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How much CPU time tasks have had over time, beside what each would have had if all that could run
 * had shared the CPUs by their weights at every moment.
 *
 * @param timesNs when, from 0 on
 * @param lines of those tasks that had most, that one first
 */
public record CpuTime(long[] timesNs, List<Line> lines) {

    private static final int USUAL_WEIGHT = 100;

    /** One task: what it had had by each time, and what was its part. */
    public record Line(int pid, double[] hadNs, double[] idealNs) {}

    /**
     * Takes the figures at times evenly apart.
     *
     * @param points how many times, 2 or more
     * @param tasks of how many tasks at most
     */
    public static CpuTime of(Schedule schedule, int points, int tasks) {
        int bins = points - 1;
        double wide = Math.max(1, schedule.endNs()) / (double) bins;
        Map<Integer, double[]> ran = new HashMap<>();
        Map<Integer, double[]> could = new HashMap<>();
        for (Schedule.Run run : schedule.runs()) {
            add(
                    ran.computeIfAbsent(run.pid(), _ -> new double[bins]),
                    wide,
                    run.fromNs(),
                    run.toNs());
            add(
                    could.computeIfAbsent(run.pid(), _ -> new double[bins]),
                    wide,
                    run.fromNs(),
                    run.toNs());
        }
        for (Schedule.Wait wait : schedule.waits()) {
            add(
                    could.computeIfAbsent(wait.pid(), _ -> new double[bins]),
                    wide,
                    wait.fromNs(),
                    wait.toNs());
        }
        Map<Integer, double[]> ideal = new HashMap<>();
        could.keySet().forEach(pid -> ideal.put(pid, new double[bins]));
        for (int bin = 0; bin < bins; bin++) {
            share(schedule, could, ran, ideal, bin);
        }
        Map<Integer, Long> total = schedule.ranNs();
        return new CpuTime(
                times(schedule.endNs(), bins),
                could.keySet().stream()
                        .sorted(
                                Comparator.comparing((Integer pid) -> -total.getOrDefault(pid, 0L))
                                        .thenComparing(pid -> pid))
                        .limit(tasks)
                        .map(
                                pid ->
                                        new Line(
                                                pid,
                                                summed(ran.getOrDefault(pid, new double[bins])),
                                                summed(ideal.get(pid))))
                        .toList());
    }

    private static long[] times(long endNs, int bins) {
        long[] times = new long[bins + 1];
        for (int i = 0; i <= bins; i++) {
            times[i] = Math.round(endNs * (i / (double) bins));
        }
        return times;
    }

    private static void add(double[] bins, double wide, long from, long to) {
        int last = (int) Math.min(bins.length - 1, to / wide);
        for (int bin = (int) Math.min(bins.length - 1, from / wide); bin <= last; bin++) {
            bins[bin] += Math.max(0, Math.min(to, (bin + 1) * wide) - Math.max(from, bin * wide));
        }
    }

    /** What there was of all CPUs in a bin goes by weight; none gets more than it could take. */
    private static void share(
            Schedule schedule,
            Map<Integer, double[]> could,
            Map<Integer, double[]> ran,
            Map<Integer, double[]> ideal,
            int bin) {
        double left = ran.values().stream().mapToDouble(bins -> bins[bin]).sum();
        var open = new HashMap<Integer, Double>();
        double weights = 0;
        for (var entry : could.entrySet()) {
            if (entry.getValue()[bin] > 0) {
                int pid = entry.getKey();
                // Who could run for a part of the time only has that part of a weight.
                double weight = weight(schedule, pid) * entry.getValue()[bin];
                open.put(pid, weight);
                weights += weight;
            }
        }
        for (boolean capped = true; capped && left > 0 && !open.isEmpty(); ) {
            capped = false;
            double now = left;
            double sum = weights;
            for (int pid : List.copyOf(open.keySet())) {
                double most = could.get(pid)[bin];
                if (now * open.get(pid) / sum >= most) {
                    ideal.get(pid)[bin] = most;
                    weights -= open.remove(pid);
                    left -= most;
                    capped = true;
                }
            }
        }
        for (var entry : open.entrySet()) {
            ideal.get(entry.getKey())[bin] = Math.max(0, left) * entry.getValue() / weights;
        }
    }

    private static int weight(Schedule schedule, int pid) {
        Schedule.Task task = schedule.tasks().get(pid);
        return task == null || task.weight() == Schedule.NO_WEIGHT ? USUAL_WEIGHT : task.weight();
    }

    private static double[] summed(double[] bins) {
        double[] summed = new double[bins.length + 1];
        System.arraycopy(bins, 0, summed, 1, bins.length);
        Arrays.parallelPrefix(summed, Double::sum);
        return summed;
    }
}
