package org.schedbook.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Shell;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.PolicySource;
import org.schedbook.file.ForeignFile;
import org.schedbook.file.JsonTrouble;
import org.schedbook.session.SessionException;
import org.schedbook.session.TargetChoice;

/**
 * A sweep in a file of JSON, which may be a stranger's: it names policies that come with Schedbook
 * or stand beside it, workloads by their names, and the simulator or a guest. What it says of this
 * machine itself, and commands of its author's, are for the person to allow.
 */
public record SweepDescription(
        SequencedMap<String, Optional<PolicySource>> policies,
        SequencedMap<String, List<String>> constants,
        List<Workload> workloads,
        TargetChoice target,
        int repetitions,
        long seed,
        Duration limit) {

    private static final int MAX_FILE = 1 << 20;

    private static final int MAX_SOURCE = 1 << 17;

    private static final int MAX_REPETITIONS = 1000;

    private static final Duration MAX_LIMIT = Duration.ofHours(1);

    private static final List<String> FIELDS =
            List.of(
                    "policies",
                    "constants",
                    "workloads",
                    "target",
                    "repetitions",
                    "seed",
                    "limit_seconds");

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /**
     * Reads a description.
     *
     * @throws SessionException if it is none; names the field
     */
    public static SweepDescription read(Path file) {
        try {
            JsonNode root = JSON.readTree(ForeignFile.text(file, MAX_FILE));
            return new Reader(file).description(root);
        } catch (JsonProcessingException e) {
            throw wrong(
                    file,
                    "line %d, column %d: %s"
                            .formatted(
                                    JsonTrouble.line(e),
                                    JsonTrouble.column(e),
                                    JsonTrouble.words(e)));
        } catch (NoSuchFileException e) {
            throw new SessionException(
                    "There is no file %s.".formatted(file), "Name a description of a sweep.");
        } catch (IOException e) {
            throw wrong(file, e.getMessage());
        }
    }

    /** Returns the sweep that is described. */
    public Sweep sweep() throws InterruptedException {
        return Sweep.of(policies, constants, workloads, target, repetitions, seed, limit);
    }

    /** Returns commands of the author's, which a shell is to run. */
    public List<String> commands() {
        return workloads.stream()
                .filter(Shell.class::isInstance)
                .map(Workload::commandLine)
                .toList();
    }

    private static SessionException wrong(Path file, String why) {
        return new SessionException(
                "%s is no sweep: %s.".formatted(file, why),
                "Nothing was run. Correct it; docs/sweeps.md has an example.");
    }

    /** Reads the fields, and knows where it is when one is wrong. */
    private record Reader(Path file) {

        SweepDescription description(JsonNode root) {
            object(root, "it", FIELDS);
            return new SweepDescription(
                    policies(array(root, "policies")),
                    constants(root),
                    workloads(array(root, "workloads")),
                    target(root.path("target")),
                    (int) whole(root, "repetitions", 10, 1, MAX_REPETITIONS),
                    whole(root, "seed", 1, 0, Integer.MAX_VALUE),
                    Duration.ofSeconds(
                            whole(root, "limit_seconds", 600, 1, MAX_LIMIT.toSeconds())));
        }

        private SequencedMap<String, Optional<PolicySource>> policies(List<JsonNode> nodes) {
            var policies = new LinkedHashMap<String, Optional<PolicySource>>();
            for (int i = 0; i < nodes.size(); i++) {
                String where = "policies[%d]".formatted(i);
                JsonNode node = nodes.get(i);
                String name = node.isTextual() ? node.asText() : text(node, where, "name");
                String plain = Contender.policyOf(name);
                Optional<PolicySource> source =
                        node.isTextual() ? named(plain, where) : given(plain, node, where);
                if (policies.put(name, source) != null) {
                    throw wrong("%s names %s a second time".formatted(where, name));
                }
            }
            return policies;
        }

        private Optional<PolicySource> named(String name, String where) {
            if (Sweep.isEevdf(name)) {
                return Optional.empty();
            }
            Optional<PolicySource> source = PolicySource.builtIn(name);
            if (source.isEmpty()) {
                throw wrong(
                        "%s is '%s', and Schedbook comes with %s; a policy of your own is {\"name\": \"mine\", \"file\": \"Mine.java\"}"
                                .formatted(
                                        where,
                                        name,
                                        String.join(", ", PolicySource.builtInNames())));
            }
            return source;
        }

        private Optional<PolicySource> given(String name, JsonNode node, String where) {
            object(node, where, List.of("name", "file", "source"));
            if (!PolicySource.isValidName(name)
                    || Sweep.isEevdf(name)
                    || PolicySource.builtIn(name).isPresent()) {
                throw wrong("%s.name '%s' is no name of one's own".formatted(where, name));
            }
            if (node.has("file") == node.has("source")) {
                throw wrong("%s has either a file or a source".formatted(where));
            }
            String text =
                    node.has("source")
                            ? text(node, where, "source")
                            : beside(text(node, where, "file"), where);
            return Optional.of(new PolicySource(name, text));
        }

        /** Reads a file beside the description, and none elsewhere. */
        private String beside(String name, String where) {
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
                throw wrong("%s.file '%s' is no name of a file beside it".formatted(where, name));
            }
            Path path = file.toAbsolutePath().resolveSibling(name);
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                throw wrong("%s.file '%s' is no file beside it".formatted(where, name));
            }
            try {
                return ForeignFile.text(path, MAX_SOURCE);
            } catch (IOException e) {
                throw wrong("%s.file '%s' cannot be read: %s".formatted(where, name, e));
            }
        }

        private SequencedMap<String, List<String>> constants(JsonNode root) {
            var constants = new LinkedHashMap<String, List<String>>();
            JsonNode node = root.path("constants");
            if (node.isMissingNode()) {
                return constants;
            }
            if (!node.isObject()) {
                throw wrong("constants is no object, such as {\"SLICE_NS\": [\"1ms\", \"5ms\"]}");
            }
            for (var each : node.properties()) {
                var values = new ArrayList<String>();
                for (JsonNode value : array(node, each.getKey())) {
                    if (!value.isTextual() && !value.isNumber() && !value.isBoolean()) {
                        throw wrong("constants.%s has a value of no kind".formatted(each.getKey()));
                    }
                    values.add(value.asText());
                }
                constants.put(each.getKey(), values);
            }
            return constants;
        }

        private List<Workload> workloads(List<JsonNode> nodes) {
            var workloads = new ArrayList<Workload>();
            for (int i = 0; i < nodes.size(); i++) {
                String where = "workloads[%d]".formatted(i);
                Workload workload = workload(nodes.get(i), where);
                if (workloads.contains(workload)) {
                    throw wrong("%s is there a second time".formatted(where));
                }
                workloads.add(workload);
            }
            return workloads;
        }

        private Workload workload(JsonNode node, String where) {
            try {
                if (node.isTextual()) {
                    Workload workload = Workloads.parse(node.asText());
                    if (workload instanceof Shell) {
                        throw new IllegalArgumentException(
                                "a command is written {\"command\": \"...\"}");
                    }
                    return workload;
                }
                object(node, where, List.of("command", "unit", "better"));
                return new Shell(
                        text(node, where, "command"),
                        node.has("unit") ? text(node, where, "unit") : "",
                        node.has("better") ? text(node, where, "better") : "less");
            } catch (IllegalArgumentException e) {
                throw wrong("%s: %s".formatted(where, e.getMessage()));
            }
        }

        private TargetChoice target(JsonNode node) {
            if (node.isMissingNode()) {
                return TargetChoice.Kind.sim.usual();
            }
            if (!node.isTextual()) {
                throw wrong("target is no text, such as \"sim\"");
            }
            for (TargetChoice.Kind kind : TargetChoice.Kind.values()) {
                if (kind.word().equals(node.asText())) {
                    return kind.usual();
                }
            }
            try {
                return TargetChoice.parse(node.asText());
            } catch (IllegalArgumentException e) {
                throw wrong(
                        "target: %s; there are \"%s\", \"%s\" and others of these shapes"
                                .formatted(
                                        e.getMessage(),
                                        TargetChoice.Kind.sim.usual().line(),
                                        TargetChoice.Kind.vm.usual().line()));
            }
        }

        // ---- Shapes of JSON -----------------------------------------------------------------

        private void object(JsonNode node, String where, List<String> known) {
            if (node == null || !node.isObject()) {
                throw wrong("%s is no object".formatted(where));
            }
            String unknown =
                    node.properties().stream()
                            .map(each -> each.getKey())
                            .filter(name -> !known.contains(name))
                            .map(name -> "'" + name + "'")
                            .collect(Collectors.joining(", "));
            if (!unknown.isEmpty()) {
                throw wrong(
                        "%s has %s, and knows only %s"
                                .formatted(where, unknown, String.join(", ", known)));
            }
        }

        private List<JsonNode> array(JsonNode node, String name) {
            JsonNode array = node.path(name);
            if (!array.isArray() || array.isEmpty()) {
                throw wrong("%s is no list with something in it".formatted(name));
            }
            return Stream.iterate(0, i -> i < array.size(), i -> i + 1).map(array::get).toList();
        }

        private String text(JsonNode node, String where, String name) {
            if (!node.isObject()) {
                throw wrong("%s is no object".formatted(where));
            }
            if (!node.path(name).isTextual()) {
                throw wrong("%s.%s is no text".formatted(where, name));
            }
            return node.path(name).asText();
        }

        private long whole(JsonNode node, String name, long usual, long least, long most) {
            JsonNode value = node.path(name);
            if (value.isMissingNode()) {
                return usual;
            }
            if (!value.isIntegralNumber()
                    || !value.canConvertToLong()
                    || value.asLong() < least
                    || value.asLong() > most) {
                throw wrong("%s is no number from %d to %d".formatted(name, least, most));
            }
            return value.asLong();
        }

        private SessionException wrong(String why) {
            return SweepDescription.wrong(file, why);
        }
    }
}
