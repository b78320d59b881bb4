package org.schedbook.jupyter;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a cell once, as Java is read: strings, text blocks, characters and comments are passed
 * over, and what starts with a percent sign elsewhere is a magic where it cannot be the operator:
 * where a statement may begin, or after the = of an assignment. A line magic may go on in the next
 * line, as a shell's command does, after a backslash.
 */
final class CellLexer {

    /**
     * A magic, which goes to the end of its line, or of the last that it is continued in.
     *
     * @param lead where the blanks before it start
     * @param start where its percent sign is
     * @param end where its line ends
     * @param line the line of the cell, from 1
     * @param inner whether it is a statement within another, such as the body of a loop
     * @param declared the variables that the cell has declared before it
     */
    record Found(int lead, int start, int end, int line, boolean inner, Set<String> declared) {}

    /** What the last token was, as far as it decides on a percent sign. */
    private enum Last {
        /** Nothing yet. */
        NONE,
        /** What a statement may follow. */
        END,
        /** What a statement follows that is part of it: if (…), else, an arrow, a label. */
        HEAD,
        /** The switch (…) of an expression, whose braces close a value. */
        SWITCH,
        /** Something that can be divided: a name, a literal, a bracket that closes a value. */
        VALUE,
        /** The = of an assignment. */
        ASSIGNMENT,
        OTHER
    }

    /**
     * Escapes that Java reads as the character itself wherever they stand. Those of a line's end
     * are left: nobody writes a program with them, but they do stand in what a shell is to print.
     */
    private static final Pattern UNICODE =
            Pattern.compile(
                    "(?<!\\\\)(?:\\\\\\\\)*+(?<escape>\\\\u+(?!000[aAdD])(?<code>\\p{XDigit}{4}))");

    private static final Set<String> CONTROL =
            Set.of("if", "for", "while", "switch", "synchronized", "catch", "try");

    /** Words after which a statement or a value begins. */
    private static final Set<String> BEGINNING =
            Set.of(
                    "else",
                    "do",
                    "try",
                    "finally",
                    "return",
                    "throw",
                    "yield",
                    "assert",
                    "case",
                    "new",
                    "default",
                    "import",
                    "package",
                    "instanceof",
                    "extends",
                    "implements",
                    "throws");

    /** Words that a statement follows, and not only a value. */
    private static final Set<String> BEFORE_STATEMENTS = Set.of("else", "do", "try", "finally");

    /** The magic whose line is a shell's, and may have here-documents behind it. */
    private static final Pattern SHELL = Pattern.compile("shell\\b");

    private static final Pattern HERE_DOCUMENT =
            Pattern.compile(
                    "(?<!<)<<(?<tabs>-?)[ \t]*(?<quote>[\"']?)\\\\?(?<end>[A-Za-z_]\\w*)\\k<quote>");

    /** As Java reads it. */
    private final String cell;

    /** Where in the cell that was typed each of its characters is; null where they are the same. */
    private final int[] places;

    private final List<Found> lineMagics = new ArrayList<>();
    private final Set<String> declared = new HashSet<>();

    /** What each open one is when it is closed. */
    private final Deque<Last> parentheses = new ArrayDeque<>();

    private final Deque<Last> braces = new ArrayDeque<>();
    private Found cellMagic;
    private Found misplaced;

    private int at;
    private int line = 1;
    private int lineLead;
    private boolean lineStart = true;
    private Last last = Last.NONE;
    private String word = "";
    private Last beforeWord = Last.NONE;
    private boolean typeBefore;
    private String candidate;

    private CellLexer(String typed) {
        Matcher unicode = UNICODE.matcher(typed);
        if (!unicode.find()) {
            cell = typed;
            places = null;
            return;
        }
        var decoded = new StringBuilder();
        places = new int[typed.length() + 1];
        int from = 0;
        do {
            from = copy(typed, from, unicode.start("escape"), decoded);
            places[decoded.length()] = from;
            decoded.append((char) Integer.parseInt(unicode.group("code"), 16));
            from = unicode.end();
        } while (unicode.find());
        copy(typed, from, typed.length(), decoded);
        places[decoded.length()] = typed.length();
        cell = decoded.toString();
    }

    private int copy(String typed, int from, int to, StringBuilder decoded) {
        for (int i = from; i < to; i++) {
            places[decoded.length()] = i;
            decoded.append(typed.charAt(i));
        }
        return to;
    }

    /** Returns where in the cell that was typed a place is. */
    private int typed(int place) {
        return places == null ? place : places[place];
    }

    static CellLexer read(String cell) {
        var lexer = new CellLexer(cell);
        while (lexer.hasMore() && lexer.cellMagic == null) {
            lexer.next();
        }
        return lexer;
    }

