package org.schedbook.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the policy in a model's answer, wherever a person would: in fences of all kinds, in HTML or
 * without either, among words, thoughts and older versions.
 */
public final class SourceExtractor {

    private static final JsonMapper JSON = new JsonMapper();

    /** What may follow the name of a type, up to its body; the counts keep backtracking short. */
    private static final String SUPERTYPES =
            "(?:\\s+(?:extends|implements|permits)\\s+(?:(?!\\bclass\\b)[\\w.,<>?&@\\s]){1,300}?){0,3}";

    private static final String GAP = "(?:\\s|//[^\\n]{0,200}\\n|/\\*[^*]{0,200}\\*/){0,40}";

    /** The header of a policy; not the words "a class that extends Policy". */
    private static final Pattern POLICY =
            Pattern.compile(
                    "\\bclass\\s+\\w+\\s*(?:<[^>{]*>\\s*)?\\s+extends\\s+(?:[\\w.]+\\.)?Policy\\b"
                            + SUPERTYPES
                            + GAP
                            + "\\{");

    /** What may stand at the top of a file. */
    private static final Pattern TOP =
            Pattern.compile(
                    "(?m)^[ \\t]*(?:import\\s+[\\w.* ]+;|package\\s+[\\w.]+\\s*;|@\\w+|/\\*|//"
                            + "|(?:(?:public|final|abstract|sealed|non-sealed|static|strictfp)\\s+){0,6}"
                            + "(?:class|record|enum|interface)\\s+\\w+)");

    private static final Pattern PACKAGE = Pattern.compile("(?m)^([ \\t]*)package\\s+[\\w.]+\\s*;");

    /** Three or more of one of the characters that fences are made of. */
    private static final Pattern FENCE = Pattern.compile("(`{3,}|~{3,})");

    private static final Pattern QUOTE = Pattern.compile("^[ \\t]*(?:>[ \\t]?){1,8}");

    private static final Pattern THOUGHT =
            Pattern.compile("(?i)<(/?)(?:think|thinking|thought|reasoning|analysis)>");

    private static final Pattern HTML =
            Pattern.compile(
                    "(?is)<(pre|code|java|policy|answer|solution)\\b[^>]*>(.*?)(?:</\\1>|\\z)");

    private static final String TAGS =
            "</?(?:pre|code|span|br|java|policy|answer|solution)\\b[^>\\n]*>";

    private static final Pattern TAG = Pattern.compile(TAGS);

    /** Comments of Java may have tags, too; these are not in one. */
    private static final Pattern TAG_ALONE =
            Pattern.compile("(?m)^[ \\t]*(?:" + TAGS + "){1,4}[ \\t]*$");

    /** In place of a block's language. */
    private static final String MARKUP = "<>";

    /** Characters that are not seen and do not belong there. */
    private static final Pattern UNSEEN = Pattern.compile("[\\u200b\\u2060\\ufeff\\u00ad]");

    /** What a model says before a block that is not its answer. */
    private static final Pattern OLD =
            Pattern.compile(
                    "(?i).*(\\bfor (reference|comparison)\\b|\\b(old|original|previous|earlier|first|current"
                            + "|existing|naive|wrong|broken|buggy|starting|base|alternative|optional)"
                            + " (version|policy|code|class|implementation|source|point|one|approach|variant)"
                            + "|\\bbefore\\W*$|\\balternatively\\b|\\bas it was\\b|\\byou (gave|sent|had)\\b"
                            + "|\\b(your|the) (old|original|current|existing)\\b).*");

    private static final Pattern SURELY_OLD =
            Pattern.compile(
                    "(?i).*(\\bfor (reference|comparison)\\b|\\b(old|original|previous) (version|policy|code)\\W*$"
                            + "|\\bbefore\\W*$|\\balternatively\\b).*");

    private static final Pattern NEW =
            Pattern.compile(
                    "(?i).*\\b(replac\\w*|instead|unlike|compared|improv\\w*|fix\\w*|correct\\w*|updat\\w*"
                            + "|revis\\w*|rewrit\\w*|new|final|better|complete|chang\\w*)\\b.*");

    /** What stands for code that the model did not write again. */
    private static final Pattern ELIDED =
            Pattern.compile(
                    "(?im)^\\s*(?:\\.\\.\\.|…)\\s*$|//\\s*(?:\\.\\.\\.|…)|\\{\\s*(?:\\.\\.\\.|…)\\s*}"
                            + "|//.*\\b(?:rest|remains?|same as (?:before|above)|unchanged)\\b.*\\b(?:code|class"
                            + "|methods?|unchanged|before|above|same)\\b");

    /**
     * A block of an answer.
     *
     * @param before the last words before it
     * @param open whether nothing ended it
     */
    private record Block(String before, String info, String text, boolean open) {}

    /**
     * A source that may be the answer.
     *
     * @param doubts how much speaks against it
     */
    private record Found(String source, int doubts) {}

    /**
     * Returns the source: of the blocks with a class that extends Policy the last, since models
     * correct themselves further down, unless the model says that it is an older one.
     *
     * @return empty if the answer has no such class
     */
    public static Optional<String> extract(String answer) {
        String text = readable(answer);
        return find(said(text)).or(() -> find(text));
    }

