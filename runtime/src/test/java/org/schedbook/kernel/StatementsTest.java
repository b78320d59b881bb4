package org.schedbook.kernel;

import static org.schedbook.kernel.Differential.same;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a language may mean otherwise than Java, beyond what random expressions reach. */
@Timeout(300)
class StatementsTest {

    @Test
    void aNameIsOfWhatIsNearest() throws Exception {
        same(
                """
                    long count = 1; int[] a = {1, 2};
                    void set(long count) { this.count = count + this.count; }
                    long twice(long x) { return x * 2; }
                """,
                List.of(
                        "int count = 3; this.count += count; return this.count * 10 + count;",
                        "set(5); return count;",
                        "long count = 4; Tried.this.count = count++; return Tried.this.count + count;",
                        "(this).count++; return Tried.this.twice(count) + Tried.this.a[1]++;"),
                3);
    }

    @Test
    void aConstantMayBeLocal() throws Exception {
        same(
                "    int k;",
                List.of(
                        "final int A = 3; final int B = A + 1; switch (k++) { case A: return 1;"
                                + " case B: return 2; case A + 2: return 4; default: return 3; }",
                        "final char C = 'x'; final long Q = 5; final int N = (int) Q * 3; return C - -N;"),
                7);
    }

    @Test
    void aFaultEndsTheCallbackWhereJavaThrows() throws Exception {
        same(
                """
                    long count; long[] la = {1, 2, 3}; int[] ia = {4}; int zero;
                    long bump(long x) { count = count * 3 + x; return count; }
                    long divide(long x) { count += 7; return x / zero; }
                    void more() { divide(3); count += 100; }
                    boolean is() { more(); return true; }
                """,
                List.of(
                        "la[9] = bump(2); return 1;",
                        "count",
                        "la[9] += bump(3); return 1;",
                        "count",
                        "la[(int) (bump(1) & 7) + 5] = bump(7); return 0;",
                        "return bump(1) / zero + bump(2);",
                        "la[zero++] /= zero - 1; return 7;",
                        "return zero--;",
                        "return Math.addExact(bump(1) | Long.MAX_VALUE, 1) + bump(3);",
                        "return Math.max(bump(1) / zero, bump(2));",
                        "more(); count++; return count;",
                        "return is() && bump(1) > 0 ? 1 : 2;",
                        "for (int i = 0; i < 5; i++) { if (i == 3) more(); count += i; } return 1;",
                        "return bump(divide(2)) + bump(1);",
                        "count"),
                3);
    }

    @Test
    void loopsWrapAroundAndGoOnAsInJava() throws Exception {
        same(
                "    int k = 2; int[] a = {1, 2, 3, 4};",
                List.of(
                        "int n = 0; for (int i = Integer.MAX_VALUE - 2; i > 0; i++) n++; return n;",
                        "int n = 0; for (byte b = 120; b > 0; b++) n += b; return n;",
                        "int n = 0; for (int i = 0; i < 10; i -= -3) n += i; return n;",
                        "int n = 0; for (int i = k; i < 6; i++) { k++; n += i; } k = 2; return n;",
                        "int n = 0, i = 9; do { if (i == 5) continue; n += i; } while (--i > 3); return n;",
                        "int n = 0; a: for (int x : a) { for (int y : a) { if (y > x) continue a; if (x == 4)"
                                + " break a; n += y; } n += 100; } return n;",
                        "int i = 0; a[i++] += a[i] + i++; return a[0] + i * 100;",
                        "int i = 1; a[i] = a[i = 0] + 5; return a[1] * 10 + i;"),
                3);
    }

    @Test
    void aSwitchFallsThroughAndYields() throws Exception {
        same(
                "    int k; long count;",
                List.of(
                        "k++; switch (k % 4) { case 0: count++; case 1: count += 2; break; default:"
                                + " count += 10; case 2: count += 100; } return count;",
                        "long s = 0; for (int i = 0; i < 6; i++) { switch (i) { case 2: continue; case 4:"
                                + " break; default: s += i; } s *= 2; } return s;",
                        "return switch (k & 3) { case 0 -> 'a'; case 1 -> (byte) 200; default -> 1L << 40; };",
                        "return switch (k & 3) { case 0: yield 'a'; case 1: { for (int i = 0; ; i++) if (i > 3)"
                                + " yield i; } default: yield switch (k & 1) { case 0 -> 7; default -> { long"
                                + " t = k; yield t * t; } }; };"),
                4);
    }

    @Test
    void commentsEndWhereTheyEndInJava() throws Exception {
        same(
                """
                    long count; // path\\
                    int a = 1;
                    /* \\u002a/ int b = 2; // \\u000a int c = 3;
                    /* a */ int d = 4; /* // */ int e = 5; // /* x
                """,
                List.of(
                        "/* one\n two */ count += 3; // back\\\n count += 5; // ??/\n count += 7;"
                                + " return count + a + b + c + d + e;",
                        "return 1; // tail \\"),
                2);
    }
}
