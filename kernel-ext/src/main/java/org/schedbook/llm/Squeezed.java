package org.schedbook.llm;

import java.util.function.IntPredicate;

/**
 * A text without what stands between the characters that count in it, in lower case: what is
 * written with blanks, commas or markup in between is found in it.
 *
 * @param text what is left
 * @param places where each of its characters stands in the whole
 */
record Squeezed(String text, int[] places) {

    /** What is further apart is not of one thing; also an indented list is closer. */
    private static final int MAX_BETWEEN = 24;

    private static final Squeezed NOTHING = new Squeezed("", new int[0]);

    private static final char APART = '\0';

    private static final int LONGEST_TAG = 200;

    /** Leaves the letters and digits of ASCII. */
    static Squeezed words(String whole) {
        return of(whole, c -> c < 0x80 && Character.isLetterOrDigit(c), false);
    }

    /** Leaves the letters and digits that are in no tag of HTML. */
    static Squeezed wordsOutsideOfTags(String whole) {
        return of(whole, c -> c < 0x80 && Character.isLetterOrDigit(c), true);
    }

    static Squeezed digits(String whole) {
        return of(whole, c -> c >= '0' && c <= '9', false);
    }

    private static Squeezed of(String whole, IntPredicate counts, boolean tags) {
        if (whole.chars().noneMatch(counts)) {
            return NOTHING;
        }
        var left = new StringBuilder(whole.length());
        var places = new int[whole.length() + 2];
        int last = 0;
        for (int i = 0; i < whole.length(); i++) {
            int end = tags && whole.charAt(i) == '<' ? endOfTag(whole, i) : i;
            if (end > i) {
                last += end - i; // however long it is, it is not seen
                i = end;
                continue;
            }
            char c = whole.charAt(i);
            if (!counts.test(c)) {
                continue;
            }
            if (i - last > MAX_BETWEEN && !left.isEmpty()) {
                places[left.length()] = i;
                left.append(APART);
            }
            places[left.length()] = i;
            left.append(c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c);
            last = i;
        }
        if (whole.length() - last > MAX_BETWEEN) {
            left.append(APART);
        }
        return new Squeezed(left.toString(), places);
    }

    /** Returns the place of the last character of the tag that begins at a place; that if none. */
    private static int endOfTag(String whole, int from) {
        boolean tag =
                from + 1 < whole.length()
                        && (Character.isLetter(whole.charAt(from + 1))
                                || "/!?".indexOf(whole.charAt(from + 1)) >= 0);
        int end = tag ? whole.indexOf('>', from) : from;
        end = end < 0 ? whole.length() - 1 : end; // the rest of it has yet to arrive
        return end - from > LONGEST_TAG ? from : end;
    }

    /** Returns where a text begins that is in this one; -1 if it is not. */
    int find(String wanted) {
        return text.indexOf(wanted);
    }

    /** Returns where in the whole the end of this begins that a text may begin with; or -1. */
    int beginning(String wanted) {
        for (int from = Math.max(0, text.length() - wanted.length() + 1);
                from < text.length();
                from++) {
            if (text.regionMatches(from, wanted, 0, text.length() - from)) {
                return places[from];
            }
        }
        return -1;
    }
}
