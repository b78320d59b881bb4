package org.schedbook.kernel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.schedbook.compile.CompileException.Problem;

/**
 * Reads a policy in C before clang does. Clang runs on the notebook's machine with the rights of
 * whoever uses it, and the text may be a model's: what would have it read a file is refused here,
 * however it is spelt, as is what this would read in another way than clang. {@link ObjectGate}
 * looks at the rest.
 */
final class HandText {

    /** What makes clang read files, or tell of them, or differ from one time to the next. */
    private static final Map<String, String> REFUSED =
            Map.ofEntries(
                    Map.entry("asm", "assembly"),
                    Map.entry("__asm", "assembly"),
                    Map.entry("__asm__", "assembly"),
                    Map.entry("_Pragma", "a pragma"),
                    Map.entry("__pragma", "a pragma"),
                    Map.entry("__has_include", "a look at files"),
                    Map.entry("__has_include_next", "a look at files"),
                    Map.entry("__has_embed", "a look at files"),
                    Map.entry("__DATE__", "the date of today"),
                    Map.entry("__TIME__", "the time of day"),
                    Map.entry("__TIMESTAMP__", "the time of day"),
                    Map.entry("__BASE_FILE__", "the name of a file"));

    private static final Set<String> DIRECTIVES =
            Set.of("define", "undef", "if", "ifdef", "ifndef", "elif", "else", "endif");

    /** Names that stand for something in the prelude: to define them anew would take it apart. */
    private static final Pattern OF_PRELUDE = Pattern.compile("_.*|(?:sb|SB|bpf|scx|dsq)(?:_.*)?");

    private static final Set<String> MAPS = Set.of("sb_array", "sb_map", "sb_storage");

    /** A token, or a line end within a directive; a place in the text as it was written. */
    private record Token(Kind kind, String text, int line, int column, boolean first) {

        boolean is(String what) {
            return text.equals(what);
        }
    }

    private enum Kind {
        WORD,
        NUMBER,
        QUOTED,
        MARK
    }

    private final String unified;
    private final List<String> lines;
    private final List<Problem> problems = new ArrayList<>();

    // The text without line splices, with the place of each character.
    private final StringBuilder spliced = new StringBuilder();
    private final List<int[]> places = new ArrayList<>();

    private final List<Token> tokens = new ArrayList<>();
    private final Set<String> words = new HashSet<>();
    private final Set<String> callbacks = new LinkedHashSet<>();
    private final Map<String, String> storages = new LinkedHashMap<>();
    private final Set<String> maps = new LinkedHashSet<>();
    private int dsqsLine;

    HandText(String text) {
        unified = text.replace("\r\n", "\n").replace('\r', '\n');
        lines = List.of(unified.split("\n", -1));
        splice();
        if (problems.isEmpty()) {
            scan();
        }
        if (problems.isEmpty()) {
            judge();
            look();
        }
    }

    /**
     * Returns the text as clang is to have it: it takes a carriage return for the end of a line.
     */
    String unified() {
        return unified;
    }

    List<Problem> problems() {
        return problems;
    }

    Set<String> words() {
        return words;
    }

    /** Returns the callbacks that it has, as they are called in Java. */
    Set<String> callbacks() {
        return callbacks;
    }

    /** Returns the per-task states that it declares: the map's name, and the structure's. */
    Map<String, String> storages() {
        return storages;
    }

    /** Returns the names of all maps that it declares. */
    Set<String> maps() {
        return maps;
    }

    /** Returns the line in which it names its DSQs, 0 if it has none. */
    int dsqsLine() {
        return dsqsLine;
    }

    private void refuse(int line, int column, int length, String message) {
        if (problems.size() < 20) {
            problems.add(new Problem(line, column, length, message, lines.get(line - 1)));
        }
    }

    private void refuse(Token token, String message) {
        refuse(token.line, token.column, Math.max(1, token.text.length()), message);
    }

    // ---- Characters -------------------------------------------------------------------------

    private void splice() {
        for (int n = 0; n < lines.size(); n++) {
            String line = lines.get(n);
            // Clang splices also where blanks follow the backslash.
            String stripped = line.replaceAll("[ \\t\\f\\x0B]+$", "");
            boolean splices = stripped.endsWith("\\") && n + 1 < lines.size();
            String kept = splices ? stripped.substring(0, stripped.length() - 1) : line;
            for (int i = 0; i < kept.length(); i++) {
                char c = kept.charAt(i);
                if (c < ' ' && c != '\t' && c != '\f' || c == 0x7f) {
                    refuse(n + 1, i + 1, 1, "a control character: only tabs and line ends may be");
                    return;
                }
                add(c, n + 1, i + 1);
            }
            if (!splices) {
                add('\n', n + 1, kept.length() + 1);
            }
        }
    }

    private void add(char c, int line, int column) {
        spliced.append(c);
        places.add(new int[] {line, column});
    }

    // ---- Tokens -----------------------------------------------------------------------------

