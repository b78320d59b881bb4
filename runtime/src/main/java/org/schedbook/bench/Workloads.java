package org.schedbook.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The workloads there are, and their names in writing: {@code messaging}, or {@code
 * messaging:groups=24,loops=2000} with some parameters changed.
 */
public final class Workloads {

    /** Where the guest has the programs of {@code runtime/guest/programs}. */
    static final String PROGRAMS = "/opt/schedbook/";

    private static final List<Workload> ALL =
            List.of(
                    Messaging.SMALL,
                    Pipe.SMALL,
                    Hackbench.SMALL,
                    Wakeup.SMALL,
                    Cyclictest.SMALL,
                    Mixed.SMALL,
                    Processes.SMALL,
                    Batch.SMALL,
                    StressMix.SMALL);

    /** Returns all of them, with the parameters they have unless told otherwise. */
    public static List<Workload> all() {
        return ALL;
    }

    /**
     * Reads a workload in writing.
     *
     * @throws IllegalArgumentException if there is none such; says which there are
     */
    public static Workload parse(String written) {
        String[] parts = written.split(":", 2);
        var changes = new LinkedHashMap<String, String>();
        if (parts.length == 2) {
            for (String change : parts[1].split(",")) {
                String[] sides = change.split("=", 2);
                if (sides.length < 2) {
                    throw new IllegalArgumentException(
                            "'%s' is no parameter with a value, such as %s"
                                    .formatted(change, write(named(parts[0]))));
                }
                changes.put(sides[0].strip(), sides[1].strip());
            }
        }
        return of(parts[0], changes);
    }

    /** Returns a workload with some of its parameters changed. */
    public static Workload of(String name, Map<String, String> changes) {
        Workload base =
                name.equals(Shell.NAME)
                        ? new Shell(changes.getOrDefault("line", ""), "", "less")
                        : named(name);
        Map<String, String> parameters = parameters(base);
        for (String each : changes.keySet()) {
            if (!parameters.containsKey(each)) {
                throw new IllegalArgumentException(
                        "%s has no parameter '%s'; it has: %s"
                                .formatted(name, each, String.join(", ", parameters.keySet())));
            }
        }
        parameters.putAll(changes);
        return construct(base, parameters);
    }

    /** Returns a workload's parameters by name. */
    public static Map<String, String> parameters(Workload workload) {
        var parameters = new LinkedHashMap<String, String>();
        for (RecordComponent each : workload.getClass().getRecordComponents()) {
            try {
                parameters.put(each.getName(), String.valueOf(each.getAccessor().invoke(workload)));
            } catch (ReflectiveOperationException e) {
                throw new AssertionError("workloads are public records", e);
            }
        }
        return parameters;
    }

    /** Returns a workload in writing, with all parameters; {@link #parse} reads it. */
    public static String write(Workload workload) {
        return parameters(workload).entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(",", workload.name() + ":", ""));
    }

    private static Workload named(String name) {
        return ALL.stream()
                .filter(workload -> workload.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no workload '%s'; there are: %s"
                                                .formatted(
                                                        name,
                                                        ALL.stream()
                                                                .map(Workload::name)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }

    private static Workload construct(Workload base, Map<String, String> parameters) {
        RecordComponent[] components = base.getClass().getRecordComponents();
        Object[] arguments =
                IntStream.range(0, components.length)
                        .mapToObj(
                                i -> value(components[i], parameters.get(components[i].getName())))
                        .toArray();
        try {
            return base.getClass()
                    .getDeclaredConstructor(
                            Stream.of(components)
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new))
                    .newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw new AssertionError(e);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("workloads are public records", e);
        }
    }

    private static Object value(RecordComponent component, String written) {
        if (component.getType() == String.class) {
            return written;
        }
        try {
            return Integer.valueOf(written);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s is a whole number, not '%s'".formatted(component.getName(), written));
        }
    }

    private Workloads() {}
}
