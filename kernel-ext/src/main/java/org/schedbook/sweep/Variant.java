package org.schedbook.sweep;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.schedbook.bench.Contender;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.Constant;
import org.schedbook.compile.PolicySource;
import org.schedbook.session.SessionException;

/**
 * A policy with some of its constants set.
 *
 * @param policy the policy's name, with {@code @kernel} if it is to decide in the kernel; or {@code
 *     eevdf}
 * @param values what its constants are set to, by their names
 * @param source with these values; empty for the kernel's own scheduler
 */
public record Variant(
        String policy, SequencedMap<String, ConstantValue> values, Optional<PolicySource> source) {

    /** The kernel's own scheduler. */
    public static final Variant EEVDF =
            new Variant(Contender.EEVDF.name(), new LinkedHashMap<>(), Optional.empty());

    /** Returns what tables call it: {@code rr SLICE_NS=5ms}. */
    public String label() {
        return policy
                + values.entrySet().stream()
                        .map(e -> " " + e.getKey() + "=" + e.getValue().label())
                        .collect(Collectors.joining());
    }

    /** Returns the value of a constant for the axis of a plot, NaN if it is not set here. */
    public double number(String constant) {
        ConstantValue value = values.get(constant);
        return value == null ? Double.NaN : value.number();
    }

    /** Returns whether a constant is set here, and to a time. */
    public boolean isTime(String constant) {
        return values.containsKey(constant) && values.get(constant).isTime();
    }

    /** Returns what its constants are set to, as tables have it. */
    public Map<String, String> labels() {
        var labels = new LinkedHashMap<String, String>();
        values.forEach((name, value) -> labels.put(name, value.label()));
        return labels;
    }

    /**
     * Returns the policies with each combination of values, a policy without such a constant as it
     * is.
     *
     * @param policies empty for the kernel's own scheduler
     * @param values by the names of constants, as they were typed
     * @throws SessionException if no policy has a constant, or a value is none for it
     */
    static List<Variant> of(
            SequencedMap<String, Optional<PolicySource>> policies,
            SequencedMap<String, List<String>> values)
            throws InterruptedException {
        var constants = new LinkedHashMap<String, List<Constant>>();
        for (var policy : policies.entrySet()) {
            if (policy.getValue().isPresent()) {
                constants.put(policy.getKey(), constants(policy.getValue().get()));
            }
        }
        checkNames(constants, values.keySet());
        var variants = new ArrayList<Variant>();
        policies.forEach(
                (name, source) -> {
                    if (source.isEmpty()) {
                        variants.add(EEVDF);
                    } else {
                        variants.addAll(variants(name, source.get(), constants.get(name), values));
                    }
                });
        return variants;
    }

    private static List<Constant> constants(PolicySource source) throws InterruptedException {
        try {
            return new CompilerProcess().constants(source);
        } catch (CompileException e) {
            throw new SessionException(
                    "%s is no policy: %s.".formatted(source.name(), e.getMessage()),
                    "Correct it and begin again.");
        }
    }

    private static void checkNames(
            Map<String, List<Constant>> constants, Collection<String> names) {
        for (String name : names) {
            if (constants.values().stream().flatMap(List::stream).noneMatch(is(name))) {
                throw new SessionException(
                        constants.size() == 1
                                ? "%s has no constant %s."
                                        .formatted(constants.keySet().iterator().next(), name)
                                : "No policy of this sweep has a constant %s.".formatted(name),
                        constants.entrySet().stream()
                                .map(each -> words(each.getKey(), each.getValue()))
                                .collect(Collectors.joining(" ")));
            }
            constants.forEach(
                    (policy, all) -> {
                        if (all.stream().filter(is(name)).count() > 1) {
                            throw new SessionException(
                                    "%s has several constants called %s.".formatted(policy, name),
                                    "Give the one that is to vary a name of its own.");
                        }
                    });
        }
    }

    private static Predicate<Constant> is(String name) {
        return constant -> constant.name().equals(name);
    }

    private static String words(String policy, List<Constant> constants) {
        return constants.isEmpty()
                ? policy + " has none: write static final long SLICE_NS = 5_000_000; in its class."
                : constants.stream()
                        .map(c -> c.name() + " = " + c.value())
                        .collect(Collectors.joining(", ", policy + " has ", "."));
    }

    private static List<Variant> variants(
            String name,
            PolicySource source,
            List<Constant> constants,
            SequencedMap<String, List<String>> values) {
        List<SequencedMap<Constant, ConstantValue>> combinations = new ArrayList<>();
        combinations.add(new LinkedHashMap<>());
        for (var each : values.entrySet()) {
            Optional<Constant> constant = constants.stream().filter(is(each.getKey())).findFirst();
            if (constant.isPresent()) {
                combinations = with(combinations, constant.get(), each.getValue());
            }
        }
        return combinations.stream().map(each -> variant(name, source, each)).toList();
    }

    private static List<SequencedMap<Constant, ConstantValue>> with(
            List<SequencedMap<Constant, ConstantValue>> before,
            Constant constant,
            List<String> values) {
        List<ConstantValue> read =
                values.stream().map(typed -> value(constant, typed)).distinct().toList();
        var combinations = new ArrayList<SequencedMap<Constant, ConstantValue>>();
        for (var each : before) {
            for (ConstantValue value : read) {
                var more = new LinkedHashMap<>(each);
                more.put(constant, value);
                combinations.add(more);
            }
        }
        return combinations;
    }

    private static ConstantValue value(Constant constant, String typed) {
        try {
            return ConstantValue.of(constant, typed);
        } catch (IllegalArgumentException e) {
            throw new SessionException(e.getMessage() + ".", "Change the value and begin again.");
        }
    }

    private static Variant variant(
            String name, PolicySource source, SequencedMap<Constant, ConstantValue> values) {
        var text = new StringBuilder(source.text());
        values.entrySet().stream()
                .sorted(
                        Comparator.comparingInt(
                                        (Map.Entry<Constant, ConstantValue> e) ->
                                                e.getKey().start())
                                .reversed())
                .forEach(e -> set(text, e.getKey(), e.getValue()));
        var named = new LinkedHashMap<String, ConstantValue>();
        values.forEach((constant, value) -> named.put(constant.name(), value));
        return new Variant(
                name,
                named,
                Optional.of(new PolicySource(source.name(), text.toString(), source.firstLine())));
    }

    /** All that stands below stays on its line. */
    private static void set(StringBuilder text, Constant constant, ConstantValue value) {
        long lines = constant.value().chars().filter(c -> c == '\n').count();
        text.replace(
                constant.start(),
                constant.end(),
                value.literal() + "\n".repeat(Math.toIntExact(lines)));
    }
}
