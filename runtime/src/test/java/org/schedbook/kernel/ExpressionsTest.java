package org.schedbook.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.compile.PolicySource;

/**
 * Random expressions and statements have the same value, or the same fault, in Java and in BPF.
 * They run as programs of this machine's kernel, which takes root.
 */
@Timeout(300)
class ExpressionsTest {

    private static final int PER_SOURCE = 50;

    /** For each seed. */
    private static final int SOURCES = Integer.getInteger("schedbook.expressions", 1);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void haveTheSameValueInJavaAndInBpf(long seed) throws Exception {
        for (int i = 0; i < SOURCES; i++) {
            Differential.compare(
                    new Generator(new Random(seed * 1000 + i)).source(), PER_SOURCE, 1);
        }
    }

    /** Makes sources with as many methods without parameters, each of which computes something. */
    private static final class Generator {

        private static final String[] INTS = {"i", "j", "p", "q", "r"};
        private static final String[] LONGS = {"a", "b"};
        private static final long[] EDGES = {
            0,
            1,
            -1,
            2,
            7,
            31,
            32,
            33,
            63,
            64,
            65,
            127,
            128,
            255,
            32767,
            32768,
            65535,
            Integer.MAX_VALUE,
            Integer.MIN_VALUE,
            Long.MAX_VALUE,
            Long.MIN_VALUE
        };

        private final Random random;

        Generator(Random random) {
            this.random = random;
        }

        PolicySource source() {
            var text = new StringBuilder("public class Expressions extends Policy {\n");
            for (String field : List.of("fa", "fb")) {
                text.append("    long %s = %s;\n".formatted(field, longLiteral()));
            }
            for (String field : List.of("fi", "fj")) {
                text.append("    int %s = %s;\n".formatted(field, intLiteral()));
            }
            text.append(
                    "    byte fp = %d; short fq = %d; char fr = %d; boolean fz;\n"
                            .formatted(
                                    random.nextInt(256) - 128,
                                    random.nextInt(65536) - 32768,
                                    random.nextInt(65536)));
            text.append(
                    "    long[] la = {%s, %s, 3L, 4L};".formatted(longLiteral(), longLiteral()));
            text.append(" int[] ia = {%s, 2, 3, 4};".formatted(intLiteral()));
            text.append(" byte[] ba = {1, -2, 127, -128};\n");
            text.append("    long count;\n");
            text.append(
                    "    long rest() { return fa * 11 + fb * 13 + fi * 17 + fj * 19 + fp + fq * 3 +"
                            + " fr * 5 + (fz ? 7 : 0) + la[0] + la[1] * 3 + la[2] * 5 + la[3] * 7 +"
                            + " ia[0] + ia[1] * 3 + ia[2] * 5 + ia[3] * 7 + ba[0] + ba[1] * 3 +"
                            + " ba[2] * 5 + ba[3] * 7; }\n");
            text.append("    long mix(int x, long y, int z) { return (x * 31L + y) * 31 + z; }\n");
            text.append("    long bump(long x) { count = count * 3 + x; return count; }\n");
            var calls = new ArrayList<String>();
            for (int n = 0; n < PER_SOURCE; n++) {
                text.append(
                        ("    long e%d() { count = 1; long a = fa, b = fb; int i = fi, j = fj;"
                                        + " byte p = (byte) fi; short q = (short) fb; char r = (char)"
                                        + " fj; boolean z = fa > fb; %slong v = %s; return v * 31 +"
                                        + " a + b * 3 + i * 5 + j * 7 + p + q + r + count + (z ? 1"
                                        + " : 0) + rest(); }\n")
                                .formatted(
                                        n,
                                        random.nextBoolean() ? statement(3) : "",
                                        random.nextBoolean() ? longs(4) : ints(4)));
                calls.add("e%d();".formatted(n));
            }
            text.append("    public void enqueue(Task task, long enqFlags) {\n");
            calls.forEach(call -> text.append("        ").append(call).append('\n'));
            return new PolicySource("expressions", text.append("    }\n}\n").toString());
        }

        private long edge() {
            return random.nextInt(3) == 0 ? random.nextLong() : EDGES[random.nextInt(EDGES.length)];
        }

        private String longLiteral() {
            return "(" + edge() + "L)";
        }

        private String intLiteral() {
            return "(" + (int) edge() + ")";
        }

        private String pick(String... choices) {
            return choices[random.nextInt(choices.length)];
        }

        private String assign() {
            return pick("=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", ">>>=", "&=", "|=", "^=");
        }

        /** Operands that are not in parentheses. */
        private String chain(int d) {
            return "%s %s %s %s %s"
                    .formatted(
                            ints(d),
                            pick("+", "-", "*", "|", "&", "^", "/", "%"),
                            either(d),
                            pick("+", "-", "- -", "*", "|", "&", "^", "+ ~", "%"),
                            either(d));
        }

