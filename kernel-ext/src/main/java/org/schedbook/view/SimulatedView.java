package org.schedbook.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.schedbook.jupyter.Renderable;
import org.schedbook.jupyter.Table;
import org.schedbook.session.Simulated;
import org.schedbook.target.sim.SimResult;
import org.schedbook.target.sim.SimTarget;
import org.schedbook.target.sim.Trace;

/** How a simulation looks: a row for each policy, and what went wrong under it. */
record SimulatedView(Simulated simulated) implements Renderable {

    private static final Set<SimResult.Outcome> AS_IT_SHOULD =
            Set.of(SimResult.Outcome.COMPLETED, SimResult.Outcome.DURATION);

    private static final int FINDINGS = 5;

    /** How many of the events that led to a finding are shown. */
    private static final int LED_THERE = 4;

    @Override
    public DisplayData bundle() {
        Table table = table();
        List<String> notes = notes();
        if (notes.isEmpty()) {
            return table.bundle();
        }
        Table findings =
                new Table(
                        "what went wrong",
                        List.of("policy", "what"),
                        notes.stream().map(note -> List.of(note.split(": ", 2))).toList());
        var data = new DisplayData(table.text() + "\n\n" + findings.text());
        data.putHTML(table.html() + findings.html());
        return data;
    }

    private Table table() {
        var rows = new ArrayList<List<String>>();
        for (int i = 0; i < simulated.results().size(); i++) {
            rows.add(row(simulated.policies().get(i), simulated.results().get(i)));
        }
        return new Table(
                simulated.caption(),
                List.of(
                        "policy",
                        "ended",
                        "time, ms",
                        "CPUs busy",
                        "switches",
                        "migrations",
                        "wake-up to run, p50, µs",
                        "p99, µs",
                        "of"),
                rows);
    }

    private static List<String> row(String policy, SimResult result) {
        long busy = result.cpus().stream().mapToLong(SimResult.CpuResult::busyNs).sum();
        long switches = result.cpus().stream().mapToLong(SimResult.CpuResult::nrSwitches).sum();
        double all = Math.max(1, result.timeNs()) * (double) Math.max(1, result.cpus().size());
        // The tasks that wake most often are those a latency matters to.
        var latency =
                result.latencies().stream()
                        .max((a, b) -> Long.compare(a.count(), b.count()))
                        .filter(each -> each.count() > 0);
        return List.of(
                policy,
                ended(result.outcome()),
                number("%,.3f", result.timeNs() / 1e6),
                number("%.0f %%", 100 * busy / all),
                number("%,d", switches),
                number("%,d", result.nrMigrations()),
                latency.map(each -> number("%,.1f", each.p50Ns() / 1e3)).orElse(""),
                latency.map(each -> number("%,.1f", each.p99Ns() / 1e3)).orElse(""),
                latency.map(SimResult.Latency::comm).orElse(""));
    }

    private static String ended(SimResult.Outcome outcome) {
        return outcome == SimResult.Outcome.DURATION
                ? "as the file says"
                : outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String number(String format, Object value) {
        return String.format(Locale.ROOT, format, value);
    }

    /** What the policies did wrong and what that did to tasks, the policy's name first. */
    private List<String> notes() {
        var notes = new ArrayList<String>();
        for (int i = 0; i < simulated.results().size(); i++) {
            String policy = simulated.policies().get(i) + ": ";
            SimResult result = simulated.results().get(i);
            if (!AS_IT_SHOULD.contains(result.outcome())) {
                notes.add(policy + SimTarget.describe(result));
            }
            result.faults().stream().limit(FINDINGS).forEach(f -> notes.add(policy + f.sentence()));
            result.findings().stream()
                    .limit(FINDINGS)
                    .forEach(finding -> notes.add(policy + sentence(finding)));
        }
        return notes;
    }

    private static String sentence(SimResult.Finding finding) {
        String sentence =
                "%s: %s".formatted(at(finding.kind(), finding.timeNs()), finding.message());
        List<Trace.Event> events = finding.events();
        if (events.isEmpty()) {
            return sentence;
        }
        return events.subList(Math.max(0, events.size() - LED_THERE), events.size()).stream()
                .map(event -> at(event.kind(), event.timeNs()))
                .collect(Collectors.joining(", ", sentence + "; before: ", ""));
    }

    private static String at(Enum<?> what, long timeNs) {
        return "%s at %s"
                .formatted(
                        what.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        number("%.3f ms", timeNs / 1e6));
    }
}
