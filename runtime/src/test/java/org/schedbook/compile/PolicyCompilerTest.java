package org.schedbook.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.policy.Policy;

class PolicyCompilerTest {

    private static final String FIFO =
            """
            public class MyFifo extends Policy {
                public void enqueue(Task task, long enqFlags) {
                    insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                }
            }
            """;

    private final PolicyCompiler compiler = new PolicyCompiler();

    static Iterable<String> builtInNames() {
        return PolicySource.builtInNames();
    }

    @ParameterizedTest
    @MethodSource("builtInNames")
    void everyPolicyThatComesWithSchedbookCompiles(String name) throws Exception {
        var compiled = compiler.compile(PolicySource.builtIn(name).orElseThrow());
        assertInstanceOf(Policy.class, compiled.newPolicy());
    }

    @Test
    void aPolicyNeedsNoImportsAndNoFileOfItsName() throws Exception {
        var compiled = compile(FIFO);
        assertEquals("MyFifo", compiled.mainClass());
        assertEquals("MyFifo", compiled.newPolicy().getClass().getName());
    }

    @Test
    void twoPoliciesOfTheSameClassNameDoNotMeet() throws Exception {
        assertNotEquals(compile(FIFO).newPolicy().getClass(), compile(FIFO).newPolicy().getClass());
    }