        /** Something that can be assigned to, of type long or less. */
        private String place() {
            return pick("fa", "fb", "fi", "fj", "fp", "fq", "fr", "this.fa", "this.fp", element());
        }

        private String element() {
            return pick("la", "ia", "ba")
                    + "["
                    + pick(
                            "i & 3",
                            "i++ & 3",
                            "--j & 3",
                            "(i += 1) & 3",
                            "2",
                            "(int) bump(i) & 3",
                            "i")
                    + "]";
        }

        private String statement(int depth) {
            int d = depth - 1;
            return switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> {
                    String operator = assign();
                    yield operator.equals("=")
                            ? "%s = %s; "
                                    .formatted(pick("fa", "la[i++ & 3]", "la[1]", "fb"), longs(d))
                            : "%s %s %s; ".formatted(place(), operator, either(d));
                }
                case 4 ->
                        pick("fa = fa + %s; ", "fb = %s + fb; ", "fa = fa - %s; ")
                                .formatted(longs(d));
                case 5 ->
                        pick("fa = Math.max(fa, %s); ", "fb = Math.min(%s, fb); ")
                                .formatted(longs(d));
                case 6 -> {
                    String value = pick("a", "b * 3", "i", "fb - 7");
                    yield "if (%s) fa = %s; "
                            .formatted(
                                    pick("fa < %s", "fa > %s", "vtimeBefore(fa, %s)", "%s > fa")
                                            .formatted(value),
                                    value);
                }
                case 7 -> "%s%s; ".formatted(place(), pick("++", "--"));
                case 8 ->
                        "if (%s) { %s } else { %s} "
                                .formatted(bools(d), statement(1), statement(1));
                default ->
                        "for (int k = %s; k < %d; k += %d) { %s if (%s) %s; } "
                                .formatted(
                                        pick("0", "-2", "(i & 3)"),
                                        random.nextInt(8),
                                        1 + random.nextInt(3),
                                        "a += k;",
                                        bools(1),
                                        pick("break", "continue", "b = b * 3 + k"));
            };
        }

        private String arithmetic() {
            return pick("+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=");
        }

        private String longs(int depth) {
            if (depth == 0) {
                return random.nextBoolean() ? pick(LONGS) : longLiteral();
            }
            int d = depth - 1;
            return switch (random.nextInt(20)) {
                case 0, 1, 2 -> "(%s %s %s)".formatted(longs(d), pick("+", "-", "*"), either(d));
                case 3 -> "(%s %s %s)".formatted(either(d), pick("/", "%"), longs(d));
                case 4, 5 -> "(%s %s %s)".formatted(longs(d), pick("<<", ">>", ">>>"), either(d));
                case 6 -> "(%s %s %s)".formatted(longs(d), pick("&", "|", "^"), either(d));
                case 7 -> "(%s%s)".formatted(pick("-", "~", "+"), longs(d));
                case 8 -> "(%s ? %s : %s)".formatted(bools(d), longs(d), either(d));
                case 9 -> "(%s %s %s)".formatted(pick(LONGS), assign(), longs(d));
                case 10 -> pick("(a++)", "(--b)", "(b--)", "(++a)");
                case 11 -> "bump(%s)".formatted(longs(d));
                case 12 ->
                        "Math.%s(%s, %s)"
                                .formatted(
                                        pick(
                                                "min",
                                                "max",
                                                "floorDiv",
                                                "floorMod",
                                                "addExact",
                                                "ceilDiv",
                                                "subtractExact"),
                                        longs(d),
                                        longs(d));
                case 13 -> "(long) %s".formatted(ints(d));
                case 15 -> "(%s %s %s)".formatted(pick(LONGS), assign(), chain(d));
                case 16 ->
                        "(%s %s %s ? %s : %s)"
                                .formatted(
                                        pick("a", "b", "fa", "fb"),
                                        assign(),
                                        bools(d),
                                        longs(d),
                                        either(d));
                case 17 -> "mix(%s, %s, %s)".formatted(ints(d), either(d), ints(d));
                case 18 ->
                        "(%s%s%s)"
                                .formatted(
                                        place(), pick(" += ", " -= ", " *= ", " >>>= "), either(d));
                case 14 ->
                        pick(
                                "Math.abs(%s)".formatted(longs(d)),
                                "Long.rotateLeft(%s, %s)".formatted(longs(d), ints(d)),
                                "Long.divideUnsigned(%s, %s)".formatted(longs(d), longs(d)),
                                "Long.remainderUnsigned(%s, %s)".formatted(longs(d), longs(d)),
                                "Integer.toUnsignedLong(%s)".formatted(ints(d)));
                default ->
                        "switch (%s & 3) { case 0 -> %s; case 1, 2 -> { yield 0L + %s; } default -> %s; }"
                                .formatted(ints(d), longs(d), longs(d), longs(d));
            };
        }

        private String either(int depth) {
            return random.nextBoolean() ? longs(depth) : ints(depth);
        }

