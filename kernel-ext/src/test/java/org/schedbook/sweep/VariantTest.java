package org.schedbook.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.Constant;
import org.schedbook.compile.PolicySource;
import org.schedbook.session.SessionException;
import org.schedbook.session.TargetChoice;
import org.schedbook.units.Unit;

class VariantTest {

    private static final PolicySource RR = PolicySource.builtIn("rr").orElseThrow();

    private static List<Variant> variants(PolicySource policy, String... constants)
            throws Exception {
        var policies = new LinkedHashMap<String, Optional<PolicySource>>();
        policies.put(policy.name(), Optional.of(policy));
        return Variant.of(policies, values(constants));
    }

    /** Reads NAME=a,b. */
    private static SequencedMap<String, List<String>> values(String... constants) {
        var values = new LinkedHashMap<String, List<String>>();
        for (String each : constants) {
            values.put(each.split("=")[0], List.of(each.split("=")[1].split(",")));
        }
        return values;
    }

    private static List<String> labels(List<Variant> variants) {
        return variants.stream().map(Variant::label).toList();
    }

    @Test
    void aConstantIsSetInTheSourceAndNothingElseChanges() throws Exception {
        Variant variant = variants(RR, "SLICE_NS=1ms").getFirst();
        assertEquals("rr SLICE_NS=1ms", variant.label());
        assertEquals(
                RR.text().replace("SLICE_NS = 5_000_000", "SLICE_NS = 1000000L"),
                variant.source().orElseThrow().text());
        new CompilerProcess().compile(variant.source().orElseThrow());
    }

    @Test
    void everyCombinationOfValuesIsAVariant() throws Exception {
        var mine =
                new PolicySource(
                        "mine",
                        """
                        class A extends Policy {
                            static final int DEPTH =
                                    1 +
                                    1;
                            static final long SLICE = 2 * DEPTH;
                            int line6;
                        }
                        """);
        List<Variant> variants = variants(mine, "SLICE=1ms,5ms", "DEPTH=3,4");
        assertEquals(
                List.of(
                        "mine SLICE=1ms DEPTH=3",
                        "mine SLICE=1ms DEPTH=4",
                        "mine SLICE=5ms DEPTH=3",
                        "mine SLICE=5ms DEPTH=4"),
                labels(variants));
        String last = variants.getLast().source().orElseThrow().text();
        assertTrue(last.contains("DEPTH =\n            4\n;"), last);
        assertTrue(last.contains("SLICE = 5000000L;"), last);
        assertEquals("    int line6;", last.lines().toList().get(5), "lines stay where they are");
    }

    @Test
    void aPolicyWithoutTheConstantIsThereOnceAsItIs() throws Exception {
        var policies = new LinkedHashMap<String, Optional<PolicySource>>();
        policies.put("eevdf", Optional.empty());
        policies.put("fifo", PolicySource.builtIn("fifo"));
        policies.put("rr", Optional.of(RR));
        List<Variant> variants = Variant.of(policies, values("SLICE_NS=1ms,2ms"));
        assertEquals(
                List.of("eevdf", "fifo", "rr SLICE_NS=1ms", "rr SLICE_NS=2ms"), labels(variants));
        assertEquals(PolicySource.builtIn("fifo"), variants.get(1).source());
    }

    @Test
    void aConstantThatIsNotThereIsNamedBesideThoseThatAre() {
        var e = assertThrows(SessionException.class, () -> variants(RR, "SLICE=1ms"));
        assertEquals("rr has no constant SLICE.", e.getMessage());
        assertEquals("rr has SLICE_NS = 5_000_000.", e.nextStep());
        PolicySource fifo = PolicySource.builtIn("fifo").orElseThrow();
        e = assertThrows(SessionException.class, () -> variants(fifo, "SLICE=1ms"));
        assertTrue(e.nextStep().startsWith("fifo has none"), e.nextStep());
    }

