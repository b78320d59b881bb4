package org.schedbook.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.schedbook.jupyter.CellError;
import org.schedbook.plot.TimePlot;
import org.schedbook.target.Activity;
import org.schedbook.target.Attachment;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;

/**
 * What {@code %top} saw of a policy.
 *
 * @param policy its name
 * @param machine where it ran
 * @param samples in their order
 */
public record Watched(String policy, String machine, List<Sample> samples) {

    /** More lines than this cannot be told apart. */
    private static final int LINES = 6;

    /** Counters that tell of now and not of the time since the attach. */
    private static final Set<String> NOW = Set.of("nr_tasks", "nr_queued");

    /** One moment. */
    public record Sample(Status status, Activity activity) {

        public static Sample of(Attachment attachment)
                throws TargetException, InterruptedException {
            Activity activity =
                    attachment
                            .activity()
                            .orElseThrow(
                                    () ->
                                            new TargetException(
                                                    "This target does not say what it is doing.",
                                                    "%status shows its counters.",
                                                    ""));
            return new Sample(attachment.status(), activity);
        }

        public boolean ended() {
            return status.exit() != null;
        }
    }

    /** Returns whether a counter counts events since the attach. */
    public static boolean isTotal(String counter) {
        return counter.startsWith("nr_") && !NOW.contains(counter);
    }

    public Watched {
        samples = List.copyOf(samples);
    }

    /** Returns how fast the counters went that went fastest. */
    public TimePlot plot() {
        if (samples.size() < 3) {
            throw new CellError("%top was too short to plot.").next("Watch for longer: %top -s 10");
        }
        var rates = new LinkedHashMap<String, double[]>();
        counters().stream()
                .sorted(Comparator.comparing(this::total).reversed())
                .filter(counter -> total(counter) > 0)
                .limit(LINES)
                .forEach(counter -> rates.put(counter, rates(counter)));
        if (rates.isEmpty()) {
            throw new CellError("Nothing happened while %top watched.")
                    .next("Give it something to do: %top messaging");
        }
        long start = samples.getFirst().activity().atNs();
        double[] seconds =
                samples.stream()
                        .skip(1)
                        .mapToDouble(sample -> (sample.activity().atNs() - start) / 1e9)
                        .toArray();
        return new TimePlot(policy + " at work", "per second", seconds, rates, machine);
    }

    private List<String> counters() {
        var names = new TreeSet<>(samples.getLast().status().counters().keySet());
        names.removeIf(name -> !isTotal(name));
        return new ArrayList<>(names);
    }

    private long total(String counter) {
        return value(samples.getLast(), counter) - value(samples.getFirst(), counter);
    }

    private double[] rates(String counter) {
        var rates = new double[samples.size() - 1];
        for (int i = 0; i < rates.length; i++) {
            Sample from = samples.get(i);
            Sample to = samples.get(i + 1);
            long ns = Math.max(1, to.activity().atNs() - from.activity().atNs());
            rates[i] = 1e9 * (value(to, counter) - value(from, counter)) / ns;
        }
        return rates;
    }

    private static long value(Sample sample, String counter) {
        return sample.status().counters().getOrDefault(counter, 0L);
    }
}
