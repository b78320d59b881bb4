package org.schedbook.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Reading;
import org.schedbook.bench.Run;
import org.schedbook.bench.Shell;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.PolicySource;
import org.schedbook.report.LabReport;
import org.schedbook.report.ReportPage;
import org.schedbook.session.Session;
import org.schedbook.target.Machine;
import picocli.CommandLine;

/** A report is data: what a stranger put into it does nothing on this machine. */
class ReproduceTest {

    private static final String SIMULATED = "sim --topology 1:1:2:1 --mode kernel";

    private static final String COSTS = "simulated, policy in the kernel, costs uncalibrated";

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir Path directory;

    private record Outcome(int status, String out, String err) {}

    @Test
    void aPageThatNamesThisMachineRunsNothingUnlessToldSo() throws IOException {
        Path marker = directory.resolve("PWNED");
        Path page = page("host", new Shell("touch " + marker + "; echo 1", "s", "less"));
        for (String[] flags : List.of(new String[] {}, new String[] {"--allow-commands"})) {
            Outcome outcome = reproduce(page, flags);
            assertEquals(2, outcome.status, outcome.err);
            assertTrue(outcome.err.contains("on this machine itself"), outcome.err);
            assertTrue(outcome.err.contains("touch " + marker), outcome.err);
            assertTrue(outcome.err.contains("--host"), outcome.err);
        }
        assertFalse(Files.exists(marker));
    }