    /** Returns the cell magic with which a cell starts, or null; no more of the cell is read. */
    static Found cellMagic(String cell) {
        var lexer = new CellLexer(cell);
        while (lexer.hasMore()
                && lexer.cellMagic == null
                && lexer.last == Last.NONE
                && lexer.lineMagics.isEmpty()) {
            lexer.next();
        }
        return lexer.cellMagic;
    }

    /** Returns the line magics of a cell of Java. */
    List<Found> lineMagics() {
        return lineMagics;
    }

    /** Returns the cell magic with which the cell starts, or null. */
    Found cellMagic() {
        return cellMagic;
    }

    /** Returns the first cell magic that has Java or another magic before it, or null. */
    Found misplaced() {
        return misplaced;
    }

    /** Returns where the blanks and comments before the first token of a cell end. */
    static int firstToken(String cell) {
        var lexer = new CellLexer(cell);
        while (lexer.hasMore() && lexer.passesOver()) {}
        return lexer.typed(lexer.at);
    }

    private boolean hasMore() {
        return at < cell.length();
    }

    private void next() {
        if (!passesOver()) {
            token(cell.charAt(at));
        }
    }

    /** Passes over a blank, a comment or the end of a line, if that is what comes next. */
    private boolean passesOver() {
        char c = cell.charAt(at);
        if (c == '\n' || c == '\r') {
            newLine();
        } else if (isBlank(c)) {
            at++;
        } else if (cell.startsWith("//", at)) {
            at = lineEnd();
        } else if (cell.startsWith("/*", at)) {
            text("*/", 2, false);
        } else {
            return false;
        }
        return true;
    }

    private void newLine() {
        at += cell.startsWith("\r\n", at) ? 2 : 1;
        line++;
        lineStart = true;
        lineLead = at;
    }

    private void token(char c) {
        if (c == '%' && magic()) {
            return;
        }
        lineStart = false;
        if (Character.isJavaIdentifierStart(c)) {
            word();
            return;
        }
        declareIf(c);
        boolean wasValue = last == Last.VALUE;
        String lastWord = word;
        word = "";
        typeBefore = c == '>' || c == ']' || c == '.' && cell.startsWith("..", Math.max(0, at - 2));
        if (cell.startsWith("\"\"\"", at)) {
            text("\"\"\"", 3, true);
            last = Last.VALUE;
        } else if (c == '"' || c == '\'') {
            text(String.valueOf(c), 1, true);
            last = Last.VALUE;
        } else if (Character.isDigit(c)) {
            while (at < cell.length()
                    && (Character.isJavaIdentifierPart(cell.charAt(at))
                            || cell.charAt(at) == '.')) {
                at++;
            }
            last = Last.VALUE;
        } else if (cell.startsWith("++", at) || cell.startsWith("--", at)) {
            at += 2; // after a value it belongs to it
        } else if (cell.startsWith("==", at)) {
            at += 2;
            last = Last.OTHER;
        } else {
            last =
                    switch (c) {
                        case '(' -> {
                            parentheses.push(closedParenthesis(lastWord));
                            yield Last.OTHER;
                        }
                        case ')' -> parentheses.isEmpty() ? Last.VALUE : parentheses.pop();
                        case '{' -> {
                            braces.push(last == Last.SWITCH ? Last.VALUE : Last.END);
                            yield Last.END;
                        }
                        case '}' -> braces.isEmpty() ? Last.END : braces.pop();
                        case ';' -> Last.END;
                        case ':' -> Last.HEAD;
                        case '>' -> cell.startsWith("->", at - 1) ? Last.HEAD : Last.OTHER;
                        case ']' -> Last.VALUE;
                        case '=' -> comparison() ? Last.OTHER : Last.ASSIGNMENT;
                        default -> Last.OTHER;
                    };
            at++;
        }
    }

    private Last closedParenthesis(String before) {
        if (!CONTROL.contains(before)) {
            return Last.VALUE;
        }
        boolean isValue = beforeWord == Last.ASSIGNMENT || beforeWord == Last.OTHER;
        return before.equals("switch") && isValue ? Last.SWITCH : Last.HEAD;
    }

    private boolean comparison() {
        return at > 0 && "!<>".indexOf(cell.charAt(at - 1)) >= 0;
    }

    private void word() {
        int start = at;
        beforeWord = last;
        while (at < cell.length() && Character.isJavaIdentifierPart(cell.charAt(at))) {
            at++;
        }
        boolean afterType = typeBefore || last == Last.VALUE && !word.isEmpty();
        boolean afterComma = last == Last.OTHER && start > 0 && lastSignificant(start) == ',';
        word = cell.substring(start, at);
        boolean begins = BEGINNING.contains(word);
        candidate = begins ? null : (afterType ? "" : afterComma ? "," : "?") + word;
        typeBefore = false;
        last = BEFORE_STATEMENTS.contains(word) ? Last.HEAD : begins ? Last.OTHER : Last.VALUE;
    }