        private String ints(int depth) {
            if (depth == 0) {
                return random.nextBoolean() ? pick(INTS) : intLiteral();
            }
            int d = depth - 1;
            return switch (random.nextInt(21)) {
                case 0, 1, 2 -> "(%s %s %s)".formatted(ints(d), pick("+", "-", "*"), ints(d));
                case 3 -> "(%s %s %s)".formatted(ints(d), pick("/", "%"), ints(d));
                case 4, 5 -> "(%s %s %s)".formatted(ints(d), pick("<<", ">>", ">>>"), either(d));
                case 6 -> "(%s %s %s)".formatted(ints(d), pick("&", "|", "^"), ints(d));
                case 7 -> "(%s%s)".formatted(pick("-", "~", "+"), ints(d));
                case 8 -> "(%s ? %s : %s)".formatted(bools(d), ints(d), ints(d));
                case 9 -> {
                    String operator = assign();
                    yield "(%s %s %s)"
                            .formatted(
                                    pick("i", "j"),
                                    operator,
                                    operator.equals("=") ? ints(d) : either(d));
                }
                case 10 ->
                        "(%s %s %s)"
                                .formatted(
                                        pick("p", "q", "r"),
                                        pick("+=", "*=", ">>=", ">>>=", "<<=", "/="),
                                        either(d));
                case 11 -> pick("(i++)", "(--j)", "(p++)", "(--q)", "(r++)", "(++p)", "(--r)");
                case 12 ->
                        "(%s) %s"
                                .formatted(
                                        pick("int", "byte", "short", "char"),
                                        "(" + either(d) + ")");
                case 13 ->
                        "Math.%s(%s, %s)"
                                .formatted(
                                        pick(
                                                "min",
                                                "max",
                                                "floorDiv",
                                                "floorMod",
                                                "addExact",
                                                "multiplyExact",
                                                "ceilDiv"),
                                        ints(d),
                                        ints(d));
                case 14 ->
                        pick(
                                "Long.bitCount(%s)".formatted(longs(d)),
                                "Integer.bitCount(%s)".formatted(ints(d)),
                                "Long.numberOfTrailingZeros(%s)".formatted(longs(d)),
                                "Integer.numberOfTrailingZeros(%s)".formatted(ints(d)),
                                "Long.numberOfLeadingZeros(%s)".formatted(longs(d)),
                                "Integer.numberOfLeadingZeros(%s)".formatted(ints(d)),
                                "Long.signum(%s)".formatted(longs(d)),
                                "Long.compare(%s, %s)".formatted(longs(d), longs(d)),
                                "Integer.compareUnsigned(%s, %s)".formatted(ints(d), ints(d)),
                                "Integer.divideUnsigned(%s, %s)".formatted(ints(d), ints(d)),
                                "Integer.rotateLeft(%s, %s)".formatted(ints(d), ints(d)),
                                "Math.abs(%s)".formatted(ints(d)),
                                "Math.clamp(%s, %s, %s)".formatted(longs(d), -5, 900),
                                "Math.toIntExact(%s)".formatted(longs(d)));
                case 15 -> "(int) bump(%s)".formatted(ints(d));
                case 16 -> "(%s %s %s)".formatted(pick("i", "j"), arithmetic(), chain(d));
                case 17 -> "(%s)".formatted(pick("fi++", "--fj", "fp++", "--fq", "fr++"));
                case 18 ->
                        "(i = %s)"
                                .formatted(
                                        pick(
                                                "0x7fff_ffff",
                                                "0b1010",
                                                "017",
                                                "'a'",
                                                "'\\u00e9'",
                                                "'\\n'"));
                case 19 ->
                        "(%s ? '%s' : %s)"
                                .formatted(bools(d), pick("a", "\\'"), pick("r", "1", "i", "p"));
                default ->
                        "switch (0 + %s) { case 0, 7 -> %s; case -1 -> %s; default -> %s; }"
                                .formatted(ints(d), ints(d), ints(d), ints(d));
            };
        }

        private String bools(int depth) {
            if (depth == 0) {
                return pick("z", "true", "false");
            }
            int d = depth - 1;
            return switch (random.nextInt(7)) {
                case 0, 1 ->
                        "(%s %s %s)"
                                .formatted(
                                        either(d),
                                        pick("<", "<=", ">", ">=", "==", "!="),
                                        either(d));
                case 2 -> "(%s %s %s)".formatted(bools(d), pick("&&", "||"), bools(d));
                case 3 ->
                        "(%s %s %s)".formatted(bools(d), pick("&", "|", "^", "==", "!="), bools(d));
                case 4 -> "(!%s)".formatted(bools(d));
                case 5 -> "(z %s %s)".formatted(pick("=", "&=", "|=", "^="), bools(d));
                default -> "vtimeBefore(%s, %s)".formatted(either(d), either(d));
            };
        }
    }
}
