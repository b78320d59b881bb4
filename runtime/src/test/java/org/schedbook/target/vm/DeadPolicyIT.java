package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    /** What kills it, and what is said of it: which of them depends on when the run ends. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    throw new E();       | decided nothing
                    enqueue(task, f);    | decided nothing
                    throw new Silent();  | line 4: did not return, decided nothing
                    while (true);        | line 5: did not return, decided nothing
                    for (;;) try { l.add(new long[8000]); } catch (Throwable t) { } | line 5: did not return, has hung, decided nothing
                    """)
    void aPolicyThatDiesGivesNoFigure(String body, String said) throws Exception {
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
            assertTrue(Stream.of(said.split(", ")).anyMatch(why::contains), why);
        }
    }
}