    private char lastSignificant(int before) {
        int i = before - 1;
        while (i > 0 && (isBlank(cell.charAt(i)) || cell.charAt(i) == '\n')) {
            i--;
        }
        return cell.charAt(i);
    }

    /** Notes the name before {@code c} as a variable's if that is how one is declared. */
    private void declareIf(char c) {
        if (candidate == null) {
            return;
        }
        boolean assigned = c == '=' && !cell.startsWith("==", at);
        boolean arrow = cell.startsWith("->", at);
        boolean is =
                switch (candidate.charAt(0)) {
                    case ',' -> assigned;
                    case '?' -> arrow;
                    default -> assigned || arrow || ";:,)".indexOf(c) >= 0;
                };
        if (is) {
            declared.add(candidate.replaceFirst("^[,?]", ""));
        }
        candidate = null;
    }

    /** Passes over text up to {@code end}, or to the end of the line for one that has no lines. */
    private void text(String end, int opening, boolean escapes) {
        boolean lines = opening > 1;
        at += opening;
        while (at < cell.length()) {
            char c = cell.charAt(at);
            if (cell.startsWith(end, at)) {
                at += end.length();
                return;
            }
            if (c == '\n' || c == '\r') {
                if (!lines) {
                    return;
                }
                boolean was = lineStart;
                newLine();
                lineStart = was || !escapes;
            } else {
                at += escapes && c == '\\' && at + 1 < cell.length() && !isLineEnd(at + 1) ? 2 : 1;
            }
        }
    }

    private boolean isLineEnd(int i) {
        return cell.charAt(i) == '\n' || cell.charAt(i) == '\r';
    }

    /** Takes a percent sign for a magic if it is one. */
    private boolean magic() {
        boolean cellMagicHere = cell.startsWith("%%", at);
        int name = at + (cellMagicHere ? 2 : 1);
        if (name >= cell.length()
                || !Character.isLetter(cell.charAt(name)) && cell.charAt(name) != '_') {
            return false;
        }
        boolean statement = last == Last.NONE || last == Last.END || last == Last.HEAD;
        boolean begins = lineStart && (statement || last == Last.ASSIGNMENT);
        if (!begins && (cellMagicHere || last != Last.ASSIGNMENT)) {
            return false;
        }
        int lead = lead();
        int start = at;
        int firstLine = line;
        int end = lineEnd();
        while (!cellMagicHere && goesOn(end)) {
            at = end;
            newLine();
            end = lineEnd();
        }
        if (!cellMagicHere && SHELL.matcher(cell).region(name, end).lookingAt()) {
            end = afterDocuments(start, end);
        }
        boolean inner = statement && (!braces.isEmpty() || last == Last.HEAD);
        var found =
                new Found(
                        typed(lead),
                        typed(start),
                        typed(end),
                        firstLine,
                        inner,
                        Set.copyOf(declared));
        if (!cellMagicHere) {
            lineMagics.add(found);
        } else if (last == Last.NONE && lineMagics.isEmpty()) {
            cellMagic = found;
        } else if (misplaced == null) {
            misplaced = found;
        }
        at = end;
        last = Last.END;
        word = "";
        typeBefore = false;
        candidate = null;
        return true;
    }

    /** Returns where the here-documents of a shell's command end; that of its line if none do. */
    private int afterDocuments(int start, int end) {
        Matcher document = HERE_DOCUMENT.matcher(cell.substring(start, end));
        int last = end;
        while (document.find()) {
            Pattern closing =
                    Pattern.compile(
                            "\\R%s\\Q%s\\E(?=\\R|\\z)"
                                    .formatted(
                                            document.group("tabs").isEmpty() ? "" : "\t*",
                                            document.group("end")));
            Matcher found = closing.matcher(cell).region(last, cell.length());
            if (!found.find()) {
                break; // the shell says so
            }
            last = found.end();
        }
        line += (int) cell.substring(end, last).lines().skip(1).count();
        return last;
    }

    /** Returns whether a line ends in a backslash that no other one keeps, and is not the last. */
    private boolean goesOn(int end) {
        int backslash = end;
        while (cell.charAt(backslash - 1) == '\\') {
            backslash--;
        }
        return (end - backslash) % 2 == 1 && end < cell.length();
    }

    private int lead() {
        int lead = at;
        while (lead > lineLead && isBlank(cell.charAt(lead - 1))) {
            lead--;
        }
        return lead;
    }

    private int lineEnd() {
        int end = at;
        while (end < cell.length() && !isLineEnd(end)) {
            end++;
        }
        return end;
    }

    /** Returns whether a character looks like a blank, also one that Java does not take for one. */
    static boolean isBlank(char c) {
        return c != '\n'
                && c != '\r'
                && (Character.isWhitespace(c)
                        || Character.isSpaceChar(c)
                        || c == '\ufeff'
                        || c == '\u200b'
                        || c == '\u2060');
    }
}
