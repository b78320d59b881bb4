package org.schedbook.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds out which part of a text is a file of Java, without compiling it. */
final class JavaFile {

    private static final String TEXT_BLOCK = "\"\"\"";

    private static final String NAME =
            "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}{0,200}";

    /** What may stand between two words; the counts here keep backtracking short. */
    private static final String GAP = "(?:\\s|//[^\\n]{0,200}\\n|/\\*[^*]{0,200}\\*/)";

    private static final String PARAMETERS =
            "(?:<(?:[^<>{]|<(?:[^<>{]|<[^<>{]{0,100}>){0,100}>){0,100}>" + GAP + "{0,40})?";

    /** What may follow the name of a type, up to its body. */
    private static final String SUPERTYPES =
            "(?:\\s+(?:extends|implements|permits)\\s+(?:(?!\\bclass\\b)[\\w.,<>?&@\\s]){1,300}?){0,3}";

    /** The header of a policy; not the words "a class that extends Policy". */
    private static final Pattern POLICY =
            Pattern.compile(
                    "\\bclass%1$s{1,40}%2$s%1$s{0,40}%3$s\\bextends%1$s{1,40}(?:@\\w+\\s+)?(?:[\\w.]+\\.)?Policy\\b"
                                    .formatted(GAP, NAME, PARAMETERS)
                            + SUPERTYPES
                            + GAP
                            + "{0,40}\\{");

    private static final String KIND =
            "(?:(?:public|private|protected|final|abstract|sealed|non-sealed|static|strictfp)\\s+){0,6}"
                    + "(?:class|record|enum|interface|@interface)\\s+";

    /** What may stand at the top of a file. */
    private static final Pattern TOP =
            Pattern.compile(
                    "(?m)^[ \\t]*(?:import\\s+[\\w.* ]+;|package\\s+[\\w. ]+\\s*;|@\\w+|/\\*|//|"
                            + KIND
                            + NAME
                            + ")");

    private static final Pattern IMPORT =
            Pattern.compile("import\\s+(?:static\\s+|module\\s+)?[\\w.]+(?:\\.\\*)?\\s*;");

    private static final Pattern LINE =
            Pattern.compile(
                    "(?:"
                            + IMPORT
                            + "|package\\s+[\\w. ]+\\s*;|@(?!interface)\\w[\\w.]*(?:\\s*\\([^()]*\\))?|;)");

    private static final Pattern TYPE =
            Pattern.compile(
                    KIND
                            + "(?<name>"
                            + NAME
                            + ")"
                            + GAP
                            + "{0,40}"
                            + PARAMETERS
                            + "(?:\\([^{}]*?\\))?"
                            + SUPERTYPES
                            + GAP
                            + "{0,40}\\{");

    /**
     * A type at the top of a file.
     *
     * @param text from its modifiers to its last brace
     */
    record Type(String name, String text) {}

    /**
     * The part of a text that is a file.
     *
     * @param start where it begins
     * @param end where it ends
     * @param whole whether all that was opened in it is closed
     * @param next where to look for another policy
     */
    record Part(int start, int end, boolean whole, int next) {}

    /** Returns whether there is the header of a policy. */
    static boolean hasPolicy(String text) {
        return POLICY.matcher(text).find();
    }

    /** Returns the file that has the first policy of a text; null if there is no policy. */
    static Part ofPolicy(String text) {
        Matcher policy = POLICY.matcher(text);
        if (!policy.find()) {
            return null;
        }
        int start = start(text, policy.start());
        int end = policy.start();
        // A file may have other classes below, and comments.
        for (int from = start; ; ) {
            int next = skip(text, from);
            if (next < 0 || next == from && end <= policy.start()) {
                return new Part(start, text.length(), false, policy.end());
            }
            if (next == from) {
                return new Part(start, end, true, Math.max(end, policy.end()));
            }
            end = from = next;
        }
    }

    /** Returns the types at the top of a text that begins as a file does; none if it does not. */
    static List<Type> types(String text) {
        var types = new ArrayList<Type>();
        int from = 0;
        for (int next = skip(text, from); next > from; next = skip(text, from)) {
            Matcher type = TYPE.matcher(text).region(from, text.length());
            if (type.lookingAt()) {
                types.add(new Type(type.group("name"), text.substring(from, next)));
            }
            from = next;
        }
        return types;
    }