    /** What meets at the end of the branch, and the declarations it takes. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    S s = now ? new A() : new B()                | interface S {} static class A implements S {} static class B implements S {}
                    S s = now ? new A(1) : new B(2)              | sealed interface S permits A, B {} record A(int i) implements S {} record B(int i) implements S {}
                    S s = now ? new A() : new B()                | static abstract class S {} static final class A extends S {} static final class B extends S {}
                    S[] s = now ? new A[1] : new B[2]            | static class S {} static class A extends S {} static class B extends S {}
                    S[][] s = now ? new A[1][1] : new B[2][2]    | static class S {} static class A extends S {} static class B extends S {}
                    Object s = now ? new A[1] : new B()          | static class A {} record B() {}
                    Comparable<?> s = now ? A.X : B.Y            | enum A { X } enum B { Y { public String toString() { return ""; } }, Z }
                    Map<S<?>, List<S<A>>> s = now ? new A() : new B() | static class S<T> {} static class A extends HashMap<S<?>, List<S<A>>> {} static class B extends TreeMap<S<?>, List<S<A>>> {}
                    Object s = now ? new A() : Dsq.GLOBAL        | class A {}
                    Object s = now ? new A() : topology()        | class A {}
                    S s = now ? () -> 1 : new A()                | interface S { int get(); } static class A implements S { public int get() { return 2; } }
                    Object s = switch (topology().nrCpus()) { case 1 -> new A(); case 2 -> new B(); default -> this; } | class A {} class B extends A {}
                    RuntimeException s = now ? new A() : new B() | static class A extends RuntimeException {} static class B extends IllegalStateException {}
                    """)
    void aPolicyWhoseOwnClassesMeetInABranchHasABytecodeHash(String statement, String declarations)
            throws Exception {
        CompiledPolicy compiled =
                compile(
                        """
                        class P extends Policy {
                            %s
                            int count;
                            public void enqueue(Task task, long enqFlags) {
                                boolean now = (nowNs() & 1) == 0;
                                %s;
                                count += s.hashCode();
                                while (count > 7) { count -= s == null ? 2 : 3; }
                                insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                            }
                        }
                        """
                                .formatted(declarations, statement));
        assertEquals(64, compiled.bytecodeHash().length());
        assertEquals(compiled.bytecodeHash(), compiled.bytecodeHash());
        compiled.newPolicy();
    }

    @Test
    void commentsAndLayoutDoNotChangeTheBytecodeHash() throws Exception {
        String hash = compile(FIFO).bytecodeHash();
        assertEquals(
                hash, compile("// A queue.\n\n" + FIFO.replace("task,", "task ,")).bytecodeHash());
        assertNotEquals(hash, compile(FIFO.replace("SLICE_DFL_NS", "1_000_000")).bytecodeHash());
    }

    @Test
    void nestedClassesAndLambdasTravelWithThePolicy() throws Exception {
        var compiled =
                compile(
                        """
                        public class Counting extends Policy {
                            static class Count { long n; }
                            final TaskStorage<Count> counts = taskStorage(Count::new);
                            public void enqueue(Task task, long enqFlags) {
                                counts.get(task).n++;
                                Runnable r = () -> insert(task, Dsq.GLOBAL, 1, enqFlags);
                                r.run();
                            }
                        }
                        """);
        assertEquals(2, compiled.classes().size());
        compiled.newPolicy();
    }

    @Test
    void stackTracesNameTheCellAndItsLine() throws Exception {
        var compiled =
                compile(
                        """
                        public class Bad extends Policy {
                            Bad() {
                                throw new IllegalStateException();
                            }
                            public void enqueue(Task task, long enqFlags) {}
                        }
                        """);
        var e = assertThrows(ReflectiveOperationException.class, compiled::newPolicy);
        var frame = e.getCause().getStackTrace()[0];
        assertEquals("mine.java", frame.getFileName());
        assertEquals(3, frame.getLineNumber());
    }

    @Test
    void anErrorOnTheFirstLineHasItsColumnInTheSource() {
        var problem = problem("public class X extends Polizei { }");
        assertEquals(1, problem.line());
        assertEquals("public class X extends ".length() + 1, problem.column());
        assertEquals("Polizei".length(), problem.length());
    }

    @Test
    void anErrorFurtherDownHasItsLineAndColumn() {
        var problem = problem(FIFO.replace("Dsq.GLOBAL", "Dsq.GLOBUL"));
        assertEquals(3, problem.line());
        assertTrue(problem.sourceLine().contains("Dsq.GLOBUL"));
        assertTrue(
                problem.sourceLine().substring(problem.column() - 1).startsWith(".GLOBUL")
                        || problem.sourceLine()
                                .substring(problem.column() - 1)
                                .startsWith("Dsq.GLOBUL"));
        assertTrue(problem.message().contains("GLOBUL"), problem.message());
    }

    @Test
    void anUnfinishedSourcePointsToItsEnd() {
        var problem = problem("public class X extends Policy {");
        assertEquals(1, problem.line());
        assertTrue(problem.column() <= "public class X extends Policy {".length() + 1);
    }

    @Test
    void aPackageLineIsNamedAsTheProblem() {
        assertTrue(problem("package a.b;\n" + FIFO).message().contains("no package"));
    }

    @Test
    void aSourceWithoutPolicyClassSaysWhatToWrite() {
        assertTrue(problem("class X {}").message().contains("extends Policy"));
    }

    @Test
    void twoPolicyClassesAreRefused() {
        var two = FIFO + FIFO.replace("public class MyFifo", "class Second");
        assertTrue(problem(two).message().contains("Several classes"));
    }

    @Test
    void anAbstractBaseClassIsNoSecondPolicy() throws Exception {
        var source =
                FIFO.replace("public class", "abstract class") + "class Real extends MyFifo {}";
        assertEquals("Real", compile(source).mainClass());
    }

    @Test
    void anEmptySourceIsRefused() {
        assertTrue(problem(" \n").message().contains("no source"));
    }

    @Test
    void theHashIsThatOfTheSource() throws Exception {
        assertEquals(compile(FIFO).sourceHash(), compile(FIFO).sourceHash());
        assertNotEquals(compile(FIFO).sourceHash(), compile(FIFO + "\n").sourceHash());
    }

    @Test
    void policyNamesAreWords() {
        assertTrue(PolicySource.isValidName("fifo-plus"));
        for (String bad : new String[] {"", "-x", "a b", "../etc", "1st", "x".repeat(65)}) {
            assertThrows(IllegalArgumentException.class, () -> new PolicySource(bad, FIFO), bad);
        }
    }

    @Test
    void builtInNamesAreValidAndHaveSources() {
        assertTrue(
                StreamSupport.stream(PolicySource.builtInNames().spliterator(), false)
                        .allMatch(name -> PolicySource.builtIn(name).isPresent()));
    }

    private CompiledPolicy compile(String text) throws CompileException {
        return compiler.compile(new PolicySource("mine", text));
    }

    private Problem problem(String text) {
        return assertThrows(CompileException.class, () -> compile(text)).problems().getFirst();
    }

    @Test
    void aSourceThatBeginsFurtherDownInItsCellFailsInTheLinesOfTheCell() throws Exception {
        String text =
                """
                public class Late extends Policy {
                    public Late() { throw new IllegalStateException(); }
                    public void enqueue(Task task, long enqFlags) {}
                }
                """;
        CompiledPolicy policy = new PolicyCompiler().compile(new PolicySource("late", text, 5));
        var e = assertThrows(ReflectiveOperationException.class, policy::newPolicy);
        assertEquals(6, e.getCause().getStackTrace()[0].getLineNumber());
        assertEquals(new PolicySource("late", text).hash(), policy.sourceHash());
    }

    @Test
    void whatDoesNotCompileOrIsRefusedIsToldInLinesOfTheSource() {
        var wrong =
                new PolicySource("wrong", "abstract class A extends Policy {\n  int x = y;\n}", 9);
        var e = assertThrows(CompileException.class, () -> new PolicyCompiler().compile(wrong));
        assertEquals(2, e.problems().getFirst().line());
        String exits =
                "class A extends Policy {\n  public void enqueue(Task t, long f) { System.exit(1); }\n}";
        var refused = new PolicySource("exits", exits, 9);
        e = assertThrows(RefusedException.class, () -> new PolicyCompiler().compile(refused));
        assertEquals(2, e.problems().getFirst().line());
    }
}