    private void scan() {
        boolean first = true;
        for (int i = 0; i < spliced.length(); ) {
            char c = spliced.charAt(i);
            int end = i + 1;
            Kind kind = Kind.MARK;
            if (c == '\n') {
                first = true;
                i++;
                continue;
            }
            if (c == ' ' || c == '\t' || c == '\f') {
                i++;
                continue;
            }
            if (c == '/' && at(i + 1) == '/') {
                i = spliced.indexOf("\n", i);
                continue;
            }
            if (c == '/' && at(i + 1) == '*') {
                int close = spliced.indexOf("*/", i + 2);
                if (close < 0) {
                    refuseAt(i, "this comment has no end");
                    return;
                }
                i = close + 2;
                continue;
            }
            if (c == '"' || c == '\'') {
                end = quoted(i);
                if (end < 0) {
                    return;
                }
                kind = Kind.QUOTED;
            } else if (isWord(c)) {
                boolean number = c >= '0' && c <= '9';
                while (isWord(at(end)) || number && at(end) == '.') {
                    end++;
                }
                if (at(end) == '"' || at(end) == '\'' && number) {
                    refuseAt(i, "a quote right after a word or number");
                    return;
                }
                kind = number ? Kind.NUMBER : Kind.WORD;
            } else if (c >= 0x80) {
                refuseAt(i, "this character is possible only in comments and strings");
                return;
            } else if (c == '\\' || c == '`' || c == '@' || c == '$') {
                refuseAt(i, "this character is possible only in comments and strings");
                return;
            } else if (spliced.substring(i).startsWith("%:")
                    || spliced.substring(i).matches("(?s)\\?\\?[=/'()!<>-].*")
                    || spliced.substring(i).startsWith("##")) {
                refuseAt(
                        i,
                        "## and other spellings of # are not possible in a policy: words are made"
                                + " of them that nobody sees");
                return;
            }
            int[] place = places.get(i);
            tokens.add(new Token(kind, spliced.substring(i, end), place[0], place[1], first));
            first = false;
            i = end;
        }
    }

    private void refuseAt(int at, String message) {
        refuse(places.get(at)[0], places.get(at)[1], 1, message);
    }

    private char at(int i) {
        return i < spliced.length() ? spliced.charAt(i) : '\n';
    }

    private static boolean isWord(char c) {
        return c == '_' || c < 0x80 && Character.isLetterOrDigit(c);
    }

    /** Returns the end of a string or character, -1 if it has none in its line. */
    private int quoted(int start) {
        char quote = spliced.charAt(start);
        for (int i = start + 1; at(i) != '\n'; i++) {
            if (at(i) == quote) {
                return i + 1;
            }
            if (at(i) == '\\') {
                i++;
                if (at(i) == '\n') {
                    break;
                }
            }
        }
        refuseAt(start, "this quote has no end in its line");
        return -1;
    }

    // ---- What may not be --------------------------------------------------------------------

    private void judge() {
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.first && token.is("#")) {
                judgeDirective(i);
            }
            if (token.kind == Kind.WORD) {
                words.add(token.text);
                String what = REFUSED.get(token.text);
                if (what != null) {
                    refuse(token, "%s is not possible in a policy: %s".formatted(token.text, what));
                }
            }
        }
    }

    private void judgeDirective(int at) {
        Token hash = tokens.get(at);
        Token name = at + 1 < tokens.size() ? tokens.get(at + 1) : hash;
        if (name.first || name == hash) {
            return; // a # alone says nothing
        }
        if (!DIRECTIVES.contains(name.text)) {
            refuse(
                    name,
                    "#%s is not possible in a policy: what it needs is in policy.h, which stands"
                                    .formatted(name.text)
                            + " before it");
            return;
        }
        Token what = at + 2 < tokens.size() ? tokens.get(at + 2) : hash;
        if ((name.is("define") || name.is("undef"))
                && !what.first
                && (OF_PRELUDE.matcher(what.text).matches() || isCallback(what.text))) {
            refuse(what, "%s means something to policy.h: use another name".formatted(what.text));
        }
    }

    private static boolean isCallback(String name) {
        return HandWritten.CALLBACKS.containsKey(name);
    }

    // ---- What it has ------------------------------------------------------------------------

    private void look() {
        int depth = 0;
        Token open = null;
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.is("{")) {
                open = depth++ == 0 ? token : open;
            } else if (token.is("}") && --depth < 0) {
                refuse(token, "this } closes nothing");
                return;
            } else if (depth == 0 && token.kind == Kind.WORD && word(i + 1).equals("(")) {
                declared(token, i);
            }
        }
        if (depth > 0) {
            refuse(open, "this { is not closed");
        } else if (!callbacks.contains("enqueue")) {
            refuse(
                    1,
                    1,
                    1,
                    "there is no callback enqueue: static void enqueue(SB, struct task_struct *task,"
                            + " s64 enqFlags) { ... sb_out:; }");
        }
    }

    private void declared(Token token, int at) {
        if (isCallback(token.text) && word(at + 2).equals("SB")) {
            callbacks.add(token.text);
        } else if (token.is("SB_DSQS")) {
            dsqsLine = token.line;
        } else if (MAPS.contains(token.text)) {
            int name = at + 2;
            while (!word(name + 1).equals(")") && name < tokens.size()) {
                name++;
            }
            maps.add(word(name));
            if (token.is("sb_storage")) {
                storages.put(word(name), word(at + 2));
            }
        }
    }

    private String word(int i) {
        return i < tokens.size() ? tokens.get(i).text : "";
    }
}
