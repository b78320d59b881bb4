package org.schedbook.kernel;

import static org.schedbook.kernel.Differential.same;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects in fields do in BPF what they do in Java, step for step. */
@Timeout(300)
class FieldObjectsTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 42, -7, 0x5DEECE66DL, Long.MIN_VALUE})
    void aRandomGivesTheSameNumbers(long seed) throws Exception {
        same(
                "    private final Random random = new Random(%dL);".formatted(seed),
                List.of(
                        "random.nextInt()",
                        "random.nextLong()",
                        "random.nextBoolean() ? 3 : 4",
                        "random.nextInt(1)",
                        "random.nextInt(64)",
                        "random.nextInt(100)",
                        "random.nextInt((1 << 30) + 1)", // every second number is thrown away
                        "random.nextInt(Integer.MAX_VALUE)",
                        "random.nextInt(0)",
                        "random.nextInt(-5)",
                        "random.nextInt(5, 5)",
                        "random.nextInt(-3, 4)",
                        "random.nextInt(8, 16)",
                        "random.nextInt(Integer.MIN_VALUE, Integer.MAX_VALUE)",
                        "random.nextInt(-1, Integer.MAX_VALUE)",
                        "random.nextLong(1_000_000)",
                        "random.nextLong(1L << 40)",
                        "random.nextLong((1L << 62) + 1)",
                        "random.nextLong(0)",
                        "random.nextLong(-10, 10)",
                        "random.nextLong(Long.MIN_VALUE, Long.MAX_VALUE)",
                        "random.nextInt() * 31L + random.nextInt(10)"),
                20);
    }

    @Test
    void aRandomGoesOnWhereInitLeftIt() throws Exception {
        same(
                """
                    private final Random random = new Random(7);
                    public void init() { random.nextInt(); random.nextGaussian(); }
                """,
                List.of("random.nextInt()"),
                5);
    }

    @Test
    void atomicNumbersAreChangedAsInJava() throws Exception {
        same(
                """
                    private final AtomicInteger a = new AtomicInteger(Integer.MAX_VALUE - 3);
                    private final AtomicLong b = new AtomicLong(5);
                    private final AtomicBoolean c = new AtomicBoolean(true);
                    private int n;
                """,
                List.of(
                        "a.incrementAndGet()",
                        "a.getAndIncrement()",
                        "a.addAndGet(7)",
                        "a.getAndAdd(-2)",
                        "a.decrementAndGet() + a.get() * 3L",
                        "a.getAndDecrement() + a.intValue() + a.longValue()",
                        "b.addAndGet(1L << 40)",
                        "b.getAndSet(b.get() / 3 - 1)",
                        "return b.compareAndSet(b.get(), 9) ? 1 : 2;",
                        "return b.compareAndSet(10, n++) ? 1 : 2;",
                        "b.set(n++); return b.get() + n;",
                        "b.set(++n); return b.incrementAndGet() * 7 + b.getAndIncrement();",
                        "return c.get() ? 1 : 0;",
                        "return c.compareAndSet(true, false) ? 1 : 0;",
                        "return c.getAndSet(true) ? 1 : 0;",
                        "c.set(n % 2 == 0); return c.get() ? 5 : 6;"),
                6);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aSetOfBitsIsOne(long seed) throws Exception {
        var random = new Random(seed);
        var steps = new ArrayList<String>();
        for (int i = 0; i < 60; i++) {
            int bit = random.nextInt(8) == 0 ? random.nextInt(-2, 64) : random.nextInt(20);
            String set = random.nextInt(4) == 0 ? "other" : "bits";
            steps.add(
                    (switch (random.nextInt(14)) {
                                case 0, 1, 2 -> "%s.set(%d); return %s.cardinality();";
                                case 3 -> "%s.clear(%d); return %s.length();";
                                case 4 -> "%s.flip(%d); return %s.isEmpty() ? 1 : 0;";
                                case 5 -> "%s.set(%d, n++ %% 2 == 0); return n + %s.cardinality();";
                                case 6 -> "return %s.get(%d) ? 1 : %s.length();";
                                case 7, 8 -> "return %s.nextSetBit(%d) + 100 * %s.cardinality();";
                                case 9 -> "return %s.nextClearBit(%d) + 100 * %s.cardinality();";
                                case 10 -> "%1$s.or(other); return %1$s.nextSetBit(%2$d);";
                                case 11 -> "%1$s.andNot(other); return %1$s.cardinality() + %2$d;";
                                case 12 ->
                                        "bits.and(%1$s); return %1$s.intersects(bits) ? %2$d : 0;";
                                default ->
                                        "long sum = %2$d; for (int b = %1$s.nextSetBit(0); b >= 0; b ="
                                                + " %1$s.nextSetBit(b + 1)) sum = sum * 31 + b; return sum;";
                            })
                            .formatted(set, bit, set));
        }
        steps.add("bits.clear(); return bits.cardinality();");
        same(
                """
                    private final BitSet bits = new BitSet(), other = new BitSet();
                    private int n;
                    public void init() { bits.set(3); bits.set(63); other.set(0, 5); }
                """,
                steps,
                3);
    }

    @Test
    void theConstantsOfAnEnumAreNumbersWithTheirFieldsAndMethods() throws Exception {
        same(
                """
                    enum Level {
                        HIGH(1_000_000, (byte) 3, true), MIDDLE(5_000_000, (byte) -7, false), LOW(20_000_000, (byte) 0, true);
                        final long sliceNs; private final byte small; final boolean odd;
                        Level(long sliceNs, byte small, boolean odd) { this.sliceNs = sliceNs; this.small = small; this.odd = odd; }
                        long twice() { return sliceNs * 2; }
                        int small() { return this.small + ordinal(); }
                        Level lower() { return this == LOW ? LOW : values()[ordinal() + 1]; }
                        static Level of(long ns) {
                            for (Level level : values()) if (ns <= level.sliceNs) return level;
                            return LOW;
                        }
                    }
                    private Level level = Level.HIGH, none;
                    private final Level[] all = Level.values();
                    private int n;
                """,
                List.of(
                        "level.ordinal()",
                        "level = level.lower(); return level.sliceNs + level.small();",
                        "return level.twice() + (level.odd ? 1 : 0);",
                        "return none == null ? 1 : 2;",
                        "return none.sliceNs;",
                        "return none.twice();",
                        "none = level == Level.LOW ? null : level; return none != null ? none.ordinal() : -5;",
                        "return switch (level) { case HIGH -> 1; case MIDDLE -> 2; case LOW -> 3; };",
                        "switch (none) { case HIGH: return 1; case LOW: return 7; default: return 9; }",
                        "return Level.values().length * 10 + Level.values()[n++ % 4].ordinal();",
                        "return Level.of(n * 3_000_000L).ordinal();",
                        "return all[n % 3].sliceNs + all.length;",
                        "long sum = 0; for (Level each : all) sum = sum * 31 + each.twice(); return sum;",
                        "return level.compareTo(Level.MIDDLE) * 10 + (level.equals(Level.LOW) ? 1 : 0);",
                        "level = Level.values()[n % 3]; all[n % 3] = level; return level.lower().lower().ordinal();"),
                6);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aMapOfNumbersIsOne(long seed) throws Exception {
        var random = new Random(seed);
        var steps = new ArrayList<String>();
        for (int i = 0; i < 60; i++) {
            int key = random.nextInt(6) - 1;
            long value = random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(100);
            steps.add(
                    (switch (random.nextInt(13)) {
                                case 0, 1 -> "a.put(%1$d, %2$dL); return a.get(%1$d);";
                                case 2 -> "a.putIfAbsent(%1$d, %2$dL); return a.get(%1$d) + 1;";
                                case 3, 4 -> "a.merge(%1$d, %2$dL, Long::sum); return a.get(%1$d);";
                                case 5 -> "a.merge(%1$d, %2$dL, Math::max); return a.get(%1$d);";
                                case 6 ->
                                        "a.merge(%1$d, %2$dL, (x, y) -> y + x); return -a.get(%1$d);";
                                case 7 -> "a.remove(%1$d); return a.getOrDefault(%1$d, %2$dL);";
                                case 8 -> "return a.containsKey(%1$d) ? %2$dL : n;";
                                case 9 -> "return a.get(%1$d) == null ? 3 : a.get(%1$d) * 2;";
                                case 10 -> "return a.getOrDefault(%1$d, (long) n++) + n;";
                                case 11 ->
                                        "b.put(%2$dL, %1$d + b.getOrDefault(%2$dL, 0)); return b.get(%2$dL);";
                                default -> "return a.get(%1$d);";
                            })
                            .formatted(key, value));
        }
        same(
                """
                    private final Map<Integer, Long> a = new HashMap<>();
                    private final TreeMap<Long, Integer> b = new TreeMap<>();
                    private int n;
                """,
                steps,
                3);
    }

    @Test
    void aMapOfObjectsIsOne() throws Exception {
        same(
                """
                    enum Kind { ONE, TWO }
                    static class Group {
                        long ran = 5; int nr; Kind kind = Kind.TWO;
                        long add(long ns) { ran += ns; nr++; return ran; }
                    }
                    class Inner { long start = first * 2; }
                    private final long first = 21;
                    private final Map<Integer, Group> groups = new HashMap<>();
                    private final Map<Kind, Inner> inner = new EnumMap<>(Kind.class);
                    private int n;
                """,
                List.of(
                        "return groups.computeIfAbsent(n++ % 3, k -> new Group()).add(n);",
                        "Group g = groups.computeIfAbsent(n % 3, key -> new Group()); g.ran *= 2; return g.ran + g.nr;",
                        "Group g = groups.get(n % 4); if (g == null) return -1; g.kind = Kind.ONE; return g.ran;",
                        "Group g = groups.get(n % 4); return g != null ? g.ran + g.kind.ordinal() : 77;",
                        "groups.remove(n % 5); return groups.containsKey(n % 5) ? 1 : groups.containsKey(1) ? 2 : 3;",
                        "groups.put(n % 2, new Group()); Group g = groups.get(n % 2); return g != null ? g.ran : 0;",
                        "return inner.computeIfAbsent(Kind.TWO, k -> new Inner()).start++;",
                        "return inner.containsKey(Kind.ONE) ? 1 : 0;"),
                8);
    }
}
