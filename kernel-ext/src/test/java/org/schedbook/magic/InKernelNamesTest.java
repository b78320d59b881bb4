package org.schedbook.magic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.Schedbook;
import org.schedbook.session.SessionException;

/** {@code NAME@kernel} where there is no kernel: it is said so, and nothing else is run instead. */
@Timeout(120)
class InKernelNamesTest {

    private static final String LOAD = "messaging:groups=1,loops=5";

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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%sim messaging --policies fifo,fifo@kernel",
                "%check fifo@kernel",
                "%attach fifo@kernel",
                "%attach fifo --in-kernel",
                "%timeline fifo@kernel " + LOAD,
                "%timeline fifo " + LOAD + " --beside fifo@kernel",
                "%bench " + LOAD + " --policies fifo@kernel -n 1 --warm-ups 0",
                "%compare fifo fifo@kernel --on " + LOAD + " -n 1 --warm-ups 0",
            })
    void aSimulatorHasNoKernelAndWhatToDoIsSaid(String line) {
        notebook.ok("%target sim --cpus 2");
        notebook.fails(line, null, "fifo@kernel decides in a kernel", "guest", "--mode user");
        assertTrue(notebook.session().figures().measured().isEmpty());
        assertTrue(notebook.session().place().attachment().isEmpty());
    }

    @Test
    void theSimulatedPictureBesideOneOfTheKernelIsOfThePolicyItself() {
        notebook.fails("%timeline fifo@kernel " + LOAD + " --beside sim", null, "Name fifo itself");
    }

    @Test
    void aNameThatIsNoneIsNotTakenForAnotherInTheKernel() {
        for (String line :
                List.of("%attach nope@kernel", "%sim messaging --policies nope@kernel")) {
            notebook.fails(line, null, "no policy named 'nope'");
        }
        notebook.fails("%attach eevdf@kernel", null, "eevdf is the kernel's own scheduler");
        notebook.fails("%attach eevdf", null, "eevdf is the kernel's own scheduler");
        notebook.fails("%%policy mine@kernel", Notebook.FIFO, "name");
        var e = assertThrows(SessionException.class, () -> Schedbook.policy("fifo@kernel"));
        assertTrue(e.nextStep().startsWith("Name fifo itself"), e.nextStep());
    }

    @Test
    void whatIsAskedOfASourceIsTheSameInBothWorlds() {
        notebook.ok("%%policy mine", Notebook.FIFO);
        assertEquals(
                "mine and mine@kernel are of one source. %c mine shows what the kernel runs of it.",
                notebook.ok("%diff mine mine@kernel"));
        assertTrue(notebook.ok("%diff vtime@kernel mine").contains("MyFifo"));
        assertTrue(notebook.ok("%history mine@kernel").contains("mine@1"));
        assertTrue(notebook.ok("%c mine@kernel").contains("sb_insert"));
        assertTrue(
                notebook.ok("%%prompt other --from mine@kernel --show", "Be quick.")
                        .contains("class MyFifo"));
        notebook.fails("%use mine@kernel", null, "There is no version mine@kernel");
    }

    @Test
    void namesAreOfferedInBothWorldsWhereBothCanBeMeasured() {
        notebook.ok("%%policy mine", Notebook.FIFO);
        assertTrue(notebook.complete("%bench messaging --policies mi").contains("mine@kernel"));
        assertTrue(notebook.complete("%compare fifo vt").contains("vtime@kernel"));
        assertFalse(notebook.complete("%compare fifo ee").contains("eevdf@kernel"));
        assertFalse(notebook.complete("%sim messaging --policies mi").contains("mine@kernel"));
    }

    @Test
    void aTargetHasPoliciesDecideInTheKernelUntilAnotherIsChosen() throws Exception {
        notebook.fails("%target sim --in-kernel", null, "no kernel to decide in", "%target vm");
        assertTrue(notebook.ok("%target vm --in-kernel").contains("as if @kernel stood behind"));
        assertEquals("fifo@kernel", notebook.session().contender("fifo").name());
        assertEquals("fifo@kernel", notebook.session().contender("fifo@kernel").name());
        assertEquals("eevdf", notebook.session().contender("eevdf").name());
        notebook.ok("%target --cpus 1");
        assertEquals("fifo@kernel", notebook.session().contender("fifo").name());
        assertFalse(notebook.ok("%target --no-in-kernel").contains("as if @kernel"));
        assertEquals("fifo", notebook.session().contender("fifo").name());
        notebook.ok("%target vm --in-kernel");
        notebook.ok("%target sim");
        assertEquals("fifo", notebook.session().contender("fifo").name());
    }

    @Test
    void whatCannotBeTranslatedIsRefusedAndDoesNotRunInUserSpaceInstead() {
        String floats = Notebook.FIFO.replace("SLICE_DFL_NS", "(long) (SLICE_DFL_NS * .5)");
        notebook.ok("%%policy floats", floats);
        notebook.ok("%target vm --in-kernel");
        for (String line :
                List.of(
                        "%attach floats",
                        "%attach floats@kernel",
                        "%bench messaging --policies floats",
                        "%compare eevdf floats@kernel",
                        "%timeline floats@kernel messaging",
                        "%check floats@kernel --target vm")) {
            notebook.fails(line, null, "floats cannot run in the kernel", "no-floating-point");
            assertTrue(notebook.session().place().running().isEmpty(), line);
        }
    }
}
