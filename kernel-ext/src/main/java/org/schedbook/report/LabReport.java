package org.schedbook.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.schedbook.bench.BenchJson;
import org.schedbook.bench.BenchResult;
import org.schedbook.file.JsonTrouble;
import org.schedbook.session.TargetChoice;

/**
 * All that is needed to read a piece of work, and to do it again.
 *
 * @param question what was to be found out, empty if that was not said
 * @param policies the policies measured, but for the kernel's own scheduler
 * @param measured the measurements, in the order in which they were made
 * @param software what made them, by name
 */
public record LabReport(
        String question,
        Instant written,
        List<Policy> policies,
        List<Measured> measured,
        Map<String, String> software) {

    private static final JsonMapper JSON = BenchJson.mapper();

    private static final String FORMAT_NAME = "schedbook-report";

    private static final int FORMAT = 1;

    /** The language of a {@code %%bpf} cell. */
    public static final String C = "C";

    /**
     * A policy as it was measured.
     *
     * @param language {@link #C}; empty for Java
     * @param prompt what a model was told to write it, if one wrote it
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Policy(
            String name,
            String source,
            String hash,
            Optional<String> language,
            Optional<Prompt> prompt) {}

    /**
     * What a model was told.
     *
     * @param words what the person typed
     * @param base the policy the model was given to start from
     * @param recordedOn the day of the recording that was replayed, empty if the answer was live
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Prompt(String words, String base, String model, Optional<String> recordedOn) {}

    /**
     * A measurement and where it was made.
     *
     * @param target about what {@code %target} is told, for a person to read
     * @param where all it takes to measure there again; empty in reports before 2026-11-27
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Measured(String target, Optional<TargetChoice> where, BenchResult result) {

        public Measured(TargetChoice where, BenchResult result) {
            this(where.line(), Optional.of(where), result);
        }

        /**
         * Returns where to measure again.
         *
         * @throws IllegalArgumentException if the report does not say
         */
        public TargetChoice choice() {
            return where.orElseGet(() -> TargetChoice.parse(target));
        }
    }

    public LabReport {
        policies = List.copyOf(policies);
        measured = List.copyOf(measured);
    }

    /** Returns the report in JSON. */
    public String toJson() {
        ObjectNode root = JSON.createObjectNode().put(FORMAT_NAME, FORMAT);
        return root.setAll((ObjectNode) JSON.valueToTree(this)).toString();
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static LabReport fromJson(String json) {
        try {
            JsonNode root = JSON.readTree(json);
            if (root.path(FORMAT_NAME).asInt() != FORMAT) {
                throw new IllegalArgumentException("this is no report of this version");
            }
            LabReport report = JSON.treeToValue(root, LabReport.class);
            checkWhole("the report", report);
            return report;
        } catch (ValueInstantiationException e) {
            throw new IllegalArgumentException(
                    e.getCause() instanceof NullPointerException
                            ? "something is missing in it"
                            : "no report: " + e.getCause().getMessage(),
                    e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no report: " + JsonTrouble.words(e), e);
        }
    }

    /** Whoever writes a page by hand may leave out any part, which Jackson takes for null. */
    private static void checkWhole(String name, Object part) {
        switch (part) {
            case null -> throw new IllegalArgumentException(name + " is missing in it");
            case Optional<?> some -> some.ifPresent(value -> checkWhole(name, value));
            case Iterable<?> several -> several.forEach(value -> checkWhole(name, value));
            case Map<?, ?> named -> named.values().forEach(value -> checkWhole(name, value));
            case Record composed -> {
                for (RecordComponent component : composed.getClass().getRecordComponents()) {
                    try {
                        component.getAccessor().setAccessible(true);
                        checkWhole(component.getName(), component.getAccessor().invoke(composed));
                    } catch (ReflectiveOperationException e) {
                        throw new AssertionError("accessors of records return", e);
                    }
                }
            }
            default -> {}
        }
    }

    /** Returns every sample of every metric as a line of CSV (RFC 4180), with a header. */
    public String toCsv() {
        var csv = new StringBuilder("measurement,workload,policy,round,counted,started,load,");
        csv.append("metric,unit,value\r\n");
        for (int i = 0; i < measured.size(); i++) {
            BenchResult result = measured.get(i).result();
            var metrics = result.workload().metrics();
            for (var run : result.runs()) {
                for (int m = 0; m < metrics.size(); m++) {
                    List<Object> fields =
                            List.of(
                                    i + 1,
                                    result.workload().title(),
                                    run.contender(),
                                    run.round(),
                                    run.round() >= result.plan().warmUps(),
                                    run.started(),
                                    run.load(),
                                    metrics.get(m).name(),
                                    metrics.get(m).unit(),
                                    run.reading().values().get(m));
                    csv.append(String.join(",", fields.stream().map(LabReport::field).toList()));
                    csv.append("\r\n");
                }
            }
        }
        return csv.toString();
    }

    private static String field(Object value) {
        String text = String.valueOf(value);
        return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
