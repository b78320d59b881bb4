package org.schedbook.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.schedbook.compile.PolicySource;

/**
 * What cannot be translated has a name, and stands at its line and column; what is near it and can
 * be is C that compiles.
 */
class UnsupportedTest {

    /** A policy with members on its second line, and with statements on its fourth. */
    private static PolicySource policy(String members, String statements) {
        return new PolicySource(
                "tried",
                """
                public class Tried extends Policy {
                %s
                    public void enqueue(Task task, long enqFlags) {
                %s
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                    }
                }
                """
                        .formatted(members == null ? "" : members, statements));
    }

    /** A name, and the part of the source that it is about. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "no-floating-point | | double x = 1; | double x = 1;",
                "no-floating-point | | float x = task.pid(); | float x = task.pid();",
                "no-floating-point | | int n = 3; n *= 1.5; | 1.5",
                "no-floating-point | | int n = (int) (task.weight() * 0.5); | (task.weight()",
                "no-floating-point | | boolean b = task.pid() > 1e3; | 1e3",
                "no-floating-point | | long n = Math.round(task.pid() / 2f); | task.pid() / 2f",
                "no-floating-point | | int n = (int) Math.sqrt(task.pid()); | Math.sqrt(task.pid())",
                "no-floating-point | static class S { double d; } TaskStorage<S> s = taskStorage(S::new);"
                        + " | s.get(task); | double d;",
                "no-strings | | String s = null; | String s = null;",
                "no-strings | static final String A = \"x\"; | int n = A.length(); | A.length()",
                "no-strings | | boolean b = \"a\" == \"b\"; | \"a\"",
                "no-strings | String s; | switch (s) { case \"a\" -> {} default -> {} } | s)",
                "no-strings | String s; | s += 1; | s += 1",
                "no-exceptions | | try { int n = 0; } finally { } | try",
                "no-exceptions | | try { int n = 0; } catch (RuntimeException e) { } | try",
                "no-exceptions | int n; | if (n > 3) throw new IllegalStateException(\"\" + n++); | throw",
                "no-objects | | Runnable r = () -> {}; | Runnable r",
                "no-lambda | int f(java.util.function.IntSupplier s) { return 1; } | f(() -> 1); | () -> 1",
                "no-lambda | int f(java.util.function.IntSupplier s) { return 1; } | f(task::pid); | task::pid",
                "no-objects | | Object o = new Object(); | Object o = new Object();",
                "no-objects | record P(int a) {} | new P(1); | new P(1)",
                "no-objects | void f(Policy p) {} | f(this); | this",
                "no-objects | | Integer n = 127; | Integer n = 127;",
                "no-objects | Integer n = 127; | boolean b = n == 127; | n ==",
                "late-field | Long n = 0L; | n++; | n++",
                "no-objects | static final Integer N = 1; | int n = N; | N;",
                "no-objects | static class T { static long all; } | T.all++; | T.all",
                "no-objects | List<Integer> l = new ArrayList<>(); | for (int n : l) { } | l)",
                "no-objects | <T> T same(T x) { return x; } | same(task); | T same",
                "statement | | class Local { int n; } | class",
                "statement | | synchronized (task) { } | synchronized",
                "no-library | | int n = Integer.valueOf(3); | Integer.valueOf(3)",
                "no-strings | | int n = Integer.parseInt(\"1\"); | \"1\"",
                "no-library | | int n = task.hashCode(); | task.hashCode()",
                "no-library | | boolean b = task.equals(task); | task.equals(task)",
                "no-library | | int n = Integer.reverse(3); | Integer.reverse(3)",
                "no-library | | long n = Math.multiplyExact(1L, 2L); | Math.multiplyExact(1L, 2L)",
                "no-library | | int n = new Random(1).nextInt(); | new Random(1).nextInt()",
                "state-has-others | static class S { Task last; } TaskStorage<S> s ="
                        + " taskStorage(S::new); | s.get(task); | Task last;",
                "recursion | int f(int n) { return n > 0 ? f(n - 1) : 0; } | f(3); | f(n - 1)",
                "recursion | int f(int n) { return g(n); } int g(int n) { return f(n); } | f(3); |"
                        + " f(n); }",
                "array-late | | long[] x = new long[2]; | new long[2]",
                "array-late | | int[] x = {1, 2}; | {1, 2}",
                "array-late | | int n = new byte[8].length; | new byte[8]",
                "array-late | | int n = new int[] {1, 2}[0]; | new int[]",
                "array-late | | int n = new Task[] {task}.length; | new Task[]",
                "array-late | | for (Task t : new Task[] {task}) { } | new Task[]",
                "late-field | long[] a = {1}; | a = new long[3]; | a = new",
                "array-alias | long[] a = {1}; | long[] b = a; | long[] b = a;",
                "array-alias | long[] a = {1}; long f(long[] x) { return x[0]; } | f(a); | long[] x",
                "array-alias | long f(long... x) { return 1; } | f(1, 2); | long... x",
                "array-of-arrays | long[][] a = {{1}}; | long n = a[0][0]; | a[0][0]",
                "array-of-arrays | long[][] a = {{1}}; | int n = a.length; | a.length",
                "array-of-arrays | long[][] a = {{1}}; | for (long[] row : a) { } | a)",
                "create-late | | createDsq(1); | createDsq(1)",
                "move-early | | moveToLocal(1); | moveToLocal(1)",
                "move-early | ArrayDeque<Task> q = new ArrayDeque<>(); | q.poll(); | q.poll()",
                "insert-early | public void tick(Task t) { insert(t, 1, 1, 0); } | | insert(t, 1, 1, 0)",
                "late-value | | int n = topology().cpus().size(); | topology().cpus()",
                "late-value | static class S { long at; S(long x) { at = x; } } TaskStorage<S> s ="
                        + " taskStorage(() -> new S(nowNs())); | s.get(task); | nowNs()",
                "late-value | static class S { long at; S(long x) { at = x; } } long now;"
                        + " TaskStorage<S> s = taskStorage(() -> new S(now)); | now++; s.get(task); |"
                        + " now))",
                "late-value | class S { long at = now; } long now; TaskStorage<S> s ="
                        + " taskStorage(S::new); | now++; s.get(task); | now; }",
                "late-value | static class S { long at; } long next; S make() { next++; return new"
                        + " S(); } TaskStorage<S> s = taskStorage(() -> make()); | s.get(task); | next++",
                "one-key | PriorityQueue<Task> q = new PriorityQueue<>(); | q.add(task); | q.add(task)",
                "no-map | Map<Integer, Long> m = new HashMap<>(); | m.clear(); | m.clear()",
                "no-map | Map<Integer, Long> m = new HashMap<>(); | int n = m.size(); | m.size()",
                "no-objects | Map<Integer, Long> m = new HashMap<>(); | Long n = m.get(1); | Long n",
                "no-objects | Map<Integer, Long> m = new HashMap<>(); | for (long n : m.values()) { } |"
                        + " m.values()",
                "no-objects | Map<Integer, Long> m = new HashMap<>(); | long n = m.put(1, 2L); | m.put(1",
                "no-objects | Map<Integer, Long> m = new HashMap<>(); | boolean b = m.get(1) == m.get(2);"
                        + " | m.get(1) ==",
                "no-map | Map<Long, Long> m = new HashMap<>(); | long n = m.get(task.pid()); |"
                        + " task.pid()",
                "no-lambda | Map<Integer, Long> m = new HashMap<>(); | m.merge(1, 2L, (a, b) -> a * b); |"
                        + " (a, b)",
                "no-map | Map<String, Long> m = new HashMap<>(); | m.remove(null); | m.remove",
                "no-lambda | static class S { int n; } Map<Integer, S> m = new HashMap<>(); S make() {"
                        + " return new S(); } | m.computeIfAbsent(1, k -> make()); | k -> make()",
                "no-floating-point | Random r = new Random(1); | if (r.nextDouble() > .5) return; |"
                        + " r.nextDouble()",
                "no-objects | Random r = new Random(1); | Random s = r; | Random s",
                "no-lambda | Random r = new Random(1); | r.ints(3); | r.ints(3)",
                "no-library | Random r = new Random(1); | r.setSeed(3); | r.setSeed(3)",
                "no-library | BitSet b = new BitSet(); | b.set(1, 3); | b.set(1, 3)",
                "no-lambda | java.util.concurrent.atomic.AtomicLong a = new"
                        + " java.util.concurrent.atomic.AtomicLong(); | a.updateAndGet(x -> x + 1); | x ->",
                "queue-method | ArrayDeque<Task> q = new ArrayDeque<>(); | q.clear(); | q.clear()",
                "queue-alias | ArrayDeque<Task> q = new ArrayDeque<>(); | ArrayDeque<Task> p = q; |"
                        + " ArrayDeque<Task> p = q;",
                "task-field | Task last; | if (last == task) return; | last ==",
                "task-field | Task[] last = new Task[2]; | last[0] = task; | last[0]",
                "task-field | Task[] last = new Task[2]; int n; | last[n++] = task; | last[n++]",
                "task-field | Task[] last = new Task[2]; | if (last[task.cpu()] == task) return; | last[",
                "task-field | Task[] last = new Task[2]; | int n = last.length; | last.length",
                "task-field | Task[] last = new Task[2]; | for (Task t : last) { } | last)",
                "no-objects | static class S { int n; } S[] all = {new S()}; | all[0].n++; | all[0]",
                "no-objects | Object[] all = new Object[2]; | int n = all.length; | all.length",
                "no-floating-point | double[] all = {1}; | int n = all.length; | all.length",
                "late-field | Task last; | last = task; | last = task",
                "no-enum | enum E { A { }, B } E e = E.A; | if (e == E.A) return; | e ==",
                "no-strings | enum E { A, B } E e = E.A; | String s = e.name(); | String s",
                "no-enum | enum E { A, B } E e = E.A; | int n = e.hashCode(); | e.hashCode()",
                "no-objects | enum E { A, B; int n; } E e = E.A; | e.n++; | e.n",
                "no-patterns | | boolean b = (Object) task instanceof Task t; | (Object) task instanceof",
                "dequeue-does-more | int n; public void dequeue(Task t, long f) { n--; } | | n--;",
                "mixed-dsq | static final long Q = 3; | if (task.pid() > 9) insertVtime(task, Q, 1, 1,"
                        + " 0); else insert(task, Q, 1, 0); | Q, 1, 0)",
            })
    void isNamedWhereItStands(String label, String members, String statements, String part) {
        PolicySource source = policy(members, statements == null ? "" : statements);
        var e = assertThrows(UnsupportedException.class, () -> Translator.translate(source));
        var all = new ArrayList<String>();
        boolean found = false;
        List<String> lines = source.text().lines().toList();
        for (var problem : e.problems()) {
            String at =
                    problem.line() == 0
                            ? ""
                            : lines.get(problem.line() - 1).substring(problem.column() - 1);
            all.add(problem.message() + " AT " + at);
            assertTrue(
                    problem.message().endsWith("%attach without --in-kernel runs it as it is"),
                    problem.message());
            found |= problem.message().contains("[" + label + "]") && at.startsWith(part);
        }
        assertTrue(found, all::toString);
    }

    /** What looks like one of those, and is not. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "| outer: for (int i = 0; i < 3; i++) { for (int j = 0; j < 3; j++) { if (j == i) continue"
                        + " outer; } } outer: while (task.pid() > 3) { break outer; }",
                "| int x = 3; switch (x) { case 1: int y = 1; case 'a': y = 2; break; default: case 7: y = 3; }",
                "static final int A = 4; | switch (task.pid()) { case A: break; case A + 1: break; }",
                "| int SEC = 1; { int SEC_ = 2; int __x = SEC_; int x__x = SEC; }",
                "int level() { return 1; } | int level = level(), level_ = 2; level += level_;",
                "int level_() { return 1; } int level() { return 2; } | int level = level(), level_ = level_();",
                "int main() { return 1; } int memcpy() { return 2; } int abs() { return 3; } |"
                        + " main(); memcpy(); abs();",
                "int f(int n) { return n; } int f(long n) { return 1; } | f(1); f(1L); int f = f(2);",
                "| int bool = 1, u8 = 2, typeof = 3, asm = 4, sizeof = 5, NULL = 6, linux = 7, inline = 8;",
                "static class struct { long unsigned, register; } TaskStorage<struct> s ="
                        + " taskStorage(struct::new); | s.get(task).unsigned += s.get(task).register;",
                "static class S { long ns = 5; int n; S() { n = 3; } } TaskStorage<S> s ="
                        + " taskStorage(S::new); | s.get(task).ns++;",
                "static class S { long at; S(long x) { at = x; } } final long start = nowNs();"
                        + " TaskStorage<S> s = taskStorage(() -> new S(start)); | s.get(task).at++;",
                "| int \\u0061bc = 'a' + '\\u00e9' + 017 + 0x8000_0000 + 0b11 + '\\''; int é = abc;",
                "long[] a = {1, 2}; int n; | a[n++] = n; a[n--] += n++; a[0] = a[1] = n;",
                "| int x = 0; x = x++ + ++x; int y = (x = 3) * x; long z = 1 << 40 >>> 33L;",
                "enum E { A, B } E e; E f(E x) { return x == null ? e : null; } | e = f(e); if (f(E.A) != null)"
                        + " e = E.B;",
                "static class S { int n; int up() { return ++n + more(); } int more() { return this.n; } }"
                        + " TaskStorage<S> s = taskStorage(S::new); | s.get(task).up();",
                "record P(int a, long b) { int sum() { return (int) (a + b); } } TaskStorage<P> ps ="
                        + " taskStorage(() -> new P(1, 2)); | int n = ps.get(task).sum() + ps.get(task).a();",
                "static class T { static int twice(int n) { return 2 * n; } } | int n = T.twice(task.pid());",
                "Map<Task, Long> m = new HashMap<>(); | m.merge(task, 1L, Long::sum); m.remove(task);",
                "| boolean b = task.pid() > 3 && task.weight() > 2 & !(task.pid() == 7); assert b : \"no\";",
            })
    void whatIsNearIsTranslated(String members, String statements) throws Exception {
        PolicySource source = policy(members, statements);
        Translation translation = Translator.translate(source);
        assertTrue(Clang.compile(translation, source).length > 0);
    }

    @Test
    void eachHasANameAndAdvice() {
        for (Unsupported why : Unsupported.values()) {
            String message = why.message("this");
            assertTrue(message.contains("[" + why.label() + "]"), message);
            assertEquals(1, message.split("\\[", -1).length - 1, message);
        }
    }
}
