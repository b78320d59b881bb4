package org.schedbook.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConstantFinderTest {

    private static final String SOURCE =
            """
            /** static final long A_COMMENT = 1; */
            public class Mine extends Policy {
                private static final long SLICE_NS = 5_000_000, BOOST_NS = 2 * SLICE_NS;
                static final int DEPTH =
                        3 /* deep */ + 1;
                final static boolean FAIR = true;
                private static final String TEXT = "static final int IN_TEXT = 1";
                private static int counter = 1;
                private final int own = 2;
                static final long WITHOUT;
                static { WITHOUT = 7; }
                static final class Queue { static final double WEIGHT = .5; }
                public void enqueue(Task task, long enqFlags) {
                    final int local = 4;
                    insert(task, Dsq.GLOBAL, SLICE_NS, enqFlags);
                }
            }
            """;

    private final CompilerProcess compiler = new CompilerProcess();

    private List<Constant> find(String source) throws Exception {
        return compiler.constants(new PolicySource("mine", source));
    }

    @Test
    void findsStaticFinalFieldsOfPrimitiveTypesAndNothingThatLooksLikeOne() throws Exception {
        assertEquals(
                """
                long SLICE_NS = 5_000_000
                long BOOST_NS = 2 * SLICE_NS
                int DEPTH = 3 /* deep */ + 1
                boolean FAIR = true
                double WEIGHT = .5""",
                find(SOURCE).stream()
                        .map(c -> c.type() + " " + c.name() + " = " + c.value())
                        .collect(Collectors.joining("\n")));
    }

    @Test
    void saysWhereTheirValuesStand() throws Exception {
        for (Constant each : find(SOURCE)) {
            assertEquals(each.value(), SOURCE.substring(each.start(), each.end()));
        }
    }

    @Test
    void findsThemOnTheFirstLineToo() throws Exception {
        Constant only = find("class A extends Policy { static final int X = 1; }").getFirst();
        assertEquals("1", only.value());
    }

    @Test
    void whatIsNoJavaHasNone() throws Exception {
        assertEquals(List.of(), find("here is your policy: static final int X = 1"));
        assertEquals(List.of(), find("class A { int x = " + "(".repeat(60_000)));
        assertEquals(List.of(), find(""));
    }

    @Test
    void whatIsTooLongIsNotRead() {
        assertThrows(CompileException.class, () -> find(" ".repeat(70_000)));
    }
}