    @Test
    void twoConstantsOfOneNameAreNotTakenForEachOther() {
        var mine =
                new PolicySource(
                        "mine",
                        "class A extends Policy { static final int X = 1; }"
                                + " class B { static final int X = 2; }");
        var e = assertThrows(SessionException.class, () -> variants(mine, "X=3"));
        assertEquals("mine has several constants called X.", e.getMessage());
    }

    @Test
    void theSameValueHowsoeverItIsTypedIsOneVariant() throws Exception {
        assertEquals(
                List.of("rr SLICE_NS=5ms"),
                labels(variants(RR, "SLICE_NS=5ms,5000us,0.005s,5_000_000,5MS")));
    }

    @ParameterizedTest
    @CsvSource({
        "long, SLICE_NS, 5ms, 5000000L, 5ms",
        "long, SLICE_NS, 1500us, 1500000L, 1500us",
        "long, SLICE_NS, 0, 0L, 0",
        "int, SLICE_US, 5ms, 5000, 5ms",
        "int, SLICE_MS, 2s, 2000, 2s",
        "long, SLICE, 7ns, 7L, 7ns",
        "long, SLICE, 7, 7L, 7",
        "long, OFFSET, -7, -7L, -7",
        "int, DEPTH, 1_000, 1000, 1000",
        "byte, B, -128, -128, -128",
        "double, W, 0.50, 0.5, 0.5",
        "float, W, 1e-2, 0.01f, 0.01",
        "boolean, FAIR, true, true, true"
    })
    void aValueBecomesJava(String type, String name, String typed, String literal, String label) {
        ConstantValue value = ConstantValue.of(new Constant(name, type, "0", 0, 1), typed);
        assertEquals(literal, value.literal());
        assertEquals(label, value.label());
    }

    @ParameterizedTest
    @CsvSource({
        "long, SLICE_NS, 5 minutes",
        "long, SLICE_NS, 0.5ns",
        "long, SLICE_NS, 99999999999999999s",
        "int, SLICE_NS, 5s",
        "int, N, 2147483648",
        "byte, N, 128",
        "boolean, FAIR, 1",
        "double, W, NaN",
        "double, W, 1e999",
        "double, W, 1ms",
        "char, C, 7",
        "int, N, '1; } static { System.exit(0)'",
        "int, N, ''",
    })
    void aValueThatIsNoneIsRefused(String type, String name, String typed) {
        var constant = new Constant(name, type, "0", 0, 1);
        assertThrows(IllegalArgumentException.class, () -> ConstantValue.of(constant, typed));
    }

    private static SequencedMap<String, SweepUnit> units(String constant, long seed)
            throws Exception {
        var policies = new LinkedHashMap<String, Optional<PolicySource>>();
        policies.put(RR.name(), Optional.of(RR));
        return Sweep.of(
                        policies,
                        values(constant),
                        List.of(Workloads.parse("messaging:groups=1,loops=20")),
                        TargetChoice.Kind.sim.usual(),
                        1,
                        seed,
                        Duration.ofMinutes(2))
                .units();
    }

    @Test
    void aUnitsKeyDependsOnAllThatItsResultDependsOn() throws Exception {
        SequencedMap<String, SweepUnit> one = units("SLICE_NS=1ms", 1);
        assertEquals(one.keySet(), units("SLICE_NS=1000us", 1).keySet());
        assertNotEquals(one.keySet(), units("SLICE_NS=2ms", 1).keySet());
        assertNotEquals(one.keySet(), units("SLICE_NS=1ms", 2).keySet());
        SweepUnit unit = one.firstEntry().getValue();
        assertEquals(unit.json(), Unit.read(unit.json(), SweepUnit.class).json());
        var newer =
                new SweepUnit(
                        new Versions("another", unit.versions().java(), ""),
                        unit.target(),
                        unit.workload(),
                        unit.contenders(),
                        unit.plan());
        assertNotEquals(unit.key(), newer.key());
    }
}
