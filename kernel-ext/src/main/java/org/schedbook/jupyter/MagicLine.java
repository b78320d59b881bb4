package org.schedbook.jupyter;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The line that calls a magic, {@code %name args} or {@code %%name args}, taken apart. Arguments
 * are separated by blanks, also those that only look like one; {@code "…"} and {@code '…'} keep
 * blanks, a backslash keeps a quote, a blank or a backslash; a semicolon at the end of the line is
 * dropped, as people put it there out of habit; a backslash at the end of a line is a blank.
 *
 * @param text the line as typed
 * @param prefix {@code %} or {@code %%}
 * @param name the magic's name, with a {@code ?} at its end if help is asked for
 * @param args the arguments
 */
record MagicLine(String text, String prefix, String name, List<Arg> args) {

    private static final Pattern CONTINUED = Pattern.compile("\\\\(\r\n|\r|\n)");

    /**
     * An argument.
     *
     * @param value the argument without its quotes
     * @param start where it starts in the line, from 0
     * @param end where it ends in the line
     */
    record Arg(String value, int start, int end) {}

    static MagicLine parse(String text) {
        String prefix = text.startsWith("%%") ? "%%" : "%";
        List<Arg> words = split(text, prefix.length());
        String name = words.isEmpty() ? "" : words.getFirst().value();
        return new MagicLine(
                text, prefix, name, words.isEmpty() ? words : words.subList(1, words.size()));
    }

    /**
     * Makes a line of words that JJava has split, which knows double quotes but not single ones.
     */
    static MagicLine of(String prefix, String name, List<String> words) {
        var text = new StringBuilder(prefix + name);
        var args = new ArrayList<Arg>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int quote = word.startsWith("'") ? 0 : word.indexOf("='") + 1;
            if (quote > 0 || word.startsWith("'")) {
                while (word.indexOf('\'', quote + 1) < 0 && i + 1 < words.size()) {
                    word += " " + words.get(++i);
                }
                word = word.substring(0, quote) + word.substring(quote).replace("'", "");
            }
            text.append(' ');
            args.add(new Arg(word, text.length(), text.length() + word.length()));
            text.append(word);
        }
        return new MagicLine(text.toString(), prefix, name, args);
    }

    List<String> values() {
        return args.stream().map(Arg::value).toList();
    }

    /** Returns what follows the name, as typed. */
    String rest() {
        int name = text.indexOf(this.name, prefix.length()) + this.name.length();
        return text.substring(name).strip();
    }

    private static List<Arg> split(String text, int from) {
        String line =
                withoutSemicolon(
                        CONTINUED
                                .matcher(text)
                                .replaceAll(end -> " ".repeat(end.group().length())));
        var args = new ArrayList<Arg>();
        int i = from;
        while (true) {
            while (i < line.length() && CellLexer.isBlank(line.charAt(i))) {
                i++;
            }
            if (i == line.length()) {
                return args;
            }
            var value = new StringBuilder();
            int start = i;
            i = word(line, i, value);
            args.add(new Arg(value.toString(), start, i));
        }
    }

    /** Reads one argument into {@code value} and returns where it ends. */
    private static int word(String line, int from, StringBuilder value) {
        char quote = 0;
        int i = from;
        for (; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\'
                    && quote != '\''
                    && i + 1 < line.length()
                    && escapable(line.charAt(i + 1))) {
                value.append(line.charAt(++i));
            } else if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    value.append(c);
                }
            } else if (c == '"' || c == '\'' && opens(line, i)) {
                quote = c;
            } else if (CellLexer.isBlank(c)) {
                break;
            } else {
                value.append(c);
            }
        }
        return i;
    }

    /** An apostrophe inside a word ({@code don't}) is no quote: one opens after a blank or an =. */
    private static boolean opens(String line, int at) {
        char before = line.charAt(at - 1);
        return (CellLexer.isBlank(before) || before == '=') && line.indexOf('\'', at + 1) > 0;
    }

    private static boolean escapable(char c) {
        return c == '\\' || c == '"' || c == '\'' || c == ' ';
    }

    private static String withoutSemicolon(String text) {
        int end = text.length();
        while (end > 0 && CellLexer.isBlank(text.charAt(end - 1))) {
            end--;
        }
        String line = text.substring(0, end);
        return line.endsWith(";") ? line.substring(0, line.length() - 1) : line;
    }
}
