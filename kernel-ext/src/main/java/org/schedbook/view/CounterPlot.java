package org.schedbook.view;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeSet;
import org.schedbook.jupyter.CellError;
import org.schedbook.plot.TimePlot;
import org.schedbook.session.Watched;

/** How what {@code %top} saw is drawn. */
public final class CounterPlot {

    /** More lines than this cannot be told apart. */
    private static final int LINES = 6;

    private final Watched watched;

    private CounterPlot(Watched watched) {
        this.watched = watched;
    }

    /** Returns how fast the counters went that went fastest. */
    public static TimePlot of(Watched watched) {
        return new CounterPlot(watched).plot();
    }

    private TimePlot plot() {
        if (watched.samples().size() < 3) {
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
        long start = watched.samples().getFirst().activity().atNs();
        double[] seconds =
                watched.samples().stream()
                        .skip(1)
                        .mapToDouble(sample -> (sample.activity().atNs() - start) / 1e9)
                        .toArray();
        return new TimePlot(
                watched.policy() + " at work", "per second", seconds, rates, watched.machine());
    }

    private List<String> counters() {
        var names = new TreeSet<>(watched.samples().getLast().status().counters().keySet());
        names.removeIf(name -> !Watched.isTotal(name));
        return new ArrayList<>(names);
    }

    private long total(String counter) {
        return value(watched.samples().getLast(), counter)
                - value(watched.samples().getFirst(), counter);
    }

    private double[] rates(String counter) {
        var rates = new double[watched.samples().size() - 1];
        for (int i = 0; i < rates.length; i++) {
            Watched.Sample from = watched.samples().get(i);
            Watched.Sample to = watched.samples().get(i + 1);
            long ns = Math.max(1, to.activity().atNs() - from.activity().atNs());
            rates[i] = 1e9 * (value(to, counter) - value(from, counter)) / ns;
        }
        return rates;
    }

    private static long value(Watched.Sample sample, String counter) {
        return sample.status().counters().getOrDefault(counter, 0L);
    }
}
