package org.schedbook.check;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.schedbook.schedule.Schedule;

/**
 * What was expected of a schedule and does not hold. What is not known is empty.
 *
 * @param expected what was, and what was seen instead; a sentence
 * @param because why it was expected, in the words of who expects it
 * @param table expected beside actual, the header first
 * @param cut the part of the schedule around the first difference
 * @param decided what the policy had decided, and in which line; a sentence
 * @param hint what to look at, by what was seen
 * @param again what to run to see it again
 * @param basic whether nothing else that is expected means anything before this holds
 */
public record Failure(
        String expected,
        String because,
        List<List<String>> table,
        Cut cut,
        String decided,
        String hint,
        String again,
        boolean basic) {

    /**
     * A part of a schedule.
     *
     * @param schedule all of it; null for none
     * @param text the part in letters
     */
    public record Cut(Schedule schedule, long fromNs, long toNs, String text) {

        static final Cut NONE = new Cut(null, 0, 0, "");
    }

    public Failure {
        table = table.stream().map(List::copyOf).toList();
    }

    static Failure of(String expected) {
        return new Failure(expected, "", List.of(), Cut.NONE, "", "", "", false);
    }

    /** A failure of which nothing is said but what to look at. */
    public static Failure hinting(String hint) {
        return of("").hint(hint);
    }

    /** A failure before there is a schedule. */
    static Failure basic(String expected, String seen, String hint) {
        return new Failure(
                "Expected: %s. %s".formatted(expected, seen),
                "",
                List.of(),
                Cut.NONE,
                "",
                hint,
                "",
                true);
    }

    Failure because(String reason) {
        return new Failure(expected, reason, table, cut, decided, hint, again, basic);
    }

    Failure table(List<List<String>> rows) {
        return new Failure(expected, because, rows, cut, decided, hint, again, basic);
    }

    Failure cut(Cut part) {
        return new Failure(expected, because, table, part, decided, hint, again, basic);
    }

    Failure decided(String sentence) {
        return new Failure(expected, because, table, cut, sentence, hint, again, basic);
    }

    Failure hint(String advice) {
        return new Failure(expected, because, table, cut, decided, advice, again, basic);
    }

    Failure again(String code) {
        return new Failure(expected, because, table, cut, decided, hint, code, basic);
    }

    Failure first() {
        return new Failure(expected, because, table, cut, decided, hint, again, true);
    }

    /** Returns all of it as text. */
    public String text() {
        var parts = new ArrayList<String>();
        parts.add(expected);
        add(parts, "Because", because);
        if (!table.isEmpty()) {
            parts.add(aligned(table));
        }
        if (!cut.text.isEmpty()) {
            parts.add(cut.text);
        }
        if (!decided.isEmpty()) {
            parts.add(decided);
        }
        add(parts, "Hint", hint);
        add(parts, "Again", again);
        return String.join("\n", parts);
    }

    private static void add(List<String> parts, String what, String text) {
        if (!text.isEmpty()) {
            parts.add(what + ": " + text);
        }
    }

    /** Returns rows with their columns under one another. */
    static String aligned(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths =
                IntStream.range(0, columns)
                        .map(c -> rows.stream().mapToInt(r -> r.get(c).length()).max().orElse(0))
                        .toArray();
        return rows.stream()
                .map(
                        row ->
                                IntStream.range(0, columns)
                                        .mapToObj(c -> pad(row.get(c), widths[c]))
                                        .collect(Collectors.joining("  ", "  ", ""))
                                        .stripTrailing())
                .collect(Collectors.joining("\n"));
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
