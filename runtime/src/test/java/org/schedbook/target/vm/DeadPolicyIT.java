package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.bench.Bench;
import org.schedbook.bench.BenchException;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Messaging;
import org.schedbook.bench.Plan;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.TargetException;

/** A policy that dies on a real kernel is never a figure. */
@Timeout(240)
class DeadPolicyIT {

    /** Which of them is said depends on what comes first: the end of the run, or of patience. */
    private static final List<String> REASONS =
            List.of("decided nothing", "did not return", "was thrown out", "was stopped");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "throw new E();",
                "enqueue(task, f);",
                "throw new Silent();",
                "while (true);",
                "for (;;) try { l.add(new long[8000]); } catch (Throwable t) { }",
            })
    void aPolicyThatDiesGivesNoFigure(String body) throws Exception {
        var policy =
                new PolicyCompiler()
                        .compile(
                                new PolicySource(
                                        "dies",
                                        """
                                        public class Dies extends Policy {
                                        final List<Object> l = new ArrayList<>(); static int cold;
                                        static class E extends RuntimeException { public String toString() { throw new Error("out"); } }
                                        static class Silent extends RuntimeException { public String getMessage() { while (true); } }
                                        public void enqueue(Task task, long f) { %s }
                                        }
                                        """
                                                .formatted(body)));
        var contenders = List.of(Contender.EEVDF, Contender.of(policy));
        Plan plan = Plan.of(1, Duration.ofSeconds(60));
        try (VmTarget guest = VmTarget.boot()) {
            BenchResult result = null;
            String why = "";
            try {
                result =
                        new Bench(guest, new Messaging(2, 50), contenders, plan)
                                .run((_, _, _, _) -> {});
            } catch (BenchException e) {
                assertEquals(List.of(), e.soFar().samples().getOrDefault("dies", List.of()));
                why = e.getMessage();
            } catch (TargetException e) {
                why = e.getMessage() + " " + e.detail();
            }
            assertNull(result, () -> "a figure of a policy that died");
            assertTrue(REASONS.stream().anyMatch(why::contains), why);
        }
    }
}