    /** Returns an answer without the thoughts in it, the beginning of which a server may keep. */
    private static String said(String text) {
        var said = new StringBuilder();
        Matcher tag = THOUGHT.matcher(text);
        int from = 0;
        boolean thinking = false;
        while (tag.find()) {
            boolean ends = !tag.group(1).isEmpty();
            if (ends && !thinking) {
                said.setLength(0);
            } else if (!ends && !thinking) {
                said.append(text, from, tag.start());
            }
            thinking = !ends;
            from = tag.end();
        }
        return thinking ? said.toString() : said.append(text.substring(from)).toString();
    }

    private static String readable(String answer) {
        String text =
                UNSEEN.matcher(answer)
                        .replaceAll("")
                        .replace("\r\n", "\n")
                        .replace('\r', '\n')
                        .replace('\u2028', '\n')
                        .replaceAll("[\\u00a0\\u2007\\u202f]", " ");
        return inJson(text).orElse(text);
    }

    /** Some answer in JSON though nobody asked them to. */
    private static Optional<String> inJson(String text) {
        String bare = text.strip();
        if (bare.startsWith("```json")) {
            bare = bare.substring(7).replaceFirst("(?s)```\\s*$", "").strip();
        }
        if (!bare.startsWith("{") && !bare.startsWith("\"")) {
            return Optional.empty();
        }
        try {
            return texts(JSON.readTree(bare)).stream()
                    .filter(each -> POLICY.matcher(each).find())
                    .reduce((_, last) -> last);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static List<String> texts(JsonNode node) {
        var texts = new ArrayList<String>();
        if (node.isTextual()) {
            texts.add(node.asText());
        }
        node.forEach(each -> texts.addAll(texts(each)));
        return texts;
    }

    private static Optional<String> find(String text) {
        var found = new ArrayList<Found>();
        for (Block block : blocks(text)) {
            source(block).ifPresent(found::add);
        }
        if (found.isEmpty()) {
            Matcher html = HTML.matcher(text);
            while (html.find()) {
                source(
                                new Block(
                                        lastLine(text.substring(0, html.start())),
                                        MARKUP,
                                        html.group(2),
                                        true))
                        .ifPresent(found::add);
            }
        }
        if (found.isEmpty()) {
            source(new Block("", "", text, true)).ifPresent(found::add);
        }
        return found.reversed().stream()
                .min(Comparator.comparingInt(Found::doubts))
                .map(Found::source);
    }

    // ---- Blocks ---------------------------------------------------------------------------

    private static List<Block> blocks(String text) {
        var blocks = new ArrayList<Block>();
        var before = new StringBuilder();
        StringBuilder code = null;
        String fence = "";
        String info = "";
        boolean quoted = false;
        for (String written : text.split("\n", -1)) {
            String line = quoted ? QUOTE.matcher(written).replaceFirst("") : written;
            if (code == null) {
                Matcher opening = FENCE.matcher(line);
                if (!opening.find()) {
                    before.append(line).append('\n');
                    continue;
                }
                before.append(line, 0, opening.start());
                fence = opening.group();
                String rest = line.substring(opening.end());
                int end = rest.indexOf(fence);
                if (end >= 0) {
                    // All on one line: a few words of code, or all of a policy.
                    String inside = rest.substring(0, end).replaceFirst("^\\s*(?i:java)\\b", "");
                    if (POLICY.matcher(inside).find()) {
                        blocks.add(new Block(lastLine(before.toString()), "", inside, false));
                    }
                    before.append(rest.substring(end)).append('\n');
                    continue;
                }
                quoted = QUOTE.matcher(line).find();
                info = rest.strip();
                code = new StringBuilder();
                // Code may begin where the language is named.
                if (POLICY.matcher(info).find()
                        || info.matches("(?:\\w+\\s+)?(?:import|public|/\\*).*")) {
                    code.append(info.replaceFirst("^(?i:java)\\s+", "")).append('\n');
                }
                continue;
            }
            int end = end(line, fence);
            if (end < 0) {
                code.append(line).append('\n');
                continue;
            }
            code.append(line, 0, end);
            blocks.add(new Block(lastLine(before.toString()), info, code.toString(), false));
            before.setLength(0);
            code = null;
            quoted = false;
            String tail = line.substring(end).replaceFirst("^[`~]+", "").strip();
            if (tail.matches("\\w[\\w+#-]*")) {
                // No end but the beginning of the next.
                info = tail;
                code = new StringBuilder();
            } else {
                before.append(tail).append('\n');
            }
        }
        if (code != null) {
            blocks.add(new Block(lastLine(before.toString()), info, code.toString(), true));
        }
        return blocks;
    }

    /** Where in a line a block ends: at a fence as long as the one it began with; -1 if nowhere. */
    private static int end(String line, String fence) {
        Matcher closing = FENCE.matcher(line);
        while (closing.find()) {
            boolean alone = line.substring(0, closing.start()).isBlank();
            boolean glued = line.substring(0, closing.start()).stripTrailing().matches(".*[};/]");
            if (closing.group().startsWith(fence) && (alone || glued)) {
                return closing.start();
            }
        }
        return -1;
    }

    private static String lastLine(String text) {
        return text.lines().filter(line -> !line.isBlank()).reduce((_, last) -> last).orElse("");
    }

    // ---- Sources --------------------------------------------------------------------------

    private static Optional<Found> source(Block block) {
        String text = block.text();
        if (isDiff(block)) {
            text = applied(text);
        }
        text = (block.info().equals(MARKUP) ? TAG : TAG_ALONE).matcher(text).replaceAll("");
        if (!text.contains("<") && text.matches("(?s).*&(?:lt|gt|quot|amp);.*")) {
            text =
                    text.replace("&lt;", "<")
                            .replace("&gt;", ">")
                            .replace("&quot;", "\"")
                            .replace("&#39;", "'")
                            .replace("&amp;", "&");
        }
        Matcher policy = POLICY.matcher(text);
        if (!policy.find()) {
            return Optional.empty();
        }
        int end = policy.start();
        boolean whole = true;
        // A file may have other classes below, and comments.
        for (int from = start(text, policy.start()); ; ) {
            int next = skip(text, from);
            if (next < 0) {
                end = text.length();
                whole = false;
                break;
            }
            if (next == from) {
                break;
            }
            end = from = next;
        }
        String rest = text.substring(end);
        if (whole && !block.open() && !rest.isBlank() && POLICY.matcher(rest).find()) {
            end = text.length();
        }
        String source =
                PACKAGE.matcher(text.substring(start(text, policy.start()), end)).replaceAll("$1");
        int doubts =
                (isOld(block, source) ? 4 : 0)
                        + (ELIDED.matcher(source).find() ? 2 : 0)
                        + (whole ? 0 : 1);
        return Optional.of(new Found(source.strip() + "\n", doubts));
    }

    private static boolean isOld(Block block, String source) {
        String words = block.before();
        String first = source.lines().findFirst().orElse("");
        String comment = first.strip().startsWith("/") ? first : "";
        return SURELY_OLD.matcher(words).matches()
                || OLD.matcher(words).matches() && !NEW.matcher(words).matches()
                || comment.matches("(?i)//\\s*(old|original|previous|before)\\b.*");
    }

    private static boolean isDiff(Block block) {
        return block.info().matches("(?i)(diff|patch)\\b.*")
                || block.text().lines().anyMatch(line -> line.matches("\\+.*\\bextends\\b.*"));
    }

    /** Returns what a patch makes of what it was written for, as far as it shows that. */
    private static String applied(String patch) {
        var text = new StringBuilder();
        for (String line : patch.split("\n", -1)) {
            if (line.matches("(---|\\+\\+\\+|@@|-|diff |index |\\\\ No newline).*")) {
                continue;
            }
            text.append(line.matches("[+ ].*") ? line.substring(1) : line).append('\n');
        }
        return text.toString();
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
        if (text.startsWith("/*", from)) {
            int end = text.indexOf("*/", from + 2);
            return end < 0 ? -1 : end + 2;
        }
        if (text.startsWith("//", from)) {
            int end = text.indexOf('\n', from);
            return end < 0 ? text.length() : end;
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

    private static final Pattern LINE =
            Pattern.compile(
                    "(?:import\\s+(?:static\\s+)?[\\w.]+(?:\\.\\*)?\\s*;|package\\s+[\\w.]+\\s*;"
                            + "|@(?!interface)\\w[\\w.]*(?:\\s*\\([^()]*\\))?|;)");

    private static final Pattern TYPE =
            Pattern.compile(
                    "(?:(?:public|private|protected|final|abstract|sealed|non-sealed|static|strictfp)\\s+){0,6}"
                            + "(?:class|record|enum|interface|@interface)\\s+\\w+\\s*(?:<[^>{]*>)?\\s*(?:\\([^{}]*?\\))?"
                            + SUPERTYPES
                            + GAP
                            + "\\{");

    /** Where the braces end that are open once; -1 if they do not. */
    private static int endOfBody(String text, int from) {
        int open = 1;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (text.startsWith("//", i)) {
                int end = text.indexOf('\n', i);
                i = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", i)) {
                int end = text.indexOf("*/", i + 2);
                i = end < 0 ? text.length() : end + 1;
            } else if (text.startsWith("\"\"\"", i)) {
                int end = text.indexOf("\"\"\"", i + 3);
                i = end < 0 ? text.length() : end + 2;
            } else if (c == '"' || c == '\'') {
                i = endOfLiteral(text, i, c);
            } else if (c == '{') {
                open++;
            } else if (c == '}' && --open == 0) {
                return i + 1;
            }
        }
        return -1;
    }

    /** Where a literal ends; at the end of the line if it does not, which javac will say. */
    private static int endOfLiteral(String text, int from, char quote) {
        for (int i = from + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == quote || c == '\n') {
                return i;
            }
        }
        return text.length();
    }

    private SourceExtractor() {}
}
