package org.schedbook.magic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.Schedbook;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.jupyter.CellError;
import org.schedbook.report.LabReport;
import org.schedbook.report.ReportPage;
import org.schedbook.session.BrokenPolicyException;
import org.schedbook.session.PlotKind;
import org.schedbook.session.SessionException;
import org.schedbook.session.TargetChoice;
import org.schedbook.session.UnknownPolicyException;
import org.schedbook.target.sim.CostModel;
import org.schedbook.tool.Tools;

/** One verb is one thing, whether a magic or a line of Java asks for it. */
@Timeout(120)
class VerbsTest {

    private static final String WORKLOAD = "messaging:groups=1,loops=5";

    @TempDir Path directory;
    private Notebook notebook;

    @BeforeEach
    void open() {
        notebook = new Notebook(directory);
    }

    @AfterEach
    void close() {
        notebook.close();
    }

    @Test
    void plotDrawsRatiosAfterAComparisonInJava() throws Exception {
        notebook.ok("%target sim --cpus 2");
        Schedbook.compare("fifo", "vtime", WORKLOAD, "pipe:loops=50");
        assertTrue(notebook.ok("%plot").contains("ratio to fifo"));
        Schedbook.bench(WORKLOAD, "fifo", "vtime");
        assertEquals(PlotKind.SAMPLES, notebook.session().figures().latest().orElseThrow());
    }

    @Test
    void whatJavaMeasuresIsInTheReport() throws Exception {
        notebook.ok("%target sim --cpus 2");
        Schedbook.bench(WORKLOAD, "fifo", "vtime");
        Path page = directory.resolve("out.html");
        assertTrue(notebook.ok("%report " + page).contains("1 measurement of 2 policies"));
        notebook.ok("%%policy one", Notebook.FIFO);
        notebook.ok("%%policy twin", Notebook.FIFO);
        Schedbook.bench(WORKLOAD, "one", "twin");
        notebook.ok("%report " + page);
        assertEquals(
                List.of("fifo", "vtime", "one", "twin"),
                ReportPage.read(Files.readString(page)).policies().stream()
                        .map(LabReport.Policy::name)
                        .toList(),
                "twins are two policies");
    }

    @Test
    void aPromiseThatNoLoadPutsToTheTestIsNeitherKeptNorBroken() {
        String untested = "cannot be judged, for no load puts it to the test: no-wait-over 60000ms";
        notebook.fails("%check fifo no-wait-over 60s work-conserving", null, untested);
        CellError both =
                notebook.fails("%check fifo no-wait-over 60s shares-by-weight", null, untested);
        assertTrue(both.getMessage().startsWith("fifo does not keep: shares-by-weight 5%.\n"));
        notebook.ok(
                "%%policy sure",
                Notebook.FIFO.replace(
                        "public class", "// Promises: no-wait-over 60s\npublic class"));
        assertTrue(notebook.ok("%check sure").contains("no-wait-over 60000ms, its own"));
    }

    /** A notebook may come with links where its magics write. */
    @Test
    void noMagicWritesThroughALink() throws Exception {
        notebook.ok("%target sim --cpus 2");
        notebook.ok("%bench " + WORKLOAD + " --only --policies fifo,vtime -n 2");
        notebook.ok("%sim " + WORKLOAD + " --policies fifo");
        Path precious = Files.writeString(directory.resolve("precious"), "as it was");
        for (String line :
                List.of(
                        "%report FILE.html",
                        "%plot --svg FILE",
                        "%timeline --perfetto FILE",
                        "%history --export FILE")) {
            String name = line.replaceAll("[^a-z]", "");
            Path link = directory.resolve(name + (line.endsWith("html") ? ".html" : ""));
            Files.createSymbolicLink(link, precious);
            notebook.ok(line.replaceFirst("FILE(.html)?", link.toString()));
            assertTrue(Files.size(link) > 0 && !Files.isSymbolicLink(link), line);
            assertEquals("as it was", Files.readString(precious), line);
            notebook.fails(
                    line.replaceFirst("FILE", directory.resolve("nowhere/" + name).toString()),
                    null,
                    "cannot be written",
                    "Name a file in a directory that is there");
        }
    }

