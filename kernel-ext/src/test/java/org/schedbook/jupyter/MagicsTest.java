package org.schedbook.jupyter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class MagicsTest {

    private final RecordingFrontend frontend = new RecordingFrontend();
    private final MagicsRegistry registry = new MagicsRegistry();
    private final Magics magics = new Magics(frontend, registry);

    enum Target {
        SIM,
        VM
    }

    static class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Names() {
            super(List.of("fifo", "fifo-plus", "vtime"));
        }
    }

    @Command(description = "Attaches a policy.")
    static class AttachMagic implements Magic {
        @Parameters(paramLabel = "NAME", completionCandidates = Names.class)
        String name;

        @Option(names = {"-t", "--target"})
        Target target = Target.VM;

        @Option(names = "--note")
        String note = "";

        @Override
        public Object run(MagicCall call) {
            return name + " " + target + " " + note;
        }
    }

    private Object line(String text) {
        return magics.run(MagicLine.parse(text), 1, null);
    }

    @Test
    void takesValuesInEveryForm() {
        magics.line("Policies", "attach", AttachMagic::new);
        for (String form : List.of("-t sim", "-t=sim", "--target sim", "--target=SIM", "-tsim")) {
            assertEquals("fifo SIM ", line("%attach " + form + " fifo;"));
        }
        assertEquals("@fifo VM a b", line("%attach @fifo --note 'a b'"));
    }

    @Test
    void stockKernelsSplitLinesTheirOwnWay() throws Exception {
        magics.line("Policies", "attach", AttachMagic::new);
        assertEquals(
                "fifo VM a b",
                registry.evalLineMagic(null, "attach", List.of("fifo", "--note='a", "b'")));
        assertNull(registry.evalLineMagic(null, "attach?", List.of()));
        assertTrue(frontend.lastText().startsWith("Usage: %attach"), frontend.lastText());
    }

    @Test
    void usageErrorsSayTheRightForm() {
        magics.line("Policies", "attach", AttachMagic::new);
        var e = assertThrows(UsageError.class, () -> line("%attach fifo --targt vm"));
        assertEquals(14, e.marks().getFirst().column());
        assertTrue(e.next().startsWith("Did you mean --target? Usage: %attach ["), e.next());
        assertTrue(frontend.lastText().contains("^^^^^^^"), frontend.lastText());

        e = assertThrows(UsageError.class, () -> line("%attach"));
        assertTrue(e.getMessage().contains("NAME"), e.getMessage());
        e = assertThrows(UsageError.class, () -> line("%attach fifo -t moon"));
        assertTrue(e.getMessage().contains("SIM, VM"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "--times many, 'many' is no whole number",
                "--times 1e3, '1e3' is no whole number",
                "--times 2.5, '2.5' is no whole number",
                "--times NaN, 'NaN' is no whole number",
                "--times 0x10, '0x10' is no whole number",
                "--times 99999999999, 99999999999 is not between -2147483648 and 2147483647",
                "--seed 1e3, '1e3' is no whole number",
                "--seed 99999999999999999999, 99999999999999999999 is not between",
                "--share half, 'half' is no number",
                "--share NaN, 'NaN' is no number",
                "--share 1e400, '1e400' is no number",
                "--share=-Infinity, '-Infinity' is no number",
            })
    void whatIsNoNumberIsSaidAtItsPlaceAndWithoutTypesOfJava(String option, String says) {
        magics.line("x", "count", Count::new);
        var e = assertThrows(UsageError.class, () -> line("%count " + option));
        assertTrue(e.getMessage().contains(says), e.getMessage());
        assertEquals(
                option.contains("=") ? 8 : 8 + option.indexOf(' ') + 1,
                e.marks().getFirst().column());
        assertEquals("3 -4 0.5", line("%count --times 3 --seed=-4 --share .5"));
    }

    @Test
    void ofSeveralWordsTheOneThatIsNoNumberIsMarked() {
        magics.line("x", "count", Count::new);
        var e = assertThrows(UsageError.class, () -> line("%count load-many --times many"));
        assertEquals(26, e.marks().getFirst().column());
        e = assertThrows(UsageError.class, () -> line("%count load --times="));
        assertEquals(List.of(), e.marks());
    }

    @Command
    static class Count implements Magic {
        @Parameters(arity = "0..1")
        String load;

        @Option(names = "--times")
        int times;

        @Option(names = "--seed")
        Long seed;

        @Option(names = "--share")
        double share;

        @Override
        public Object run(MagicCall call) {
            return "%d %d %s".formatted(times, seed, share);
        }
    }

    @Test
    void defectIsOneSentence() {
        magics.line("x", "bug", () -> call -> null);
        magics.line("x", "bug", Bug::new);
        var e = assertThrows(CellError.class, () -> line("%bug"));
        assertEquals("%bug failed with NoClassDefFoundError: a/B", e.getMessage());
        assertTrue(e.details().contains("at org.schedbook.jupyter"), e.details());
        assertFalse(frontend.lastText().contains("at org.schedbook.jupyter"));
        assertTrue(frontend.lastHtml().contains("<details>"));
    }

    @Command
    static class Bug implements Magic {
        @Override
        public Object run(MagicCall call) {
            throw new NoClassDefFoundError("a/B");
        }
    }

    @Command
    static class Wait implements Magic {
        final CountDownLatch started = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);
        final boolean stubborn;

        Wait(boolean stubborn) {
            this.stubborn = stubborn;
        }

        @Override
        public Object run(MagicCall call) throws Exception {
            call.onInterrupt(release::countDown);
            started.countDown();
            if (stubborn) {
                while (release.getCount() > 0) {
                    Thread.onSpinWait();
                }
                long end = System.nanoTime() + 1_500_000_000L;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
            } else {
                new CountDownLatch(1).await();
            }
            return null;
        }
    }

    private Thread start(Wait wait, AtomicReference<CellError> error) throws InterruptedException {
        magics.line("x", "wait", () -> wait);
        Thread thread =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        line("%wait");
                                    } catch (CellError e) {
                                        error.set(e);
                                    }
                                    if (Thread.currentThread().isInterrupted()) {
                                        error.set(new CellError("the interrupt outlived the call"));
                                    }
                                });
        wait.started.await();
        return thread;
    }

    @Test
    void interruptEndsAWaitingMagic() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> {
                    var error = new AtomicReference<CellError>();
                    var wait = new Wait(false);
                    Thread thread = start(wait, error);
                    assertTrue(magics.interrupt());
                    assertTrue(magics.abandoned().isEmpty());
                    thread.join();
                    assertEquals("%wait was interrupted.", error.get().getMessage());
                    assertEquals(0, wait.release.getCount());
                    assertFalse(magics.interrupt());
                });
    }

    @Test
    void magicThatGoesOnIsNotForgotten() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> {
                    magics.line("Policies", "attach", AttachMagic::new);
                    Thread thread = start(new Wait(true), new AtomicReference<>());
                    assertTrue(magics.interrupt());
                    assertEquals("%wait", magics.abandoned().orElseThrow().name());
                    assertThrows(CellError.class, () -> line("%attach fifo"));
                    thread.join();
                    assertEquals("fifo VM ", line("%attach fifo"));
                });
    }

    @Test
    void shutdownClosesOnceLastFirst() {
        var order = new StringBuilder();
        magics.atShutdown(() -> order.append("guest"));
        magics.atShutdown(
                () -> {
                    order.append("policy ");
                    throw new IllegalStateException("as a detach may");
                });
        magics.close();
        magics.close();
        assertEquals("policy guest", order.toString());
    }

    @Test
    void completes() {
        magics.line("Policies", "attach", AttachMagic::new);
        assertEquals(
                new Magics.Completion(8, List.of("fifo", "fifo-plus")),
                magics.complete("%attach f"));
        assertEquals(
                new Magics.Completion(14, List.of("--note")), magics.complete("%attach -t=VM --n"));
        assertNull(magics.complete("%other f"));
    }

    @Test
    void nearMisses() {
        assertEquals("%bench", Magics.nearest("%bnch", List.of("%bench", "%plot")).orElseThrow());
        assertTrue(Magics.nearest("%zzz", List.of("%bench", "%plot")).isEmpty());
    }

    @Test
    void registeringLoadsNothing() {
        var made = new AtomicBoolean();
        magics.line(
                "x",
                "heavy",
                () -> {
                    made.set(true);
                    return new Bug();
                });
        assertFalse(made.get());
    }
}
