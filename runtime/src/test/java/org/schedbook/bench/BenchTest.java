package org.schedbook.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Machine;
import org.schedbook.target.Status;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;

/** The order and the bookkeeping of runs; that real runs work is shown by the guest tests. */
class BenchTest {

    private static final ExitInfo ASKED_FOR = new ExitInfo(64, 0, "unregistered", "", "");

    private final ScriptedTarget target = new ScriptedTarget();

    @Test
    void contendersTakeTurnsAndTheFirstTurnIsNotCounted() throws Exception {
        var result = bench(2, "eevdf", "a").run((_, _, _, _) -> {});
        assertEquals(List.of("eevdf", "a", "eevdf", "a", "eevdf", "a"), target.log);
        assertEquals(List.of(3.0, 5.0), result.samples().get("eevdf"));
        assertEquals(List.of(4.0, 6.0), result.samples().get("a"));
    }

    @Test
    void rowsCompareMediansWithTheFirstContender() throws Exception {
        var rows = bench(1, "eevdf", "a").run((_, _, _, _) -> {}).rows();
        assertEquals(1.0, rows.get(0).ratio());
        assertEquals(4.0 / 3.0, rows.get(1).ratio());
    }

    @Test
    void progressCountsEveryRun() throws Exception {
        var seen = new ArrayList<String>();
        bench(1, "eevdf", "a")
                .run(
                        (done, total, contender, _) ->
                                seen.add(done + "/" + total + contender.name()));
        assertEquals(List.of("0/4eevdf", "1/4a", "2/4eevdf", "3/4a"), seen);
    }

    @Test
    void aRunInWhichThePolicyWasThrownOutIsNotCounted() {
        target.exit = new ExitInfo(1026, 0, "runnable task stall", "perf[7] failed to run", "");
        var e =
                assertThrows(
                        BenchException.class, () -> bench(1, "eevdf", "a").run((_, _, _, _) -> {}));
        assertTrue(e.getMessage().contains("runnable task stall"), e.getMessage());
        assertEquals(List.of(), e.soFar().samples().get("a"));
    }

    @Test
    void aFailingCommandKeepsWhatWasMeasuredBefore() {
        target.failAtRun = 4;
        var e =
                assertThrows(
                        BenchException.class, () -> bench(2, "eevdf", "a").run((_, _, _, _) -> {}));
        assertEquals(List.of(3.0), e.soFar().samples().get("eevdf"));
        assertTrue(e.getMessage().contains("exit code 1"), e.getMessage());
    }

    @Test
    void theSameContenderTwiceIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> bench(1, "a", "a"));
    }

    private Bench bench(int repetitions, String... names) {
        var contenders =
                List.of(names).stream()
                        .map(
                                name ->
                                        name.equals("eevdf")
                                                ? Contender.EEVDF
                                                : Contender.of(
                                                        new CompiledPolicy(
                                                                name, "P", Map.of(), "hash")))
                        .toList();
        return new Bench(target, Messaging.SMALL, contenders, repetitions, Duration.ofSeconds(1));
    }

    /** Answers 1, 2, 3 ... and remembers what was attached meanwhile. */
    private static final class ScriptedTarget implements Target {

        final List<String> log = new ArrayList<>();
        ExitInfo exit = ASKED_FOR;
        int failAtRun = -1;
        private String attached = "eevdf";

        @Override
        public Machine machine() {
            return new Machine("vm", "none", "0", 1, 1, "25");
        }

        @Override
        public Attachment attach(CompiledPolicy policy) {
            attached = policy.name();
            return new Attachment() {
                @Override
                public Status status() {
                    throw new AssertionError();
                }

                @Override
                public ExitInfo detach() {
                    attached = "eevdf";
                    return exit;
                }

                @Override
                public void close() {
                    attached = "eevdf";
                }
            };
        }

        @Override
        public String state() {
            return "disabled";
        }

        @Override
        public CommandResult run(List<String> command, Duration limit) throws TargetException {
            log.add(attached);
            int n = log.size();
            return n == failAtRun
                    ? new CommandResult(1, "", "boom")
                    : new CommandResult(0, n + "\n", "");
        }

        @Override
        public void close() {}
    }
}
