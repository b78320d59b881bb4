package org.schedbook.target.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.SimResult.Outcome;

@Timeout(120)
class SimulatorProcessTest {

    private static final PolicyCompiler COMPILER = new PolicyCompiler();
    private static final SimWorkload WORKLOAD = SimWorkload.messaging(1, 10);
    private static final SimMachine MACHINE = SimMachine.of(1, 2, 2, 2);
    private static final SimOptions OPTIONS =
            SimOptions.DEFAULT.withTrace(100_000).withDeadline(Duration.ofSeconds(8));

    @Test
    void resultsAreThoseOfTheSimulatorHere() throws Exception {
        List<CompiledPolicy> policies = List.of(builtIn("fifo"), builtIn("vtime"));
        List<SimResult> here = SimTarget.simulateAllHere(policies, WORKLOAD, MACHINE, OPTIONS);
        List<SimResult> there = SimTarget.simulateAll(policies, WORKLOAD, MACHINE, OPTIONS);
        for (int i = 0; i < policies.size(); i++) {
            assertEquals(withoutTrace(here.get(i)), withoutTrace(there.get(i)));
            Trace trace = here.get(i).trace();
            assertEquals(trace.digest(), there.get(i).trace().digest());
            assertEquals(trace.count(), there.get(i).trace().count());
            assertEquals(trace.size(), there.get(i).trace().size());
            for (int each = 0; each < trace.size(); each++) {
                assertEquals(trace.get(each), there.get(i).trace().get(each));
            }
        }
    }

    @Test
    void whatCanNotBeSimulatedIsSaidAsByTheSimulatorHere() {
        SimWorkload bound =
                SimWorkload.named("bound")
                        .task(
                                SimWorkload.TaskSpec.of("far", Program.start().run(1000).build())
                                        .onCpus(100))
                        .build();
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SimTarget.simulate(builtIn("fifo"), bound, MACHINE, OPTIONS));
        assertTrue(e.getMessage().contains("100"), e.getMessage());
    }

    @Test
    void aPolicyThatTakesAllMemoryIsNamedAndTheNextSimulationWorks() throws Exception {
        CompiledPolicy greedy =
                policy(
                        "greedy",
                        "List<long[]> l = new ArrayList<>();",
                        "while (task != null) try { l.add(new long[8000]); } catch (Throwable t) {}");
        var e =
                assertThrows(
                        TargetException.class,
                        () ->
                                SimTarget.simulateAll(
                                        List.of(builtIn("fifo"), greedy),
                                        WORKLOAD,
                                        MACHINE,
                                        OPTIONS));
        assertTrue(e.getMessage().contains("greedy, simulated, takes more than"), e.getMessage());
        assertWorks();
    }

    @Test
    void aCallThatDoesNotReturnLeavesNothingBehind() throws Exception {
        CompiledPolicy loops = policy("loops", "", "while (task != null) {}");
        SimResult result = SimTarget.simulate(loops, WORKLOAD, MACHINE, OPTIONS);
        assertEquals(Outcome.DEADLINE, result.outcome());
        assertNoChildSpins();
        assertWorks();
    }

    @Test
    void aConstructorThatDoesNotReturnLeavesNothingBehind() throws Exception {
        CompiledPolicy loops = policy("loops", "P() { while (true); }", "");
        try {
            SimTarget.simulate(loops, WORKLOAD, MACHINE, OPTIONS);
        } catch (TargetException e) {
            assertTrue(e.getMessage().contains("loops"), e.getMessage());
        }
        assertNoChildSpins();
        assertWorks();
    }

    @Test
    void anInterruptEndsTheSimulation() throws Exception {
        CompiledPolicy loops = policy("loops", "P() { while (true); }", "");
        Thread waiting = Thread.currentThread();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                Thread.sleep(Duration.ofMillis(1000));
                            } catch (InterruptedException e) {
                                return;
                            }
                            waiting.interrupt();
                        });
        long started = System.nanoTime();
        assertThrows(
                InterruptedException.class,
                () -> SimTarget.simulate(loops, WORKLOAD, MACHINE, OPTIONS));
        assertTrue(System.nanoTime() - started < 3_000_000_000L);
        assertNoChildSpins();
        assertWorks();
    }

    private static void assertWorks() throws Exception {
        assertEquals(
                Outcome.COMPLETED,
                SimTarget.simulate(builtIn("fifo"), WORKLOAD, MACHINE, OPTIONS).outcome());
    }

    /** A child that has been started and has nothing to do takes no time. */
    private static void assertNoChildSpins() throws InterruptedException {
        Thread.sleep(2000);
        Duration before = childrenTime();
        Thread.sleep(1000);
        Duration took = childrenTime().minus(before);
        assertTrue(took.toMillis() < 300, "children took " + took);
    }

    private static Duration childrenTime() {
        return ProcessHandle.current()
                .descendants()
                .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    private static SimResult withoutTrace(SimResult r) {
        return new SimResult(
                r.workload(),
                r.policy(),
                r.outcome(),
                r.exit(),
                r.timeNs(),
                r.nrEvents(),
                r.nrMessages(),
                r.tasks(),
                r.cpus(),
                r.latencies(),
                r.counters(),
                r.faults(),
                r.findings(),
                null);
    }

    private static CompiledPolicy builtIn(String name) throws Exception {
        return COMPILER.compile(PolicySource.builtIn(name).orElseThrow());
    }

    private static CompiledPolicy policy(String name, String members, String statements)
            throws Exception {
        return COMPILER.compile(
                new PolicySource(
                        name,
                        """
                        class P extends Policy {
                            %s
                            public void enqueue(Task task, long enqFlags) {
                                %s
                                insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                            }
                        }
                        """
                                .formatted(members, statements)));
    }
}
