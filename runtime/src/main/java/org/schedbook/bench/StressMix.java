package org.schedbook.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.schedbook.measure.Metric;
import org.schedbook.target.CommandResult;

/**
 * Several of {@code stress-ng}'s stressors at once.
 *
 * @param stressors their names, joined by +, such as {@code cpu+switch+futex}
 * @param instances processes of each
 * @param seconds how long they run
 */
public record StressMix(String stressors, int instances, int seconds) implements Workload {

    static final StressMix SMALL = new StressMix("cpu+switch+futex", 2, 2);

    public StressMix {
        Parameters.atLeast(1, "instances", instances);
        Parameters.atLeast(1, "seconds", seconds);
        if (!stressors.matches("[a-z][a-z0-9-]*(\\+[a-z][a-z0-9-]*)*")) {
            throw new IllegalArgumentException(
                    "stressors are names of stress-ng joined by +, such as cpu+switch");
        }
    }

    @Override
    public String name() {
        return "stress-ng";
    }

    @Override
    public String stresses() {
        return "a mix of stress-ng's stressors";
    }

    /** The mean is geometric, so that each of them counts alike however fast it is. */
    @Override
    public List<Metric> metrics() {
        var metrics = new ArrayList<Metric>();
        metrics.add(Metric.more("geometric mean of the rates", "1/s"));
        names().forEach(name -> metrics.add(Metric.more(name, "1/s")));
        return metrics;
    }

    private List<String> names() {
        return List.of(stressors.split("\\+"));
    }

    @Override
    public List<String> command() {
        return List.of(
                "sh",
                "-c",
                names().stream()
                        .map(name -> "--" + name + " " + instances)
                        .collect(
                                Collectors.joining(
                                        " ",
                                        "f=$(mktemp); trap 'rm $f' EXIT; stress-ng ",
                                        " --timeout %d --metrics-brief --yaml $f >&2 && cat $f"
                                                .formatted(seconds))));
    }

    /** A stressor that does not run says why among the errors. */
    @Override
    public String instead(CommandResult result) {
        Map<String, Double> rates = StressYaml.rates(result.output());
        List<String> missing = names().stream().filter(name -> !rates.containsKey(name)).toList();
        String why =
                result.errors()
                        .lines()
                        .filter(line -> missing.stream().anyMatch(line::contains))
                        .map(line -> line.replaceFirst("^stress-ng: \\w+: +\\[\\d+] *", ""))
                        .distinct()
                        .collect(Collectors.joining("; "));
        return "nothing of %s%s"
                .formatted(String.join(", ", missing), why.isEmpty() ? "" : ": " + why);
    }

    @Override
    public Optional<Reading> parse(String output) {
        Map<String, Double> rates = StressYaml.rates(output);
        if (!rates.keySet().containsAll(names())) {
            return Optional.empty();
        }
        var values = new ArrayList<Double>();
        names().forEach(name -> values.add(rates.get(name)));
        double mean = Math.exp(values.stream().mapToDouble(Math::log).average().orElseThrow());
        values.addFirst(mean);
        return Optional.of(new Reading(values, Optional.empty()));
    }
}
