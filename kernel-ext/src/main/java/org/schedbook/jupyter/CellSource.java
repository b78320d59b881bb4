package org.schedbook.jupyter;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A cell, split where it calls a cell magic.
 *
 * @param magic the line that calls the cell magic, or null if the cell is Java
 * @param line the line of the cell that {@code magic} is, from 1
 * @param body what follows that line, or the whole cell if it is Java
 * @param bodyStart where in the cell {@code body} starts, from 0
 */
record CellSource(String magic, int line, String body, int bodyStart) {

    private static final Pattern NAME =
            Pattern.compile(
                    "\\{(?<name>\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)\\}");

    /**
     * Splits a cell. Blank lines and comments may come before a cell magic, and it needs no body.
     */
    static CellSource of(String cell) {
        CellLexer.Found found = CellLexer.cellMagic(cell);
        if (found == null) {
            return new CellSource(null, 1, cell, 0);
        }
        int body = Math.min(cell.length(), found.end() + 1);
        if (cell.startsWith("\r\n", found.end())) {
            body++;
        }
        return new CellSource(
                cell.substring(found.start(), found.end()),
                found.line(),
                cell.substring(body),
                body);
    }

    /** Writes the Java for a line magic. */
    interface LineCall {
        String java(CellLexer.Found found, String magic);
    }

    /** Replaces the line magics of Java source; all else stays as it is, byte for byte. */
    static String replaceLineMagics(String source, LineCall call) {
        CellLexer cell = CellLexer.read(source);
        if (cell.misplaced() != null) {
            throw misplaced(source, cell.misplaced());
        }
        var java = new StringBuilder();
        int from = 0;
        for (CellLexer.Found found : cell.lineMagics()) {
            java.append(source, from, found.lead());
            // Blanks that Java does not know would be an error in front of what it is given here.
            java.append(" ".repeat(found.start() - found.lead()));
            String magic = source.substring(found.start(), found.end());
            java.append(call.java(found, magic));
            // What follows stays on its line.
            java.append("\n".repeat((int) magic.lines().count() - 1));
            from = found.end();
        }
        return java.append(source, from, source.length()).toString();
    }

    private static CellError misplaced(String source, CellLexer.Found found) {
        String magic = source.substring(found.start(), found.end());
        String name = "%%" + MagicLine.parse(magic).name();
        return new UsageError(
                        "%s on line %d is not the first thing in its cell."
                                .formatted(name, found.line()))
                .next("Put %s and the lines below it into a cell of their own.".formatted(name));
    }

    /** A place in a magic where braces hold a name that no variable has. */
    record Unknown(String name, int at) {}

    /**
     * A magic with the values of variables.
     *
     * @param java Java whose value is the magic
     * @param unknown the names in braces that are no variables; they stay as they are typed
     */
    record Expression(String java, List<Unknown> unknown) {}

    /**
     * Writes Java whose value is a magic as typed, but with <code>{name}</code> replaced by the
     * value of the variable of that name, where there is one, and with <code>{{</code> and the
     * <code>}}</code> that closes it replaced by single braces. A shell's <code>${name}</code>
     * stays.
     */
    static Expression expression(String magic, Predicate<String> isVariable) {
        var java = new StringBuilder("\"");
        var unknown = new ArrayList<Unknown>();
        Deque<int[]> doubled = new ArrayDeque<>(); // single braces that are open in each
        Matcher name = NAME.matcher(magic);
        int i = 0;
        while (i < magic.length()) {
            char c = magic.charAt(i);
            if (magic.startsWith("{{", i) && closes(magic, i + 2)) {
                java.append('{');
                doubled.push(new int[1]);
                i += 2;
            } else if (!doubled.isEmpty() && doubled.peek()[0] == 0 && magic.startsWith("}}", i)) {
                java.append('}');
                doubled.pop();
                i += 2;
            } else if (c == '{' && !shell(magic, i) && name.region(i, magic.length()).lookingAt()) {
                if (isVariable.test(name.group("name"))) {
                    java.append("\" + (").append(name.group("name")).append(") + \"");
                } else {
                    // A $ in one that is no variable is a shell's, or awk's.
                    if (name.group("name").indexOf('$') < 0) {
                        unknown.add(new Unknown(name.group("name"), i));
                    }
                    java.append(name.group());
                }
                i = name.end();
            } else {
                if (!doubled.isEmpty() && c == '{') {
                    doubled.peek()[0]++;
                } else if (!doubled.isEmpty() && c == '}') {
                    doubled.peek()[0]--;
                }
                java.append(inLiteral(c));
                i++;
            }
        }
        return new Expression(java.append('"').toString(), unknown);
    }

    /** Writes Java whose value is a text, as it is. */
    static String literal(String text) {
        var java = new StringBuilder("\"");
        text.chars().forEach(c -> java.append(inLiteral((char) c)));
        return java.append('"').toString();
    }

    private static String inLiteral(char c) {
        return switch (c) {
            case '\\', '"' -> "\\" + c;
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            default -> String.valueOf(c);
        };
    }

    private static boolean shell(String magic, int brace) {
        return brace > 0 && magic.charAt(brace - 1) == '$';
    }

    /** Returns whether doubled braces that were opened are closed as a pair. */
    private static boolean closes(String magic, int from) {
        int open = 0;
        for (int i = from; i < magic.length(); i++) {
            if (magic.charAt(i) == '{') {
                open++;
            } else if (magic.charAt(i) == '}' && open > 0) {
                open--;
            } else if (magic.charAt(i) == '}') {
                return magic.startsWith("}}", i);
            }
        }
        return false;
    }

    /**
     * Returns the magic, complete or still being typed, that is at a place in a cell.
     *
     * @return null if that place is in Java
     */
    static CellLexer.Found magicAt(String cell, int at) {
        // A percent sign that nothing follows yet is the start of a name.
        boolean bare = at > 0 && cell.charAt(at - 1) == '%';
        CellLexer lexer =
                CellLexer.read(bare ? cell.substring(0, at) + "_" + cell.substring(at) : cell);
        CellLexer.Found found = lexer.cellMagic();
        if (found == null || at < found.start() || at > found.end()) {
            found =
                    lexer.lineMagics().stream()
                            .filter(each -> each.start() <= at && at <= each.end())
                            .findFirst()
                            .orElse(null);
        }
        return found == null || !bare
                ? found
                : new CellLexer.Found(
                        found.lead(),
                        found.start(),
                        found.end() - 1,
                        found.line(),
                        found.inner(),
                        found.declared());
    }
}