    @ParameterizedTest
    @ValueSource(strings = {"host", SIMULATED, "vm --cpus 2 --memory 1536M --clock wall"})
    void aCommandOfThePagesAuthorWantsAFlagEverywhere(String target) throws IOException {
        Outcome outcome =
                reproduce(page(target, new Shell("id > x; echo 1", "s", "less")), "--host");
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains("    id > x; echo 1"), outcome.err);
        assertTrue(outcome.err.contains("--allow-commands"), outcome.err);
    }

    @Test
    void nothingOfAPageRunsIfTheLastOfItIsRefused() throws IOException {
        Path page =
                page(
                        List.of(
                                measured(SIMULATED, Workloads.parse("batch:jobs=2")),
                                measured("host", Workloads.parse("batch:jobs=2"))));
        Outcome outcome = reproduce(page);
        assertEquals(2, outcome.status, outcome.err);
        assertFalse(outcome.out.contains("now:"), outcome.out);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sim --costs /etc/passwd",
                "sim --topology 1:1:2:1 --mode kernel --costs /etc/passwd",
                "sim --topology 9:9:9:9 --mode kernel",
                "sim --topology 0:1:1:1 --mode kernel",
                "sim @/etc/passwd",
                "@/etc/passwd",
                "HOST",
                " host",
                "host --cpus 2",
                "vm --cpus 2 --memory 999999M --clock wall",
                "vm --cpus 0 --memory 1536M --clock wall",
                "vm --cpus 2 --memory 1536M --clock wall --kernel /tmp/x",
                "vm --cpus 2 --memory 1536M --clock wall --arch sparc",
                "vm --cpus 1 --memory 1536M --clock instructions --arch arm64",
                "",
            })
    void nothingButAShapeIsTakenFromAPage(String target) throws IOException {
        Outcome outcome = reproduce(page(target, Workloads.parse("batch:jobs=2")), "--host");
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains("Nothing was run"), outcome.err);
        assertFalse(outcome.err.contains("root:"), outcome.err);
        assertFalse(outcome.err.contains("\tat "), outcome.err);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"repetitions\":1|\"repetitions\":2000000000",
                "\"limit\":\"PT10S\"|\"limit\":\"PT100000H\"",
                "\"workload\":{|\"other\":{",
                "\"runs\":[|\"runs\":null,\"other\":[",
                "\"values\":[9.0|\"values\":[",
                "\"plan\":{|\"other\":{",
                "\"contenders\":[\"eevdf\"|\"contenders\":[\"eevdf\",\"mine\"",
                "\"name\":\"batch\"|\"name\":\"nosuch\"",
                "\"jobs\":\"2\"|\"jobs\":\"x\"",
                "\"jobs\":\"2\"|\"line\":\"id\"",
            })
    void aPageThatWasTamperedWithIsRefusedInWords(String whole, String changed) throws IOException {
        Path page = page(SIMULATED, Workloads.parse("batch:jobs=2"));
        String html = Files.readString(page);
        assertTrue(html.contains(whole), html);
        Files.writeString(page, html.replace(whole, changed));
        Outcome outcome = reproduce(page);
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains("Nothing was run"), outcome.err);
        assertFalse(outcome.err.contains("\tat "), outcome.err);
    }

    /** Each part of a page in turn is of a shape that no page has. */
    @ParameterizedTest
    @ValueSource(strings = {"null", "-1", "\"\"", "[]", "[null]", "{}"})
    void aPageOfAnyShapeIsAnsweredInWords(String value) throws IOException {
        Path page = pageOf("mine", new Session().policies().source("fifo").text());
        Matcher embedded =
                Pattern.compile("(?s)(.*schedbook-report\">)(.*?)(</script>.*)")
                        .matcher(Files.readString(page));
        assertTrue(embedded.matches());
        JsonNode report = JSON.readTree(embedded.group(2));
        List<String> places = new ArrayList<>();
        places(report, "", places);
        assertTrue(places.size() > 50, places.toString());
        for (String place : places) {
            JsonNode changed = report.deepCopy();
            int slash = place.lastIndexOf('/');
            String name = place.substring(slash + 1);
            switch (changed.at(place.substring(0, slash))) {
                case ObjectNode object -> object.set(name, JSON.readTree(value));
                case ArrayNode array -> array.set(Integer.parseInt(name), JSON.readTree(value));
                case JsonNode other -> throw new AssertionError(other.toString());
            }
            Files.writeString(page, embedded.group(1) + changed + embedded.group(3));
            Outcome outcome = reproduce(page);
            String said = "%s: %s %s".formatted(place, outcome.status, outcome.err);
            assertTrue(outcome.status <= 2 && !outcome.err.contains("\tat "), said);
            assertFalse(outcome.err.contains("defect"), said);
            assertFalse(outcome.err.contains("Exception"), said);
        }
    }

    /** All that is in a tree, of lists the first. */
    private static void places(JsonNode node, String at, List<String> places) {
        node.properties()
                .forEach(
                        each -> {
                            places.add(at + "/" + each.getKey());
                            places(each.getValue(), places.getLast(), places);
                        });
        if (node.isArray() && !node.isEmpty()) {
            places.add(at + "/0");
            places(node.get(0), places.getLast(), places);
        }
    }

    @Test
    void whatIsSimulatedIsMeasuredAgain() throws IOException {
        String fifo = new Session().policies().source("fifo").text();
        Outcome outcome = reproduce(pageOf("mine", fifo));
        assertEquals(0, outcome.status, outcome.err);
        assertTrue(outcome.out.contains("Every ratio agrees"), outcome.out);
    }

    @Test
    void whatDecidedInTheKernelIsNotMeasuredAnywhereElse() throws IOException {
        String fifo = new Session().policies().source("fifo").text();
        Outcome simulated = reproduce(pageOf("mine", fifo, "mine@kernel"));
        assertEquals(2, simulated.status, simulated.err);
        assertTrue(simulated.err.contains("has no kernel to attach a policy in"), simulated.err);
        String floats = fifo.replace("SLICE_DFL_NS", "(long) (SLICE_DFL_NS * .5)");
        Outcome refused = reproduce(pageOf("mine", floats, "mine@kernel"));
        assertEquals(2, refused.status, refused.err);
        assertTrue(refused.err.contains("no-floating-point"), refused.err);
    }

    private static final String C_FIFO =
            """
            static void enqueue(SB, struct task_struct *task, s64 enqFlags)
            {
                sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
            sb_out:;
            }
            """;

    @Test
    void aPolicyInCGoesThroughItsGateAndIsForGuestsOnly() throws IOException {
        var c = Optional.of(LabReport.C);
        Outcome simulated = reproduce(pageOf("mine", C_FIFO, c, "mine@kernel", SIMULATED));
        assertTrue(simulated.err.contains("has no kernel to attach a policy in"), simulated.err);
        Outcome here = reproduce(pageOf("mine", C_FIFO, c, "mine@kernel", "host"), "--host");
        assertEquals(2, here.status, here.err);
        assertTrue(here.err.contains("is written in C, which is for guests"), here.err);
        assertTrue(here.err.contains("Nothing was run"), here.err);
        String reads = "#include \"/etc/passwd\"\n" + C_FIFO;
        Outcome refused = reproduce(pageOf("mine", reads, c, "mine@kernel", SIMULATED));
        assertEquals(2, refused.status, refused.err);
        assertTrue(refused.err.contains("line 1: #include is not possible"), refused.err);
        Outcome java = reproduce(pageOf("mine", C_FIFO, "mine"));
        assertEquals(2, java.status, java.err);
        Outcome other =
                reproduce(pageOf("mine", C_FIFO, Optional.of("Rust"), "mine@kernel", SIMULATED));
        assertTrue(other.err.contains("written in 'Rust'"), other.err);
    }

    @Test
    void aPolicyWhoseSourceIsNotInThePageIsNotTakenForAnother() throws IOException {
        Path page = pageOf("mine", new Session().policies().source("fifo").text());
        Files.writeString(
                page, Files.readString(page).replace("class Fifo ", "class  Fifo "), UTF_8);
        Outcome outcome = reproduce(page);
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains("the source of mine is not in it"), outcome.err);
    }

    @Test
    void aSimulationWithOtherCostsIsNotComparedWithTheUsualOnes() throws IOException {
        Path page = pageOf("mine", new Session().policies().source("fifo").text());
        Files.writeString(page, Files.readString(page).replace(COSTS, COSTS + " by me"));
        Outcome outcome = reproduce(page);
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains("uncalibrated by me"), outcome.err);
    }

    @Test
    void aPolicyThatMayNotRunIsRefused() throws IOException {
        Outcome outcome =
                reproduce(
                        pageOf(
                                "mine",
                                "class P extends Policy { P() { System.exit(0); }"
                                        + " public void enqueue(Task t, long f) {} }"));
        assertEquals(2, outcome.status, outcome.err);
    }

    @Test
    void whatIsNoPageOrHasNoEndIsNotRead() throws Exception {
        Path page = page(SIMULATED, Workloads.parse("batch:jobs=2"));
        Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Path device = Files.createSymbolicLink(directory.resolve("zero"), Path.of("/dev/zero"));
        for (Path none : List.of(pipe, device, directory)) {
            Outcome outcome = reproduce(none);
            assertEquals(2, outcome.status, outcome.err);
            assertTrue(outcome.err.contains(none + " is no file"), outcome.err);
        }
        try (var file = new RandomAccessFile(page.toFile(), "rw")) {
            file.setLength(1L << 30);
        }
        Outcome outcome = reproduce(page);
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains("has more than 64 MiB"), outcome.err);
        assertTrue(outcome.err.contains("Nothing was run"), outcome.err);
    }

    @Test
    void aTerminalObeysNothingOfAPage() throws IOException {
        Path page = page("sim \u001b[2J\u202e", Workloads.parse("batch:jobs=2"));
        Outcome outcome = reproduce(page);
        assertFalse((outcome.out + outcome.err).matches("(?s).*[\u001b\u202e].*"), outcome.out);
        assertTrue(outcome.out.contains("\\u{1b}]0;title\\u{7}"), outcome.out);
    }

    private Outcome reproduce(Path page, String... flags) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        PrintStream stdout = System.out;
        PrintStream stderr = System.err;
        try {
            System.setOut(new PrintStream(out, true, UTF_8));
            System.setErr(new PrintStream(err, true, UTF_8));
            String[] arguments = new String[flags.length + 1];
            arguments[0] = page.toString();
            System.arraycopy(flags, 0, arguments, 1, flags.length);
            int status = new CommandLine(new Reproduce()).execute(arguments);
            return new Outcome(status, out.toString(UTF_8), err.toString(UTF_8));
        } finally {
            System.setOut(stdout);
            System.setErr(stderr);
        }
    }

    private Path page(String target, Workload workload) throws IOException {
        return page(List.of(measured(target, workload)));
    }

    private Path pageOf(String name, String source) throws IOException {
        return pageOf(name, source, name);
    }

    /** A page in which a policy was measured under another name, such as {@code mine@kernel}. */
    private Path pageOf(String name, String source, String contender) throws IOException {
        return pageOf(name, source, Optional.empty(), contender, SIMULATED);
    }

    private Path pageOf(
            String name, String source, Optional<String> language, String contender, String target)
            throws IOException {
        String hash = new PolicySource(name, source).hash();
        return page(
                List.of(new LabReport.Policy(name, source, hash, language, Optional.empty())),
                List.of(
                        measured(
                                target, Workloads.parse("batch:jobs=2"), Map.of(contender, hash))));
    }

    private Path page(List<LabReport.Measured> measured) throws IOException {
        return page(List.of(), measured);
    }

    private Path page(List<LabReport.Policy> policies, List<LabReport.Measured> measured)
            throws IOException {
        var report =
                new LabReport(
                        "Is it safe? \u001b]0;title\u0007",
                        Instant.parse("2026-11-24T10:00:00Z"),
                        policies,
                        measured,
                        Map.of());
        return Files.writeString(
                directory.resolve("report.html"), ReportPage.html(report, List.of(), ""));
    }

    private static LabReport.Measured measured(String target, Workload workload) {
        return measured(target, workload, Map.of());
    }

    private static LabReport.Measured measured(
            String target, Workload workload, Map<String, String> hashes) {
        String contender = hashes.keySet().stream().findFirst().orElse("eevdf");
        var values = workload.metrics().stream().map(_ -> 9.0).toList();
        var run =
                new Run(
                        contender,
                        0,
                        Instant.parse("2026-11-24T09:00:01Z"),
                        .5,
                        new Reading(values, Optional.empty()),
                        List.of(),
                        Map.of());
        return new LabReport.Measured(
                target,
                Optional.empty(),
                new BenchResult(
                        workload,
                        List.of(contender),
                        List.of(run),
                        hashes,
                        new Machine("sim", COSTS, "simulated time", "", 2, 0, ""),
                        new Plan(1, 0, 1, Duration.ofSeconds(10), Optional.empty(), false, false),
                        Instant.parse("2026-11-24T09:00:00Z"),
                        "all runs are done"));
    }
}
