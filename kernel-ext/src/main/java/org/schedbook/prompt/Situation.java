package org.schedbook.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.schedbook.policy.Topology;
import org.schedbook.policy.Topology.Cpu;

/**
 * What a model is told besides the words: the machine the policy is for, the latest figures, the
 * counters of the policy's last run.
 *
 * @param machine empty if not known
 * @param figures one line each
 * @param counters by their names; empty if nothing has run
 */
public record Situation(
        Optional<Topology> machine, List<String> figures, Map<String, Long> counters) {

    /** Nothing is known. */
    public static final Situation UNKNOWN = new Situation(Optional.empty(), List.of(), Map.of());

    /** More would cost more than it tells. */
    private static final int MAX_FIGURES = 12;

    /** Returns it as the request has it, empty if nothing is known. */
    String text() {
        var parts = new ArrayList<String>();
        machine.ifPresent(topology -> parts.add("The machine it is for: " + describe(topology)));
        if (!figures.isEmpty()) {
            parts.add(
                    "The latest measurements:\n\n- "
                            + String.join(
                                    "\n- ",
                                    figures.subList(
                                            Math.max(0, figures.size() - MAX_FIGURES),
                                            figures.size())));
        }
        if (!counters.isEmpty()) {
            var text = new StringBuilder("Counters of the policy attached last:\n");
            new TreeMap<>(counters)
                    .forEach(
                            (name, count) ->
                                    text.append(
                                            String.format(
                                                    Locale.ROOT, "\n- %s = %d", name, count)));
            parts.add(text.toString());
        }
        return String.join("\n\n", parts);
    }

    private static String describe(Topology topology) {
        var cores = new TreeSet<Integer>();
        var llcs = new TreeMap<Integer, List<Integer>>();
        var nodes = new TreeSet<Integer>();
        for (Cpu cpu : topology.cpus()) {
            cores.add(cpu.core());
            llcs.computeIfAbsent(cpu.llc(), _ -> new ArrayList<>()).add(cpu.id());
            nodes.add(cpu.node());
        }
        String text =
                "%d CPUs, %d cores, %d last-level caches, %d NUMA nodes."
                        .formatted(topology.nrCpus(), cores.size(), llcs.size(), nodes.size());
        return llcs.size() == 1
                ? text
                : text + " CPUs by last-level cache: " + String.join(" ", lists(llcs)) + ".";
    }

    private static List<String> lists(Map<Integer, List<Integer>> llcs) {
        return llcs.values().stream().map(Object::toString).toList();
    }
}
