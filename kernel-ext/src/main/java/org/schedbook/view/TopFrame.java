package org.schedbook.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.schedbook.jupyter.Gauge;
import org.schedbook.jupyter.Renderable;
import org.schedbook.jupyter.Table;
import org.schedbook.measure.Durations;
import org.schedbook.session.Watched;
import org.schedbook.target.Activity;

/** A policy at work between two moments. */
public record TopFrame(String policy, Watched.Sample from, Watched.Sample to)
        implements Renderable {

    /** Counters that are always shown, with what they mean; others only where they moved. */
    private static final Map<String, String> ALWAYS =
            Map.of(
                    "nr_user_dispatches", "decisions of the policy",
                    "nr_kernel_dispatches", "put on an idle CPU by the kernel");

    private double seconds() {
        return Math.max(1, to.activity().atNs() - from.activity().atNs()) / 1e9;
    }

    @Override
    public DisplayData bundle() {
        Table table = table();
        var data = new DisplayData(cpusText() + "\n\n" + table.text());
        data.putHTML(cpusHtml() + table.html());
        return data;
    }

    private Table table() {
        var rows = new ArrayList<List<String>>();
        Map<String, Long> before = from.status().counters();
        to.status()
                .counters()
                .forEach(
                        (name, total) -> {
                            long meanwhile = total - before.getOrDefault(name, 0L);
                            if (Watched.isTotal(name)
                                    && (meanwhile != 0 || ALWAYS.containsKey(name))) {
                                rows.add(
                                        List.of(
                                                name,
                                                perSecond(meanwhile),
                                                "%,d".formatted(total),
                                                ALWAYS.getOrDefault(name, "")));
                            }
                        });
        Activity now = to.activity();
        rows.add(
                row(
                        "tasks",
                        "%,d".formatted(to.status().counters().getOrDefault("nr_tasks", 0L)),
                        ""));
        rows.add(row("waiting for a decision", "%,d".formatted(now.nrWaiting()), ""));
        addWaits(rows);
        rows.add(
                row(
                        "scheduler's own CPU, %",
                        percent(now.schedulerCpuNs() - from.activity().schedulerCpuNs()),
                        "of one CPU"));
        rows.add(
                row(
                        "garbage collections",
                        String.valueOf(now.gcPauses() - from.activity().gcPauses()),
                        "%.0f ms"
                                .formatted((now.gcPauseNs() - from.activity().gcPauseNs()) / 1e6)));
        if (to.ended()) {
            rows.add(row("ended", "", to.status().exit().reason()));
        }
        return new Table(
                "%s, %s; %.1f s".formatted(policy, to.status().state(), seconds()),
                List.of("what", "per second or now", "since attach", "note"),
                rows);
    }

    private static List<String> row(String what, String value, String note) {
        return List.of(what, value, "", note);
    }

    private String perSecond(long count) {
        return "%,.0f".formatted(count / seconds());
    }

    private String percent(long ns) {
        return String.format(Locale.ROOT, "%.1f", 100 * ns / 1e9 / seconds());
    }

    private void addWaits(List<List<String>> rows) {
        var counts = new long[Durations.CLASSES];
        List<Long> before = from.activity().decisions();
        List<Long> after = to.activity().decisions();
        for (int i = 0; i < after.size(); i++) {
            counts[i] = after.get(i) - (i < before.size() ? before.get(i) : 0);
        }
        for (int p : List.of(50, 90, 99)) {
            long micros = Durations.percentile(counts, p / 100.0) / 1000;
            rows.add(row("wait for a decision, µs, p" + p, "%,d".formatted(micros), ""));
        }
    }

    private double busy(int cpu) {
        Activity.Cpu before = from.activity().cpus().get(cpu);
        Activity.Cpu after = to.activity().cpus().get(cpu);
        long busy = after.busyNs() - before.busyNs();
        long idle = after.idleNs() - before.idleNs();
        return busy + idle == 0 ? 0 : (double) busy / (busy + idle);
    }

    private String cpusText() {
        return IntStream.range(0, to.activity().cpus().size())
                .mapToObj(cpu -> Gauge.text("CPU " + cpu, busy(cpu)))
                .collect(Collectors.joining("\n"));
    }

    private String cpusHtml() {
        return IntStream.range(0, to.activity().cpus().size())
                .mapToObj(cpu -> Gauge.html("CPU " + cpu, busy(cpu)))
                .collect(Collectors.joining());
    }
}
