package org.schedbook.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A sweep's file is data: what a stranger put into it does nothing on this machine. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RunSweepTest {

    private static final String SWEEP =
            """
            {
              "policies": ["fifo", "rr", {"name": "mine", "file": "Mine.java"}],
              "constants": {"SLICE_NS": ["1ms", "5ms"]},
              "workloads": ["messaging:groups=1,loops=5"],
              "target": "sim --topology 1:1:2:1 --mode kernel",
              "repetitions": 2,
              "seed": 1
            }
            """;

    private static final String MINE =
            "class Mine extends Policy { public void enqueue(Task t, long f) {} }";

    @TempDir Path directory;

    private record Outcome(int status, String out, String err) {}

    private Outcome sweep(String json, String... flags) throws IOException {
        Path file = Files.writeString(directory.resolve("slices.json"), json);
        var out = new StringWriter();
        var err = new StringWriter();
        var line = new ArrayList<>(List.of("sweep", file.toString()));
        line.addAll(List.of(flags));
        int status =
                Tools.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(line.toArray(String[]::new));
        return new Outcome(status, out.toString(), err.toString());
    }

    @Test
    void measuresEachCombinationAndWritesTheFigures() throws IOException {
        Files.writeString(directory.resolve("Mine.java"), MINE);
        Outcome outcome = sweep(SWEEP, "--on", "local:2");
        assertEquals(0, outcome.status, outcome.err);
        assertTrue(outcome.out.contains("rr SLICE_NS=5ms"), outcome.out);
        assertTrue(outcome.out.contains("mine"), outcome.out);
        assertTrue(outcome.out.contains("8 of 8 done"), outcome.out);
        List<String> csv = Files.readAllLines(directory.resolve("slices.sweep/figures.csv"));
        assertEquals(
                "workload,policy,SLICE_NS,metric,unit,better,n,median,low,high,failure",
                csv.getFirst());
        assertTrue(
                csv.get(2).contains("\"rr\",\"1ms\",\"completion time\",\"s\",less,2,0."),
                csv.get(2));
        assertTrue(
                csv.getLast().startsWith("\"messaging:groups=1,loops=5\",\"mine\""),
                csv.toString());
        JsonNode json =
                JsonMapper.builder()
                        .build()
                        .readTree(directory.resolve("slices.sweep/figures.json").toFile());
        assertEquals(4, json.size());
        assertEquals("5ms", json.get(2).at("/constants/SLICE_NS").asText());
        assertEquals(2, json.get(2).path("samples").size());
        assertFalse(json.get(3).path("failure").asText().isEmpty());

        Outcome status = sweep(SWEEP, "--status");
        assertEquals(0, status.status, status.err);
        assertTrue(status.out.contains("8 of 8 done, 0 running, 0 waiting"), status.out);
        Outcome cancel = sweep(SWEEP, "--cancel");
        assertEquals(0, cancel.status, cancel.err);
        assertTrue(cancel.err.contains("Nobody is at it"), cancel.err);
    }

    @Test
    void statusDoesNothing() throws IOException {
        Files.writeString(directory.resolve("Mine.java"), MINE);
        Outcome status = sweep(SWEEP, "--status");
        assertEquals(1, status.status, status.err);
        assertTrue(status.out.contains("0 of 8 done, 0 running, 8 waiting"), status.out);
    }

    /** What a stranger may have put into the directory that a sweep is kept in. */
    @ParameterizedTest
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @ValueSource(
            strings = {
                "",
                "in",
                "out",
                "failed",
                "jobs",
                "lock",
                "cancel",
                "worker-0.log",
                "figures.csv",
                "figures.json",
                "in/k.json",
                "out/k.json",
                "failed/k.1.json",
                "jobs/k.json"
            })
    void aSweepIsKeptInPlainFilesAndNothingElseIsTouched(String planted) throws Exception {
        Path victim = Files.createDirectory(directory.resolve("victim"));
        Path dotfile = Files.writeString(victim.resolve(".profile"), "precious");
        Path place = directory.resolve("slices.sweep").resolve(planted);
        for (boolean pipe : List.of(false, true)) {
            Files.createDirectories(place.getParent());
            if (pipe) {
                assertEquals(0, new ProcessBuilder("mkfifo", "" + place).start().waitFor());
            } else {
                boolean isDirectory = planted.matches("|in|out|failed|jobs");
                Files.createSymbolicLink(place, isDirectory ? victim : dotfile);
            }
            for (String[] flags : List.of(new String[] {}, new String[] {"--status"})) {
                Outcome outcome =
                        sweep(
                                SWEEP.replace(
                                        ", {\"name\": \"mine\", \"file\": \"Mine.java\"}", ""),
                                flags);
                assertEquals(2, outcome.status, outcome.err);
                String said = place + (pipe ? " is no plain file" : " is a link");
                assertTrue(outcome.err.contains(said), outcome.err);
                assertFalse(outcome.err.contains("Exception"), outcome.err);
            }
            Files.delete(place);
        }
        assertEquals("precious", Files.readString(dotfile));
        try (var files = Files.list(victim)) {
            assertEquals(List.of(dotfile), files.toList());
        }
    }

    @Test
    void thisMachineItselfTakesAFlag() throws IOException {
        String here =
                """
                {"policies": ["fifo"], "workloads": ["messaging"], "target": "host"}""";
        for (String[] flags : List.of(new String[] {}, new String[] {"--allow-commands"})) {
            Outcome outcome = sweep(here, flags);
            assertEquals(2, outcome.status, outcome.err);
            assertTrue(outcome.err.contains("on this machine itself"), outcome.err);
            assertTrue(outcome.err.contains("perf bench"), outcome.err);
            assertTrue(outcome.err.contains("--host"), outcome.err);
        }
        assertFalse(Files.exists(directory.resolve("slices.sweep")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sim", "host", "vm"})
    void aCommandOfTheAuthorsTakesAFlagAndIsShown(String target) throws IOException {
        Path marker = directory.resolve("PWNED");
        String json =
                """
                {"policies": ["fifo"], "workloads": [{"command": "touch %s; echo 1"}],
                 "target": "%s"}"""
                        .formatted(marker, target);
        Outcome outcome = sweep(json, "--host");
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains("    touch " + marker), outcome.err);
        assertTrue(outcome.err.contains("--allow-commands"), outcome.err);
        assertFalse(Files.exists(marker));
        assertFalse(Files.exists(directory.resolve("slices.sweep")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"seed\": 1|\"seeds\": 1, \"x\": 2|it has 'seeds', 'x', and knows only policies",
                "\"seed\": 1|\"seed\": 1, \"seed\": 2|Duplicate field 'seed'",
                "\"seed\": 1|\"seed\": -1|seed is no number from 0",
                "\"seed\": 1|\"seed\": 1.5|seed is no number",
                "\"seed\": 1|\"seed\": \"1\"|seed is no number",
                "\"repetitions\": 2|\"repetitions\": 2000000000|repetitions is no number from 1 to 1000",
                "\"repetitions\": 2|\"limit_seconds\": 999999|limit_seconds is no number",
                "\"fifo\"|\"nosuch\"|policies[0] is 'nosuch', and Schedbook comes with fifo, rr, vtime",
                "\"fifo\"|\"rr\"|policies[1] names rr a second time",
                "\"fifo\"|\"eevdf\"|The simulator has no model of EEVDF",
                "\"fifo\"|\"eevdf@kernel\"|EEVDF is the kernel's own scheduler, and eevdf@kernel",
                "\"fifo\"|7|policies[0] is no object",
                "\"name\": \"mine\"|\"name\": \"fifo\"|policies[2].name 'fifo' is no name of one's own",
                "\"name\": \"mine\"|\"name\": \"../x\"|is no name of one's own",
                "\"Mine.java\"|\"/etc/passwd\"|'/etc/passwd' is no name of a file beside it",
                "\"Mine.java\"|\"../Mine.java\"|is no name of a file beside it",
                "\"Mine.java\"|\"link\"|'link' is no file beside it",
                "\"Mine.java\"|\"directory\"|is no file beside it",
                "\"Mine.java\"|\"nosuch\"|is no file beside it",
                "\"file\": \"Mine.java\"|\"source\": \"x\", \"file\": \"y\"|either a file or a source",
                "\"file\": \"Mine.java\"|\"source\": 7|policies[2].source is no text",
                "\"file\"|\"run\"|policies[2] has 'run'",
                "\"SLICE_NS\"|\"SLICE\"|No policy of this sweep has a constant SLICE",
                "\"5ms\"|\"5 minutes\"|SLICE_NS cannot be '5 minutes'",
                "\"5ms\"|[1]|constants.SLICE_NS has a value of no kind",
                "[\"1ms\", \"5ms\"]|\"5ms\"|SLICE_NS is no list",
                "messaging:groups=1|nosuch:groups=1|workloads[0]: there is no workload 'nosuch'",
                "messaging:groups=1|command:line=id|workloads[0]: ",
                "messaging:groups=1,loops=5|command:line=id|workloads[0]: a command is written",
                "\"messaging:groups=1,loops=5\"|{\"command\": \"\"}|workloads[0]: there is no command",
                "\"messaging:groups=1,loops=5\"|{\"command\": \"id\", \"as\": \"root\"}|has 'as'",
                "sim --topology 1:1:2:1|sim --costs /etc/passwd --topology 1:1:2:1|target: there is no target",
                "1:1:2:1|9999:9:9:9|target: ",
                "\"seed\": 1|\"seed\": 1}{|Trailing token",
                "{|[|is no sweep",
            })
    void aFileThatWasTamperedWithIsRefusedInWords(String whole, String changed, String said)
            throws IOException {
        Files.writeString(directory.resolve("Mine.java"), MINE);
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("Mine.java"));
        Files.createDirectories(directory.resolve("directory"));
        assertTrue(SWEEP.contains(whole), whole);
        Outcome outcome = sweep(SWEEP.replace(whole, changed));
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains(said), outcome.err);
        assertFalse(outcome.err.contains("\tat "), outcome.err);
        assertFalse(outcome.err.contains("root:"), outcome.err);
        assertFalse(Files.exists(directory.resolve("slices.sweep")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "7", "{}", "{\"policies\": []}", "\u0000", "]"})
    void whatIsNoDescriptionIsRefusedInWords(String json) throws IOException {
        Outcome outcome = sweep(json);
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains("is no sweep"), outcome.err);
        assertFalse(outcome.err.contains("\tat "), outcome.err);
    }

    @Test
    void whatIsNestedWithoutEndIsRefusedInWords() throws IOException {
        Outcome outcome = sweep("[".repeat(500_000));
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains("is no sweep"), outcome.err);
    }

    @ParameterizedTest
    @ValueSource(strings = {"slurm:a:b", "local:0", "local:x", "ssh:host"})
    void aPlaceThatIsNoneIsNamed(String on) throws IOException {
        Files.writeString(directory.resolve("Mine.java"), MINE);
        Outcome outcome = sweep(SWEEP, "--on", on);
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains("'" + on + "' is no place to measure"), outcome.err);
    }

    @Test
    void aSweepWithoutEndIsRefusedBeforeItIsMade() throws IOException {
        String values = "\"1ms\"" + ", \"1ms\"".repeat(999);
        Files.writeString(directory.resolve("Mine.java"), MINE);
        Outcome outcome =
                sweep(
                        SWEEP.replace(
                                "\"SLICE_NS\": [\"1ms\", \"5ms\"]",
                                "\"A\": [%s], \"B\": [%s]".formatted(values, values)));
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains("more than 1,000 variants"), outcome.err);
    }
}
