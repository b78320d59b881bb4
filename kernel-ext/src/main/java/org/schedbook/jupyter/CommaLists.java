package org.schedbook.jupyter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Lists with commas, as people type them: {@code --policies fifo, vtime} is one list. */
final class CommaLists {

    private static final String COMMA = ",";

    private static final Set<String> POLICIES = Set.of("-p", "--policies");

    /** What other languages write lists with, and no policy's name has. */
    private static final Pattern OTHERWISE = Pattern.compile("[\\[\\](){};+|/&\"'\\s]");

    /** Returns whether values of an argument are separated by commas. */
    static boolean isList(OptionSpec option) {
        return option.splitRegex().startsWith(COMMA);
    }

    /**
     * Returns the words of a line with blanks around commas gone from each list.
     *
     * @throws UsageError if there is nothing between two commas, or at an end
     */
    static List<String> joined(String magic, CommandSpec spec, List<String> words) {
        var joined = new ArrayList<String>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int equals = word.startsWith("-") ? word.indexOf('=') : -1;
            String name = equals < 0 ? word : word.substring(0, equals);
            Optional<OptionSpec> list =
                    Optional.ofNullable(spec.findOption(name)).filter(CommaLists::isList);
            boolean nothing =
                    equals < 0 && (i + 1 == words.size() || words.get(i + 1).startsWith("-"));
            if (list.isEmpty() || nothing) {
                joined.add(word);
                continue;
            }
            var value = new StringBuilder(equals < 0 ? words.get(++i) : word.substring(equals + 1));
            while (i + 1 < words.size() && belongs(value, words.get(i + 1))) {
                value.append(words.get(++i));
            }
            String text = checked(magic, name, value.toString());
            joined.add(name);
            joined.add(text);
        }
        return joined;
    }

    private static boolean belongs(StringBuilder value, String next) {
        return value.toString().strip().endsWith(COMMA) && !next.startsWith("-")
                || next.strip().startsWith(COMMA);
    }

    private static String checked(String magic, String option, String value) {
        String[] parts = value.split(COMMA, -1);
        List<String> names = Stream.of(parts).map(String::strip).filter(p -> !p.isEmpty()).toList();
        if (names.size() < parts.length) {
            throw new UsageError(
                            "%s: %s %s has nothing %s a comma."
                                    .formatted(
                                            magic,
                                            option,
                                            value,
                                            parts[0].isBlank() ? "before" : "after"))
                    .next(
                            names.isEmpty()
                                    ? "Name one at least; %s? shows an example.".formatted(magic)
                                    : "Write %s %s".formatted(option, String.join(COMMA, names)));
        }
        String list = String.join(COMMA, names);
        if (POLICIES.contains(option) && OTHERWISE.matcher(list).find()) {
            throw new UsageError(
                            "%s: %s %s: policies have commas between them."
                                    .formatted(magic, option, value))
                    .next(
                            "Write %s %s"
                                    .formatted(
                                            option,
                                            list.replaceAll("[\\[\\](){}\"']", "")
                                                    .replaceAll("[;+|/&\\s]+", COMMA)));
        }
        return list;
    }

    private CommaLists() {}
}