    /** Returns the imports of a text that has nothing else but comments; none if it has. */
    static List<String> onlyImports(String text) {
        var imports = new ArrayList<String>();
        int from = 0;
        for (int next = skip(text, from); next > from; next = skip(text, from)) {
            String part = text.substring(from, next);
            if (IMPORT.matcher(part).matches()) {
                imports.add(part);
            } else if (!part.isBlank() && !part.startsWith("/")) {
                return List.of();
            }
            from = next;
        }
        return from < text.length() ? List.of() : imports;
    }

    /** Returns what ends the comment or the text block that is open at the end; null if none is. */
    static String openAtEnd(String text) {
        for (int i = 0; i < text.length(); ) {
            int end = overText(text, i);
            if (end < 0) {
                return text.startsWith("/*", i) ? "*/" : TEXT_BLOCK;
            }
            i = end == i ? i + 1 : end;
        }
        return null;
    }

    /** Where the file begins that has a class: at the first line from which on all is code. */
    private static int start(String text, int header) {
        Matcher top = TOP.matcher(text);
        int lineOfHeader = text.lastIndexOf('\n', header - 1) + 1;
        while (top.find() && top.start() <= header) {
            int at = top.start();
            while (at >= 0 && at < lineOfHeader) {
                int next = skip(text, at);
                if (next <= at) {
                    break;
                }
                at = next;
            }
            if (at >= lineOfHeader) {
                return top.start();
            }
        }
        return modifiers(text, header);
    }

    /** Where the modifiers of a class begin, in a line that begins with something else. */
    private static int modifiers(String text, int header) {
        Matcher modifiers =
                Pattern.compile("(?:(?:public|final|abstract|static)\\s+){0,6}\\z")
                        .matcher(text.substring(0, header));
        return modifiers.find() ? modifiers.start() : header;
    }

    /**
     * Returns where the next part of a file ends: blanks, a comment, an import, an annotation or a
     * type.
     *
     * @return {@code from} if there is no such part, -1 if the text ends within it
     */
    private static int skip(String text, int from) {
        if (from >= text.length()) {
            return from;
        }
        if (Character.isWhitespace(text.charAt(from))) {
            return from + 1;
        }
        if (text.charAt(from) == '/') {
            return overText(text, from);
        }
        Matcher line = LINE.matcher(text).region(from, text.length());
        if (line.lookingAt()) {
            return line.end();
        }
        Matcher type = TYPE.matcher(text).region(from, text.length());
        if (!type.lookingAt()) {
            return from;
        }
        return endOfBody(text, type.end());
    }

    /** Where the braces end that are open once; -1 if they do not. */
    private static int endOfBody(String text, int from) {
        int open = 1;
        for (int i = from; i < text.length(); ) {
            int end = overText(text, i);
            if (end < 0) {
                return -1;
            }
            if (end == i) {
                char c = text.charAt(i);
                open += c == '{' ? 1 : c == '}' ? -1 : 0;
                end++;
                if (open == 0) {
                    return end;
                }
            }
            i = end;
        }
        return -1;
    }

    /**
     * Returns where the comment or the literal ends that begins at a place.
     *
     * @return {@code from} if none begins there, -1 if it does not end
     */
    private static int overText(String text, int from) {
        char c = text.charAt(from);
        if (text.startsWith("//", from)) {
            int end = text.indexOf('\n', from);
            return end < 0 ? text.length() : end;
        }
        if (text.startsWith("/*", from)) {
            int end = text.indexOf("*/", from + 2);
            return end < 0 ? -1 : end + 2;
        }
        if (text.startsWith(TEXT_BLOCK, from)) {
            int end = from + 3;
            while (end < text.length() && !text.startsWith(TEXT_BLOCK, end)) {
                end += text.charAt(end) == '\\' ? 2 : 1;
            }
            return end < text.length() ? end + 3 : -1;
        }
        return c == '"' || c == '\'' ? endOfLiteral(text, from, c) : from;
    }

    /** Where a literal ends; at the end of the line if it does not, which javac will say. */
    private static int endOfLiteral(String text, int from, char quote) {
        for (int i = from + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == quote || c == '\n') {
                return i + 1;
            }
        }
        return text.length();
    }

    private JavaFile() {}
}
