package org.schedbook.target.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.bench.Bench;
import org.schedbook.bench.BenchException;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.Attachment;
import org.schedbook.target.TargetException;

/** The simulator in the place of a machine. */
class SimTargetTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final SimTarget target = new SimTarget(SimMachine.flat(4), SimOptions.DEFAULT);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "messaging:groups=1,loops=5",
                "pipe:loops=50",
                "hackbench:groups=1,loops=5",
                "batch:jobs=8,work=100",
                "wakeup:messengers=2,workers=3,requests=10",
                "cyclictest:threads=2,loops=20",
                "mixed:hogs=8,seconds=2"
            })
    void aWorkloadReadsItsFiguresFromTheSimulation(String written) throws Exception {
        Workload workload = Workloads.parse(written);
        BenchResult result =
                bench(workload, List.of(policy("fifo"), policy("vtime"))).run((_, _, _, _) -> {});
        assertEquals(2, result.samples().size());
        result.samples()
                .forEach(
                        (policy, samples) -> {
                            assertEquals(3, samples.size());
                            samples.forEach(
                                    s -> assertTrue(s > 0 && s < 100_000, policy + ": " + s));
                        });
        assertTrue(result.machine().caption().contains("simulated"), result.machine().caption());
    }

    @Test
    void aCommandWithoutAModelIsRefusedByName() throws Exception {
        try (Attachment _ = target.attach(policy("fifo"))) {
            for (Workload workload : Workloads.all()) {
                if (workload.model().isEmpty()) {
                    var e = assertThrows(TargetException.class, () -> target.run(workload, LIMIT));
                    assertTrue(e.getMessage().contains("no model of"), e.getMessage());
                    assertTrue(e.getMessage().contains(workload.name()), e.getMessage());
                }
            }
        }
    }

    @Test
    void withoutAPolicyThereIsNothingToSimulate() {
        var e =
                assertThrows(
                        TargetException.class, () -> target.run(Workloads.parse("pipe"), LIMIT));
        assertTrue(e.getMessage().contains("EEVDF"), e.getMessage());
        assertEquals("disabled", target.state());
    }

    @Test
    void onePolicyIsAttachedAtATimeAndSaysHowItDid() throws Exception {
        Attachment first = target.attach(policy("fifo"));
        assertEquals("enabled", target.state());
        assertThrows(TargetException.class, () -> target.attach(policy("vtime")));
        target.run(Workloads.parse("pipe:loops=20"), LIMIT);
        assertFalse(first.status().counters().isEmpty());
        assertFalse(first.detach().isError());
        assertEquals("disabled", target.state());
        target.attach(policy("vtime")).close();
    }

    @Test
    void aPolicyThatLosesTasksIsThrownOutAndItsRunIsNoFigure() throws Exception {
        CompiledPolicy losing =
                compile(
                        """
                        public class Losing extends Policy {
                            public void init() { createDsq(1); }
                            public void enqueue(Task task, long enqFlags) {
                                insert(task, 1, SLICE_DFL_NS, enqFlags);
                            }
                            public void dispatch(int cpu, Task prev) {}
                        }
                        """);
        var e =
                assertThrows(
                        BenchException.class,
                        () ->
                                bench(
                                                Workloads.parse("messaging:groups=1,loops=5"),
                                                List.of(losing))
                                        .run((_, _, _, _) -> {}));
        assertTrue(e.getMessage().contains("losing was thrown out"), e.getMessage());
        assertTrue(e.soFar().rows().isEmpty());
    }

    @Test
    void theSameSeedGivesTheSameFiguresAndUserSpaceCostsMore() throws Exception {
        assertEquals(time(SimOptions.DEFAULT), time(SimOptions.DEFAULT));
        assertNotEquals(
                time(SimOptions.DEFAULT),
                time(SimOptions.DEFAULT.withMode(SimOptions.Mode.USER_SPACE)));
    }

    @Test
    void simulationsAtOnceGiveTheResultsOfOneAfterAnother() throws Exception {
        var policies = List.of(policy("fifo"), policy("rr"), policy("vtime"), policy("fifo"));
        SimWorkload workload = SimWorkload.messaging(1, 10);
        SimMachine machine = SimMachine.flat(2);
        List<SimResult> together =
                SimTarget.simulateAll(policies, workload, machine, SimOptions.DEFAULT);
        for (int i = 0; i < policies.size(); i++) {
            SimResult alone =
                    SimTarget.simulate(policies.get(i), workload, machine, SimOptions.DEFAULT);
            assertEquals(alone.digest(), together.get(i).digest());
        }
    }

    private static String time(SimOptions options) throws Exception {
        try (var target = new SimTarget(SimMachine.flat(2), options);
                Attachment _ = target.attach(policy("fifo"))) {
            return target.run(Workloads.parse("messaging:groups=1,loops=3"), LIMIT).output();
        }
    }

    private Bench bench(Workload workload, List<CompiledPolicy> policies) {
        return new Bench(
                target, workload, policies.stream().map(Contender::of).toList(), Plan.of(3, LIMIT));
    }

    private static CompiledPolicy policy(String name) throws Exception {
        return new PolicyCompiler().compile(PolicySource.builtIn(name).orElseThrow());
    }

    private static CompiledPolicy compile(String source) throws Exception {
        return new PolicyCompiler().compile(new PolicySource("losing", source));
    }
}
