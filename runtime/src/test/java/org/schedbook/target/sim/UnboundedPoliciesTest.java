package org.schedbook.target.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.SimResult.Outcome;

/**
 * Sources that try to keep the notebook from ever doing anything else: each is refused, or costs a
 * bounded time, and afterwards all is as it was. Each file says in its first line what it tries.
 */
class UnboundedPoliciesTest {

    /**
     * 20 s to compile and 11 to simulate, and four times as long where others have the processors.
     */
    private static final Duration BOUND = Duration.ofSeconds(150);

    private static final SimOptions OPTIONS =
            SimOptions.DEFAULT.withDeadline(Duration.ofSeconds(1));

    private static Set<Thread> threads;

    static List<Path> sources() throws IOException {
        var directory =
                Path.of("src", "test", "resources", "org", "schedbook", "compile", "unbounded");
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    @BeforeAll
    static void remember() throws Exception {
        assertAllWorks();
        threads = Thread.getAllStackTraces().keySet();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void itEndsInTime(Path file) throws Exception {
        long started = System.nanoTime();
        try {
            CompiledPolicy policy =
                    new CompilerProcess()
                            .compile(new PolicySource("stranger", Files.readString(file)));
            assertEquals(64, policy.bytecodeHash().length());
            for (var fault : simulate(policy).faults()) {
                assertTrue(fault.message() == null || fault.message().length() < 10_000);
            }
        } catch (CompileException e) {
            e.problems().forEach(problem -> assertFalse(problem.message().isBlank()));
        } catch (TargetException e) {
            assertTrue(e.getMessage().contains("stranger"), e.getMessage());
            assertFalse(e.nextStep().isBlank());
        }
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        assertTrue(took.compareTo(BOUND) < 0, "it took " + took);
    }

    @Test
    void thereIsOneOfEachKind() throws IOException {
        assertTrue(sources().size() > 40);
    }

    @AfterAll
    static void allIsAsItWas() throws Exception {
        assertAllWorks();
        Thread.sleep(3000); // the thread of the last request may just be ending
        var left = new ArrayList<>(Thread.getAllStackTraces().keySet());
        left.removeIf(
                thread -> threads.contains(thread) || thread.getName().startsWith("process "));
        assertEquals(List.of(), left);
        Duration before = childrenTime();
        Thread.sleep(1000);
        assertTrue(childrenTime().minus(before).toMillis() < 300, "a child is busy");
    }

    private static void assertAllWorks() throws Exception {
        PolicySource fifo = PolicySource.builtIn("fifo").orElseThrow();
        assertEquals(Outcome.COMPLETED, simulate(new CompilerProcess().compile(fifo)).outcome());
    }

    private static SimResult simulate(CompiledPolicy policy) throws Exception {
        return SimTarget.simulate(policy, SimWorkload.messaging(1, 5), SimMachine.flat(4), OPTIONS);
    }

    private static Duration childrenTime() {
        return ProcessHandle.current()
                .descendants()
                .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }
}