    @Test
    void whatANotebookKeepsIsNotKeptWhereALinkLeads() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.createSymbolicLink(directory.resolve(".schedbook"), elsewhere);
        notebook.ok("%target sim --cpus 2");
        for (String line :
                List.of("%sweep -p rr --SLICE_NS=1ms -w pipe:loops=5", "%cost", "%history")) {
            notebook.fails(line, null, "is a link to somewhere else");
        }
        try (var files = Files.list(elsewhere)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void aNameThatIsNoPolicyIsSaidInJavaWithoutAMagic() {
        var e = assertThrows(UnknownPolicyException.class, () -> Schedbook.policy("nope"));
        assertEquals("There is no policy named 'nope'.", e.getMessage());
        assertFalse((e.getMessage() + e.nextStep()).contains("%"), e.nextStep());
        assertTrue(e.nextStep().contains("fifo"), e.nextStep());
        notebook.fails("%attach nope", null, "no policy named 'nope'", "%%policy nope", "fifo");
    }

    @Test
    void aPolicyThatStoppedCompilingIsSaidInJavaWithoutAMagic() {
        notebook.fails("%%policy stale", "class X {}", "extends Policy");
        var e = assertThrows(BrokenPolicyException.class, () -> Schedbook.policy("stale"));
        assertFalse((e.getMessage() + e.nextStep()).contains("%"), e.nextStep());
        notebook.fails("%attach stale", null, "does not compile", "its cell");
    }

    @Test
    void whatJavaCompilesIsAVersionAsWhatACellDefines() throws Exception {
        Schedbook.compile("mine", Notebook.FIFO);
        assertTrue(notebook.ok("%%policy mine", Notebook.FIFO + "\n").contains("mine@2"));
        assertTrue(notebook.ok("%history mine").contains("mine@1"));
    }

    @Test
    void aBrokenVersionIsBroughtBackInASentence() {
        notebook.fails("%%policy mine", Notebook.FIFO.replace("insert", "insrt"), "insrt");
        notebook.ok("%%policy mine", Notebook.FIFO);
        assertEquals(
                "mine is mine@1 again, as mine@3. That version does not compile.",
                notebook.ok("%use mine@1"));
        assertEquals(1, notebook.offered().size());
        notebook.fails(
                "%%policy mine", Notebook.FIFO.replace("insert", "System.exit(0); insert"), "exit");
        assertTrue(
                notebook.ok("%use mine@4").endsWith("That version does what a policy may not do."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fifo", "vtime", "rr", "eevdf"})
    void noPolicyTakesTheNameOfOneThatIsAlwaysThere(String name) {
        for (String line : new String[] {"%%policy " + name, "%%prompt " + name}) {
            notebook.fails(line, Notebook.FIFO, name, "Choose another name", "my-" + name);
        }
        if (!name.equals("eevdf")) {
            notebook.fails("%improve " + name + " --goal messaging", null, "my-" + name);
        }
        var e = assertThrows(SessionException.class, () -> Schedbook.compile(name, Notebook.FIFO));
        assertTrue(e.nextStep().contains("my-" + name), e.nextStep());
        assertFalse(notebook.session().policies().own().contains(name));
    }

    @Test
    void aVersionKeptUnderANameThatIsTakenNowIsOfferedUnderAnother() throws Exception {
        Files.createDirectories(directory.resolve(".schedbook"));
        try (var old = getClass().getResourceAsStream("/org/schedbook/store/schema-2.db")) {
            Files.copy(old, directory.resolve(".schedbook/store.db"));
        }
        String shown = notebook.ok("%use fifo@1");
        assertTrue(shown.contains("fifo@1 is offered as my-fifo"), shown);
        assertTrue(
                notebook.offered().getFirst().startsWith("%%policy my-fifo\npublic class Own"),
                notebook.offered().toString());
    }

    @Test
    void aReportHoldsTheCostsAndIsMeasuredAgainOnTheSameMachine() throws Exception {
        Path costs = directory.resolve("slow.properties");
        CostModel slow =
                CostModel.UNCALIBRATED.with(
                        java.util.Map.of("contextSwitchNs", 90_000L), "slow: for a test");
        Files.writeString(costs, slow.toProperties("slow"));
        notebook.ok("%target sim --topology 1:2:2:1 --mode user --costs " + costs);
        notebook.ok("%bench " + WORKLOAD + " --only --policies fifo,vtime -n 3 --seed 1");
        Path page = directory.resolve("out.html");
        notebook.ok("%report " + page);
        LabReport report = ReportPage.read(Files.readString(page));
        TargetChoice where = report.measured().getFirst().choice();
        assertEquals(notebook.session().place().choice().label(), where.label());
        assertEquals(slow, ((TargetChoice.Sim) where).machine().costs());

        Files.delete(costs);
        var out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            assertEquals(0, Tools.commandLine().execute("reproduce", page.toString()));
        } finally {
            System.setOut(before);
        }
        String said = out.toString(StandardCharsets.UTF_8);
        assertTrue(said.contains("Every ratio agrees"), said);
        for (String line : said.lines().filter(l -> l.contains("completion time")).toList()) {
            String[] cells = line.strip().split(" {2,}");
            assertEquals(cells[2], cells[3], "the same median: " + line);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fifo, vtime",
                "fifo ,vtime",
                "fifo , vtime",
                "'fifo, vtime'",
                "fifo,vtime",
            })
    void blanksAroundACommaMeanNothing(String policies) {
        String line = "%sim pipe:loops=5 --cpus 2 --policies ";
        for (String each : new String[] {line + policies, line + policies + " --seed 2"}) {
            String shown = notebook.ok(each);
            assertTrue(shown.contains("fifo") && shown.contains("vtime"), shown);
        }
        String equals = line.strip() + "=" + policies;
        assertTrue(notebook.ok(equals.replace(" --policies=", " -p=")).contains("vtime"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "fifo vtime | Several policies have commas between them: fifo,vtime",
                "fifo and vtime | Several policies have commas between them: fifo,vtime",
                "[fifo,vtime] | Write --policies fifo,vtime",
                "\"[fifo, vtime]\" | Write --policies fifo,vtime",
                "fifo;vtime | Write --policies fifo,vtime",
                "fifo+vtime | Write --policies fifo,vtime",
                "\"fifo vtime\" | Write --policies fifo,vtime"
            })
    void aListThatIsWrittenInAnotherWayIsAnswered(String policies, String next) {
        notebook.fails("%sim pipe --policies " + policies, null, "", next);
    }

    @ParameterizedTest
    @ValueSource(strings = {",", "fifo,", ",fifo", "fifo,,vtime", "fifo, , vtime"})
    void aListWithAHoleIsAnswered(String policies) {
        String write = policies.equals(",") ? "Name one at least" : "Write --policies fifo";
        for (String line : new String[] {"%sim pipe ", "%bench pipe "}) {
            notebook.fails(line + "--policies " + policies, null, "a comma", write);
        }
    }

    @Test
    void workloadsOfAComparisonMayHaveBlanksBetweenThem() {
        notebook.ok("%target sim --cpus 2");
        String shown =
                notebook.ok(
                        "%compare fifo vtime --on messaging:groups=1,loops=3, pipe:loops=5 -n 2");
        assertTrue(shown.contains("messaging") && shown.contains("pipe"), shown);
        notebook.fails("%compare fifo vtime --on messaging,", null, "Write --on messaging");
    }

    @Test
    void aPolicyThatNeverCompiledIsNotListedAsYours() {
        notebook.fails("%%policy broken", "class X {}", "extends Policy");
        assertTrue(notebook.ok("%sched").matches("(?s).*your policies +none yet.*"));
        notebook.ok("%%policy mine", Notebook.FIFO);
        assertTrue(notebook.ok("%sched").matches("(?s).*your policies +mine\n.*"));
    }

    @Test
    void statusShowsTheCountersThatMovedAndNamesTheOthers() {
        notebook.ok("%target sim --cpus 2");
        notebook.ok("%attach fifo");
        var counters = new java.util.TreeMap<String, Long>();
        for (String name : new String[] {"nr_a", "nr_b", "nr_c"}) {
            counters.put(name, name.equals("nr_b") ? 1234L : 0L);
        }
        var status =
                new org.schedbook.target.Status(
                        "mine", "", "enabled", counters, java.util.List.of(), null);
        String shown =
                org.schedbook.view.StatusCard.counters(
                                new org.schedbook.jupyter.Card("mine"), status)
                        .toString();
        assertTrue(shown.matches("(?s).*nr_b +1,234.*zero +nr_a, nr_c.*"), shown);
    }

    @Test
    void aSimulationThatComesOutTheSameIsNotTested() {
        notebook.ok("%target sim --cpus 2");
        String shown = notebook.ok("%bench batch:jobs=2 --only -p fifo,vtime -n 5 --seed 1");
        assertFalse(shown.contains("(0.0 to 0.0)"), shown);
        assertFalse(shown.contains(" 0.0 %"), shown);
    }

    @Test
    void aTargetSaysWhatItIsAndWhatCannotBe() {
        String card = notebook.ok("%target");
        assertTrue(card.contains("vm: a guest with 2 CPUs and 1536 MiB"), card);
        assertTrue(card.contains("starts"), card);
        notebook.fails("%target vm --cpus 100", null, "from 1 to 64 CPUs");
        notebook.fails("%target vm --memory lots", null, "1536M or 2G");
        notebook.fails("%target host --cpus 2", null, "%target vm --cpus");
        notebook.fails("%target moon", null, "vm, sim, host");
        notebook.fails("%target vm --mode user", null, "no option of vm");
        assertTrue(notebook.ok("%target").contains("2 CPUs"));
        assertEquals(java.util.List.of("host", "sim", "vm"), notebook.complete("%target "));
        assertTrue(notebook.ok("%target SIM --cpus 3").contains("3 CPUs"));
    }

    @Test
    void whatIsWrittenOfModelsNamesAllThatThereAre() throws Exception {
        var names =
                Workloads.all().stream()
                        .filter(load -> load.model().isPresent())
                        .map(Workload::name)
                        .toList();
        String all = String.join(", ", names.subList(0, names.size() - 1));
        String help = notebook.ok("%sim?").replaceAll("\\s+", " ");
        assertTrue(help.contains(all + " or " + names.getLast()), help);
        String page = Files.readString(Path.of("../docs/simulator.md"));
        assertTrue(page.contains("other than " + all + " and " + names.getLast()), all);
        for (String name : names) {
            assertTrue(notebook.complete("%sim ").contains(name), name);
        }
    }

    @Test
    void aPlotThatAWorkloadHasNotNamesThoseThatHave() {
        notebook.ok("%target sim --cpus 2");
        notebook.ok("%bench pipe:loops=5 --only -p fifo,vtime -n 2");
        notebook.fails("%plot histogram", null, "%bench wakeup, cyclictest and mixed do.");
        notebook.fails("%plot pareto", null, "%bench wakeup and mixed do.");
    }

    @Test
    void eevdfIsSaidToBeNoPolicy() {
        for (String line : new String[] {"%sim pipe --policies eevdf", "%attach eevdf"}) {
            notebook.fails(line, null, "eevdf is the kernel's own scheduler");
        }
    }

    @Test
    void aTimelineOfTwoLooksForTheSecondBeforeTheFirstRuns() {
        for (String target : new String[] {"%target vm", "%target sim --cpus 2"}) {
            notebook.ok(target);
            notebook.fails(
                    "%timeline fifo messaging --beside nope", null, "no policy named 'nope'");
            notebook.fails("%timeline fifo nope --beside vtime", null, "no workload 'nope'");
        }
        assertTrue(notebook.session().figures().simulated().isEmpty());
    }

    @Test
    void everyTargetComesThroughJsonAsItWas() throws Exception {
        var json = org.schedbook.bench.BenchJson.mapper();
        for (TargetChoice.Kind kind : TargetChoice.Kind.values()) {
            String text = json.writerFor(TargetChoice.class).writeValueAsString(kind.usual());
            TargetChoice read = json.readValue(text, TargetChoice.class);
            assertEquals(kind.usual().line(), read.line(), text);
            assertEquals(kind, read.kind(), text);
            assertEquals(kind.usual().line(), TargetChoice.parse(read.line()).line());
        }
    }
}
