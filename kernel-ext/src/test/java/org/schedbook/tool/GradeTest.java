package org.schedbook.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.schedbook.course.HiddenTests;
import org.schedbook.course.Part;
import picocli.CommandLine;

/**
 * {@code ./schedbook grade}: what it takes of submissions, whatever they are, and what it writes.
 */
@Timeout(240)
class GradeTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SOURCE = Path.of("../notebooks/labs/lab1/lab1.ipynb");
    private static final double ALL = 13;

    private static final String LOOP =
            """
            public class Loop extends Policy {
                public void enqueue(Task task, long enqFlags) {
                    while (task.pid() > 0) {}
                }
            }
            """;

    private static final String RIGHT =
            LOOP.replace(
                    "while (task.pid() > 0) {}",
                    "insert(task, Dsq.GLOBAL, SLICE_INF_NS, enqFlags);");

    @TempDir Path directory;

    private final Map<String, String[]> rows = new HashMap<>();
    private String out;
    private String hidden = "target/classes";

    private Path submissions() throws IOException {
        return Files.createDirectories(directory.resolve("submitted"));
    }

    private void grade(String... more) throws IOException {
        assertEquals(0, run(directory.resolve("grades.csv"), more), out);
        readTable();
    }

    private List<String> line(Path table, String... more) throws IOException {
        var line = new ArrayList<String>();
        line.addAll(
                List.of(
                        "grade",
                        "lab1",
                        submissions().toString(),
                        "--hidden-tests",
                        hidden,
                        "--out",
                        table.toString()));
        line.addAll(List.of(more));
        return line;
    }

    /** Returns the command's status. */
    private int run(Path table, String... more) throws IOException {
        var text = new StringWriter();
        CommandLine tools =
                Tools.commandLine()
                        .setOut(new PrintWriter(text, true))
                        .setErr(new PrintWriter(text, true));
        int status = tools.execute(line(table, more).toArray(String[]::new));
        out = text.toString();
        return status;
    }

    private void readTable() throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve("grades.csv"));
        for (String row : lines.subList(1, lines.size())) {
            String[] cells = row.split(",", 3);
            rows.put(cells[0].replace("\"", ""), cells);
        }
    }

    private double points(String student) {
        return Double.parseDouble(rows.get(student)[1]);
    }

    private String feedback(String student) throws IOException {
        return Files.readString(
                directory
                        .resolve("grades-feedback")
                        .resolve(GradeFiles.fileName(student) + ".html"));
    }

    private static ObjectNode notebook(String... cells) {
        ObjectNode notebook = JSON.createObjectNode();
        notebook.put("nbformat", 4);
        ArrayNode list = notebook.putArray("cells");
        for (String cell : cells) {
            list.addObject().put("cell_type", "code").put("source", cell);
        }
        return notebook;
    }

    private void submit(String student, JsonNode notebook) throws IOException {
        Files.writeString(submissions().resolve(student + ".ipynb"), notebook.toString());
    }

    private static JsonNode solution() throws IOException {
        return JSON.readTree(SOURCE.toFile());
    }

    /**
     * What a grader takes is a policy or an answer; whatever else is there is as if it were not.
     */
    @Test
    void hostileSubmissionsGainNothingSeeNothingAndStopNobody() throws Exception {
        submit("ada", solution());
        submit(
                "reader",
                notebook(
                        "var tests = Files.readString(Path.of(\"grades.csv\"));",
                        "%%policy my-fifo\npublic class P extends Policy { public void enqueue(Task t, long f) {"
                                + " try { java.nio.file.Files.readString(java.nio.file.Path.of(\"/etc/passwd\")); }"
                                + " catch (Exception e) {} insert(t, Dsq.GLOBAL, SLICE_INF_NS, f); } }"));
        submit(
                "exit",
                notebook(
                        "System.exit(0);",
                        "%%policy my-fifo\n"
                                + LOOP.replace("while (task.pid() > 0) {}", "System.exit(0);")));
        submit("printer", notebook("System.out.println(13.0);", "13.0", "%check lab1"));
        submit("redefines", notebook("class Marks {} class Schedbook {} record Lab() {}"));
        submit("loops", notebook("while (true) {}", "%%policy my-fifo\n" + LOOP));
        submit(
                "grows",
                notebook(
                        "%%policy my-fifo\n"
                                + LOOP.replace(
                                        "while (task.pid() > 0) {}",
                                        "var l = new ArrayList<long[]>(); while (true) l.add(new long[60000]);")));
        submit("forges", notebook("%%answer mean-turnaround\nNaN", "%%answer lifo-mean\n${13}"));
        submit("digits", notebook("%%answer mean-turnaround\n" + "9".repeat(900_000)));
        submit(
                "many",
                notebook(
                        java.util.Collections.nCopies(5000, "%%answer lifo-mean\nsame")
                                .toArray(String[]::new)));
        Files.write(submissions().resolve("binary.ipynb"), new byte[] {0, 1, 2, (byte) 0xff});
        Files.writeString(submissions().resolve("empty.ipynb"), "");
        Files.writeString(submissions().resolve("list.ipynb"), "[1, 2]");
        Files.writeString(submissions().resolve("deep.ipynb"), "{\"cells\":" + "[".repeat(100_000));
        Files.writeString(
                submissions().resolve("cut.ipynb"), solution().toString().substring(0, 5000));
        try (var large =
                new RandomAccessFile(submissions().resolve("large.ipynb").toFile(), "rw")) {
            large.writeBytes("{\"cells\": [");
            large.setLength(1L << 30);
        }
        Files.createSymbolicLink(
                submissions().resolve("link.ipynb"), SOURCE.toAbsolutePath().normalize());
        Files.createDirectories(submissions().resolve("nothing"));
        Files.createSymbolicLink(
                submissions().resolve("linked"), SOURCE.toAbsolutePath().normalize().getParent());
        Path inside = Files.createDirectories(submissions().resolve("inside"));
        Files.createSymbolicLink(
                inside.resolve("lab1"), SOURCE.toAbsolutePath().normalize().getParent());
        submit("=cmd|' C calc'!A0", solution());
        submit("\uFF1D1+1", notebook());
        submit("two", solution());
        Path two = Files.createDirectories(submissions().resolve("two"));
        Files.writeString(two.resolve("lab1.ipynb"), solution().toString());
        Path twice = Files.createDirectories(submissions().resolve("twice/a"));
        Files.writeString(twice.resolve("lab1.ipynb"), solution().toString());
        Files.createDirectories(submissions().resolve("twice/b"));
        Files.writeString(submissions().resolve("twice/b/lab1.ipynb"), notebook("1").toString());
        submit(
                "long",
                notebook(
                        "%%policy my-fifo\n//" + "x".repeat(1 << 20),
                        "%%answer lifo-mean\n?",
                        "%%answer fault\n1",
                        "%%answer fault\n2"));
        Files.writeString(submissions().resolve("lost.zip"), "PK");

        grade("--parallel", "2");

        assertEquals(ALL, points("ada"), out);
        assertEquals(ALL, points("'=cmd|' C calc'!A0"), out);
        assertEquals(1, points("many"), out);
        for (String student : rows.keySet()) {
            if (!List.of("ada", "'=cmd|' C calc'!A0", "many").contains(student)) {
                assertEquals(0, points(student), student + "\n" + out);
            }
        }
        assertEquals(25, rows.size(), out);
        assertTrue(rows.containsKey("'\uFF1D1+1"), out);
        assertTrue(out.contains("no notebooks, and are left out: lost.zip."), out);
        for (String student : List.of("two", "twice")) {
            assertTrue(feedback(student).contains("cannot be told which one counts"), out);
        }
        assertTrue(feedback("long").contains("Cell 1 is longer than 1,048,576 characters"));
        assertTrue(feedback("long").contains("several answers fault; the last one counts"));
        assertTrue(feedback("reader").contains("java.nio.file"), feedback("reader"));
        assertTrue(feedback("exit").contains("System"), feedback("exit"));
        assertTrue(feedback("loops").contains("did not return within 2 s"), feedback("loops"));
        assertTrue(feedback("grows").contains("memory"), feedback("grows"));
        assertTrue(feedback("large").contains("1,024 MiB"), feedback("large"));
        assertTrue(feedback("binary").contains("not a notebook"), feedback("binary"));
        assertTrue(feedback("forges").contains("one number"), feedback("forges"));
        assertTrue(feedback("link").contains("was not read"), feedback("link"));
    }

    /** A policy sees the loads of hidden tests; what it says of them must reach nobody. */
    @Test
    void whatAPolicySaysIsTextAndNothingOfHiddenLoads() throws Exception {
        String body =
                """
                public class Tells extends Policy {
                    private int seen;
                    public void enqueue(Task task, long enqFlags) {
                        seen = Math.max(seen, task.pid());
                        if (topology().nrCpus() > 1 || seen > 5) {
                            throw new IllegalStateException("SAW " + seen);
                        }
                        insert(task, Dsq.GLOBAL, SLICE_INF_NS, enqFlags);
                    }
                }
                """;
        submit("tells", notebook("%%policy my-fifo\n" + body));
        String says = "throw new IllegalStateException(%s);";
        submit(
                "marks-up",
                notebook(
                        "%%policy my-fifo\n"
                                + LOOP.replace(
                                        "while (task.pid() > 0) {}",
                                        says.formatted(
                                                "\"<script>alert(1)</script>\\u202e\\u001b[31m\\0\""))));
        submit(
                "never-ends-saying",
                notebook(
                        "%%policy my-fifo\n"
                                + LOOP.replace(
                                        "while (task.pid() > 0) {}",
                                        says.formatted("\"x\".repeat(20_000_000)"))));
        grade();
        assertEquals(3, points("tells"), out);
        String xml = Files.readString(directory.resolve("grades.xml"));
        String told =
                feedback("tells")
                        + Files.readString(directory.resolve("grades-feedback/tells.results.json"))
                        + xml
                        + out;
        assertFalse(told.contains("SAW"), told);
        assertFalse(Pattern.compile("Of one that failed: .*line \\d").matcher(told).find(), told);
        assertTrue(told.contains("Of one that failed: Look at enqueue()."), told);
        assertFalse(feedback("marks-up").contains("<script>"), feedback("marks-up"));
        for (String each : List.of("\u202e", "\u001b", "\0")) {
            assertFalse((feedback("marks-up") + xml + out).contains(each), out);
        }
        assertTrue(feedback("never-ends-saying").length() < 100_000, "bounded");
        assertTrue(xml.length() < 200_000, "bounded");
    }

    @Test
    void whatAnHonestStudentMayDoToANotebookCostsNothing() throws Exception {
        ObjectNode crlf = (ObjectNode) solution();
        for (JsonNode cell : crlf.get("cells")) {
            StringBuilder text = new StringBuilder();
            cell.get("source").forEach(line -> text.append(line.asText()));
            ((ObjectNode) cell).put("source", text.toString().replace("\n", "\r\n"));
        }
        submit("windows", crlf);
        ObjectNode commented = (ObjectNode) solution();
        for (JsonNode cell : commented.get("cells")) {
            if (cell.get("source").toString().contains("%%")) {
                ((ArrayNode) cell.get("source")).insert(0, "// Mine.\n\n/* Two\nlines. */ ");
            }
        }
        submit("commented", commented);
        ObjectNode quoted = (ObjectNode) solution();
        for (JsonNode cell : quoted.get("cells")) {
            ArrayNode lines = (ArrayNode) cell.get("source");
            String first = lines.get(0).asText();
            if (first.startsWith("%%")) {
                lines.set(
                        0,
                        JSON.getNodeFactory()
                                .textNode(first.replaceFirst(" (\\S+)", "\u00a0 \"$1\" ;")));
            }
        }
        submit("quoted", quoted);
        Files.write(
                submissions().resolve("byte-order-mark.ipynb"),
                ("\uFEFF" + solution()).getBytes(StandardCharsets.UTF_16LE));
        ObjectNode kernel = (ObjectNode) solution();
        kernel.putObject("metadata").putObject("kernelspec").put("name", "python3");
        submit("other-kernel", kernel);
        ObjectNode renamed = (ObjectNode) solution();
        for (JsonNode cell : renamed.get("cells")) {
            ((ObjectNode) cell).put("id", "x");
            ((ObjectNode) cell).putObject("metadata").putObject("nbgrader").put("grade_id", "x");
        }
        submit("renamed-cells", renamed);
        ObjectNode exits = (ObjectNode) solution();
        ((ArrayNode) exits.get("cells"))
                .insertObject(0)
                .put("cell_type", "code")
                .put("source", "System.exit(1);");
        submit("exits-elsewhere", exits);
        ObjectNode deleted = (ObjectNode) solution();
        ArrayNode left = JSON.createArrayNode();
        for (JsonNode cell : deleted.get("cells")) {
            String source = cell.get("source").toString();
            if (!source.contains("%check") && !source.contains("%%policy my-lifo")) {
                left.add(cell);
            }
        }
        deleted.set("cells", left);
        submit("deleted-cells", deleted);
        ObjectNode notANumber = (ObjectNode) solution();
        notANumber.putObject("metadata").put("x", "NaN");
        Files.writeString(
                submissions().resolve("not-a-number.ipynb"),
                notANumber.toString().replace("\"NaN\"", "NaN"));
        Path capitals = Files.createDirectories(submissions().resolve("capitals"));
        Files.writeString(capitals.resolve("LAB1.IPYNB"), solution().toString());
        Path top = Files.createDirectories(submissions().resolve("nearest/old"));
        Files.writeString(top.resolve("lab1.ipynb"), notebook().toString());
        Files.writeString(submissions().resolve("nearest/lab1.ipynb"), solution().toString());
        Path nested = Files.createDirectories(submissions().resolve("nested/lab1"));
        Files.writeString(nested.resolve("lab1.ipynb"), solution().toString());
        grade();
        for (String student :
                List.of(
                        "windows",
                        "commented",
                        "quoted",
                        "byte-order-mark",
                        "other-kernel",
                        "renamed-cells",
                        "exits-elsewhere",
                        "not-a-number",
                        "capitals",
                        "nearest",
                        "nested")) {
            assertEquals(ALL, points(student), student + "\n" + out);
        }
        assertEquals(ALL - 3, points("deleted-cells"), out);
        assertTrue(feedback("deleted-cells").contains("no cell that begins with %%policy my-lifo"));
    }

    @Test
    void feedbackHasExpectedAndActualAndNeitherHiddenTestsNorTheSolution() throws Exception {
        submit(
                "bob",
                notebook(
                        "%%answer mean-turnaround\n108",
                        "%%policy my-fifo\n"
                                + LOOP.replace(
                                        "while (task.pid() > 0) {}",
                                        "insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);")));
        grade();
        String page = feedback("bob");
        assertTrue(page.contains("expected   actual"), page);
        assertTrue(page.contains("CPU 0  |"), page);
        assertTrue(page.contains("which slice has no end"), page);
        Matcher picture =
                Pattern.compile("<img alt=\"([^\"]+)\" src=\"data:image/png;base64,([^\"]+)\">")
                        .matcher(page);
        assertTrue(picture.find(), page);
        assertTrue(picture.group(1).contains("tasks on 1 CPUs, CPU 0 busy"), picture.group(1));
        assertNotNull(
                ImageIO.read(
                        new ByteArrayInputStream(Base64.getDecoder().decode(picture.group(2)))));
        assertFalse(picture.find(), "a picture for each failed part, and none of a hidden test");
        assertTrue(page.contains("0 of 3 tests that are not public passed."), page);
        assertTrue(page.contains("Of one that failed: First come"), page);
        JsonNode results =
                JSON.readTree(directory.resolve("grades-feedback/bob.results.json").toFile());
        assertEquals(points("bob"), results.get("score").asDouble());
        assertEquals(6, results.get("tests").size());
        String all = page + results;
        for (String hidden :
                List.of(
                        "five that arrive",
                        "bound to CPUs",
                        "no slice ends",
                        "vwxyz",
                        "SLICE_INF")) {
            assertFalse(all.contains(hidden), hidden + " in\n" + all);
        }
        var xml =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(directory.resolve("grades.xml").toFile());
        assertEquals(6, xml.getElementsByTagName("testcase").getLength());
        assertTrue(xml.getElementsByTagName("failure").getLength() >= 3);
    }

    @Test
    void aLabOrDirectoryThatIsNotThereIsSaidInWords() throws Exception {
        for (String[] line :
                new String[][] {
                    {"grade", "lab9", directory.toString()},
                    {"grade", "lab1", directory.resolve("nowhere").toString()},
                    {"grade", "lab1", submissions().toString()},
                    {"grade", "lab1", "..", "--hidden-tests", "nowhere.jar"},
                    {"grade", "lab1", "..", "--hidden-tests", "nowhere.jar", "--on", "local"},
                    {"grade", "lab1", "..", "--parallel", "2", "--on", "slurm"}
                }) {
            var err = new StringWriter();
            int status = Tools.commandLine().setErr(new PrintWriter(err, true)).execute(line);
            assertEquals(2, status, err.toString());
            assertFalse(err.toString().contains("\tat "), err.toString());
            assertTrue(err.toString().lines().count() >= 2, err.toString());
        }
    }

    @Test
    void gradesAreNotWrittenThroughLinks() throws Exception {
        submit("alice", notebook());
        Path precious = Files.writeString(directory.resolve("precious"), "as it was");
        Path feedback = Files.createDirectory(directory.resolve("grades-feedback"));
        for (Path link :
                List.of(
                        directory.resolve("grades.csv"),
                        directory.resolve("grades.xml"),
                        feedback.resolve("alice.html"),
                        feedback.resolve("alice.results.json"))) {
            Files.createSymbolicLink(link, precious);
        }
        grade();
        assertEquals("as it was", Files.readString(precious));
        assertTrue(feedback("alice").contains("alice"));
    }

    @Test
    void aPlaceThatCannotBeWrittenIsFoundBeforeAnythingIsGraded() throws Exception {
        submit("alice", notebook());
        Path file = Files.writeString(directory.resolve("file"), "as it was");
        for (Path table :
                List.of(directory, directory.resolve("grades.xml"), file.resolve("grades.csv"))) {
            assertEquals(2, run(table), out);
            assertTrue(out.contains("--out"), out);
            assertFalse(out.contains("alice"), out);
        }
        assertEquals("as it was", Files.readString(file));
    }

    @Test
    void whatAnEarlierRunWroteAmongSubmissionsIsNobodys() throws Exception {
        submit("alice", notebook());
        Path table = submissions().resolve("grades.csv");
        assertEquals(0, run(table, "--on", "local:1"), out);
        assertEquals(0, run(table), out);
        List<String> lines = Files.readAllLines(table);
        assertEquals(2, lines.size(), out);
        assertTrue(lines.getLast().startsWith("\"alice\""), out);
    }

    @Test
    void noTwoStudentsShareAPage() {
        assertEquals("\u4e01\u4e3f".hashCode(), "\u4e02\u4e20".hashCode());
        var names = List.of("\u4e01\u4e3f", "\u4e02\u4e20", "a/b", "a_b", "a?b");
        assertEquals(5, names.stream().map(GradeFiles::fileName).distinct().count());
    }

    /** A test of somebody's own that was made for another Schedbook. */
    public static final class OutOfDate implements HiddenTests {

        @Override
        public String lab() {
            return "lab1";
        }

        @Override
        public Map<String, Part.Tests> tests() {
            return Map.of(
                    "my-fifo",
                    (_, _) -> {
                        throw new NoSuchMethodError("gone");
                    });
        }
    }

    @Test
    void testsThatFailThemselvesCostNobodyAPoint() throws Exception {
        submit("alice", notebook("%%policy my-fifo\n" + RIGHT));
        submit("bob", notebook("%%answer lifo-mean\nsame"));
        Path services = Files.createDirectories(directory.resolve("hidden/META-INF/services"));
        Files.writeString(
                services.resolve(HiddenTests.class.getName()), OutOfDate.class.getName() + "\n");
        hidden = directory.resolve("hidden").toString();
        assertEquals(1, run(directory.resolve("grades.csv")), out);
        assertTrue(out.contains("1 could not be graded"), out);
        readTable();
        assertEquals("", rows.get("alice")[1], out);
        assertEquals(1, points("bob"), out);
        assertTrue(feedback("alice").contains("the grader&#39;s own fault"), feedback("alice"));
    }

    /** As a system does that runs out of memory. */
    @Test
    void aSimulatorThatIsKilledCostsNobodyAPoint() throws Exception {
        submit("alice", notebook("%%policy my-fifo\n" + LOOP));
        Thread system =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    while (!Thread.interrupted()) {
                                        ProcessHandle.current()
                                                .descendants()
                                                .filter(GradeTest::isSimulator)
                                                .forEach(ProcessHandle::destroyForcibly);
                                        LockSupport.parkNanos(50_000_000);
                                    }
                                });
        try {
            assertEquals(1, run(directory.resolve("grades.csv")), out);
        } finally {
            system.interrupt();
            system.join();
        }
        readTable();
        assertEquals("", rows.get("alice")[1], out);
        assertTrue(feedback("alice").contains("simulator&#39;s process ended"), feedback("alice"));
    }

    private static boolean isSimulator(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(process.pid()), "cmdline"))
                    .contains("SimWorker");
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    // ---- As units ---------------------------------------------------------------------------

    /** Fails tests of all kinds, hidden ones among them. */
    private static final String WRONG =
            LOOP.replace(
                    "while (task.pid() > 0) {}",
                    "insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);");

    private Path units(String in) {
        return directory.resolve("grades-units").resolve(in);
    }

    /** Returns which files the results are. */
    private Map<String, Object> results() throws IOException {
        var files = new HashMap<String, Object>();
        try (Stream<Path> all = Files.list(units("out"))) {
            for (Path each : all.filter(file -> file.toString().endsWith(".json")).toList()) {
                files.put(each.getFileName().toString(), Files.getAttribute(each, "unix:ino"));
            }
        } catch (NoSuchFileException e) {
            // There is none yet.
        }
        return files;
    }

    /** Returns all that was written but how long it took, by the names of files. */
    private Map<String, String> written() throws IOException {
        var written = new TreeMap<String, String>();
        for (String name : List.of("grades.csv", "grades.xml")) {
            String text = Files.readString(directory.resolve(name));
            written.put(name, text.replaceAll("(?m),[\\d.]+,(\".*\")$", ",$1"));
        }
        try (Stream<Path> all = Files.list(directory.resolve("grades-feedback"))) {
            for (Path each : all.toList()) {
                written.put(each.getFileName().toString(), Files.readString(each));
            }
        }
        return written;
    }

    @Test
    void workersGradeAsOneProcessDoesAndKeepNothingOfHiddenTests() throws Exception {
        submit("ada", solution());
        submit("bob", notebook("%%answer mean-turnaround\n108", "%%policy my-fifo\n" + WRONG));
        submit("loops", notebook("%%policy my-fifo\n" + LOOP));
        submit("nothing", notebook("1 + 1"));
        grade();
        Map<String, String> here = written();
        assertTrue(here.get("bob.html").contains("data:image/png"), here.get("bob.html"));

        grade("--on", "local:2");
        assertEquals(here, written());
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(units(""))));
        String secret =
                Files.readString(
                        Path.of(
                                "src/main/java/org/schedbook/course/hidden/HiddenFirstComeFirstServed.java"));
        var kept = new StringBuilder();
        try (Stream<Path> all = Files.walk(units(""))) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                kept.append(Files.readString(each));
            }
        }
        assertTrue(kept.toString().contains("which slice has no end"), "open tests are there");
        for (String hidden : List.of("five that arrive", "bound to CPUs", "vwxyz")) {
            assertTrue(secret.contains(hidden), hidden);
            assertFalse(kept.toString().contains(hidden), hidden);
        }

        Map<String, Object> before = results();
        submit("bob", notebook("%%policy my-lifo\n" + WRONG));
        grade("--on", "local:2");
        Map<String, Object> after = results();
        assertEquals(before.size() + 1, after.size(), "what was submitted anew");
        assertTrue(after.entrySet().containsAll(before.entrySet()), "and nothing else");
    }

    @Test
    void aBatchGoesOnWhereItsDriverWasKilledAndAMachinesFailureCostsNoStudentAPoint()
            throws Exception {
        for (int i = 0; i < 5; i++) {
            submit("s" + i, notebook("%%policy my-fifo\n" + WRONG));
        }
        assertEquals(1, run(directory.resolve("grades.csv"), "--status"));
        assertTrue(out.contains("0 of 5 done"), out);
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Tools.class.getName()));
        command.addAll(line(directory.resolve("grades.csv"), "--on", "local:1"));
        Process driver =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        List<ProcessHandle> started;
        try {
            await(driver, () -> worker(driver).isPresent());
            worker(driver).orElseThrow().destroyForcibly();
            await(driver, () -> !results().isEmpty());
            started = driver.descendants().toList();
        } finally {
            driver.destroyForcibly().waitFor();
        }
        for (ProcessHandle each : started) {
            each.onExit().get(1, TimeUnit.MINUTES);
        }
        Map<String, Object> before = results();
        assertTrue(before.size() < 5, "it was killed in the middle");

        String missing;
        try (Stream<Path> all = Files.list(units("in"))) {
            missing =
                    all.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".json") && !before.containsKey(name))
                            .findFirst()
                            .orElseThrow()
                            .replace(".json", "");
        }
        for (int n = 1; n <= 3; n++) {
            Files.writeString(
                    units("failed").resolve("%s.%d.json".formatted(missing, n)),
                    "{\"reason\": \"The node is lost.\", \"node\": \"n1\", \"time\": \"2026-01-01T00:00:00Z\"}");
        }
        assertEquals(1, run(directory.resolve("grades.csv"), "--on", "local:2"), out);
        readTable();
        assertTrue(out.contains("1 unit was tried three times. The node is lost."), out);
        assertEquals(1, rows.values().stream().filter(row -> row[1].isEmpty()).count(), out);
        assertTrue(results().entrySet().containsAll(before.entrySet()), "not done again");
        grade("--on", "local:2", "--retry");
        assertEquals(5, results().size());
        assertEquals(1, rows.values().stream().map(row -> row[1]).distinct().count(), out);
    }

    private static Optional<ProcessHandle> worker(Process driver) {
        return driver.children()
                .filter(each -> each.info().commandLine().orElse("").contains("GradeWorker"))
                .findFirst();
    }

    private static void await(Process driver, Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            assertTrue(driver.isAlive(), "the driver has ended");
            Thread.sleep(20);
        }
    }
}
