package org.schedbook.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.schedbook.bench.BenchJson;
import org.schedbook.bench.BenchResult;

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

    private static final JsonMapper JSON = new JsonMapper();

    private static final int FORMAT = 1;

    /**
     * A policy as it was measured.
     *
     * @param prompt what a model was told to write it, if one wrote it
     */
    public record Policy(String name, String source, String hash, Optional<Prompt> prompt) {}

    /**
     * What a model was told.
     *
     * @param words what the person typed
     * @param base the policy the model was given to start from
     * @param recordedOn the day of the recording that was replayed, empty if the answer was live
     */
    public record Prompt(String words, String base, String model, Optional<String> recordedOn) {}

    /**
     * A measurement and where it was made.
     *
     * @param target what {@code %target} is to be told to measure there again
     */
    public record Measured(String target, BenchResult result) {}

    public LabReport {
        policies = List.copyOf(policies);
        measured = List.copyOf(measured);
    }

    /** Returns the report in JSON. */
    public String toJson() {
        ObjectNode root = JSON.createObjectNode();
        root.put("schedbook-report", FORMAT);
        root.put("question", question);
        root.put("written", written.toString());
        ArrayNode policyNodes = root.putArray("policies");
        for (Policy policy : policies) {
            ObjectNode node = policyNodes.addObject();
            node.put("name", policy.name()).put("hash", policy.hash());
            node.put("source", policy.source());
            policy.prompt().ifPresent(prompt -> put(node.putObject("prompt"), prompt));
        }
        ArrayNode measuredNodes = root.putArray("measured");
        try {
            for (Measured each : measured) {
                measuredNodes
                        .addObject()
                        .put("target", each.target())
                        .set("result", JSON.readTree(BenchJson.write(each.result())));
            }
            ObjectNode softwareNode = root.putObject("software");
            software.forEach(softwareNode::put);
            return JSON.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a report can be written", e);
        }
    }

    private static void put(ObjectNode node, Prompt prompt) {
        node.put("words", prompt.words()).put("base", prompt.base()).put("model", prompt.model());
        prompt.recordedOn().ifPresent(day -> node.put("recordedOn", day));
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static LabReport fromJson(String json) {
        try {
            JsonNode root = JSON.readTree(json);
            if (root.path("schedbook-report").asInt() != FORMAT) {
                throw new IllegalArgumentException("this is no report of this version");
            }
            var policies = new ArrayList<Policy>();
            for (JsonNode node : root.path("policies")) {
                policies.add(
                        new Policy(
                                node.path("name").asText(),
                                node.path("source").asText(),
                                node.path("hash").asText(),
                                prompt(node.path("prompt"))));
            }
            var measured = new ArrayList<Measured>();
            for (JsonNode node : root.path("measured")) {
                measured.add(
                        new Measured(
                                node.path("target").asText(),
                                BenchJson.read(node.path("result").toString())));
            }
            var software = new LinkedHashMap<String, String>();
            root.path("software")
                    .properties()
                    .forEach(each -> software.put(each.getKey(), each.getValue().asText()));
            return new LabReport(
                    root.path("question").asText(),
                    Instant.parse(root.path("written").asText()),
                    policies,
                    measured,
                    software);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static Optional<Prompt> prompt(JsonNode node) {
        return node.isMissingNode()
                ? Optional.empty()
                : Optional.of(
                        new Prompt(
                                node.path("words").asText(),
                                node.path("base").asText(),
                                node.path("model").asText(),
                                Optional.ofNullable(node.path("recordedOn").textValue())));
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
