package org.schedbook.plot;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.schedbook.jupyter.Plain;

/**
 * Room for a line of text, and what becomes of texts that are wider.
 *
 * @param width how wide a text is
 * @param most how wide it may be
 */
record Room(ToDoubleFunction<String> width, double most) {

    private static final FontRenderContext SMOOTH = new FontRenderContext(null, true, true);

    /** After so many attempts to tell names apart there are more differences than letters. */
    private static final int ROUNDS = 8;

    /** Room for letters of that font. */
    Room(Font font, double most) {
        this(text -> width(text, font), most);
    }

    static double width(String text, Font font) {
        return font.getStringBounds(text, SMOOTH).getWidth();
    }

    /** Returns how wide the widest is, or 0 if there is none. */
    static double widest(List<String> texts, Font font) {
        return texts.stream().mapToDouble(text -> width(text, font)).max().orElse(0);
    }

    private boolean holds(String text) {
        return width.applyAsDouble(text) <= most;
    }

    /** Returns a text in lines; only a word that has no room in a line of its own is broken. */
    List<String> wrap(String text) {
        var lines = new ArrayList<String>();
        String line = "";
        for (String word : Plain.of(text).split("\\s+")) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (!line.isEmpty() && !holds(longer)) {
                lines.add(line);
                longer = word;
            }
            while (!holds(longer) && longer.length() > 1) {
                String broken = longer;
                int end =
                        IntStream.range(1, broken.length())
                                .filter(each -> !Character.isLowSurrogate(broken.charAt(each)))
                                .takeWhile(each -> holds(broken.substring(0, each)))
                                .max()
                                .orElse(1);
                lines.add(longer.substring(0, end));
                longer = longer.substring(end);
            }
            line = longer;
        }
        lines.add(line);
        return lines;
    }

    /**
     * Returns names with "…" for what there is no room for: their middle, but not where they differ
     * from others that would look the same.
     */
    List<String> shorten(List<String> given) {
        List<String> names = given.stream().map(Plain::of).toList();
        var differences = new HashMap<String, Set<Integer>>();
        names.forEach(name -> differences.put(name, new TreeSet<>()));
        var shown = new HashMap<String, String>();
        boolean more = true;
        for (int round = 0; more && round < ROUNDS; round++) {
            differences.forEach((name, places) -> shown.put(name, shortened(name, places)));
            more = false;
            for (List<String> alike : alike(shown)) {
                int difference = difference(alike);
                for (String name : alike) {
                    more |= differences.get(name).add(difference);
                }
            }
        }
        return names.stream().map(shown::get).toList();
    }

    private static List<List<String>> alike(Map<String, String> shown) {
        return shown.keySet().stream().collect(Collectors.groupingBy(shown::get)).values().stream()
                .filter(names -> names.size() > 1)
                .toList();
    }

    /** Returns the first place where not all have the same letter. */
    private static int difference(List<String> names) {
        int[] first = letters(names.getFirst());
        return names.stream()
                .skip(1)
                .mapToInt(name -> Arrays.mismatch(first, letters(name)))
                .min()
                .orElseThrow();
    }

    private static int[] letters(String name) {
        return name.codePoints().toArray();
    }

    /** Lets a name grow from its ends and from some places between, by turns. */
    private String shortened(String name, Set<Integer> places) {
        if (holds(name)) {
            return name;
        }
        int[] letters = letters(name);
        var kept = new boolean[letters.length];
        String shown = "…";
        for (int i = 0; i < letters.length; i++) {
            int far = i % 2 == 0 ? i / 2 : -(i + 1) / 2;
            IntStream from =
                    IntStream.concat(
                            IntStream.of(i, letters.length - 1 - i),
                            places.stream().mapToInt(place -> place + far));
            for (int at : from.filter(each -> each >= 0 && each < letters.length).toArray()) {
                kept[at] = true;
                String more = kept(letters, kept);
                if (!holds(more)) {
                    return shown;
                }
                shown = more;
            }
        }
        return shown;
    }

    private static String kept(int[] letters, boolean... kept) {
        var text = new StringBuilder();
        for (int i = 0; i < letters.length; i++) {
            if (kept[i]) {
                text.appendCodePoint(letters[i]);
            } else if (i == 0 || kept[i - 1]) {
                text.append('…');
            }
        }
        return text.toString();
    }
}
