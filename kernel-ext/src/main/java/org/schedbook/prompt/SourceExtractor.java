package org.schedbook.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.schedbook.policy.Policy;

/**
 * Finds the policy in a model's answer, wherever a person would: in fences of all kinds, in HTML or
 * without either, among words, thoughts and older versions.
 */
public final class SourceExtractor {

    /** JSON as it is written by hand, by templates and by Python. */
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
                    .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
                    .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
                    .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
                    .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
                    .build();

    private static final Pattern PACKAGE =
            Pattern.compile("(?m)^([ \\t]*)package\\s+[\\w. ]+\\s*;");

    private static final Pattern THOUGHT =
            Pattern.compile("(?i)<(/?)(?:think|thinking|thought|reasoning|analysis)>");

    private static final Pattern HTML =
            Pattern.compile(
                    "(?is)<(pre|code|java|policy|answer|solution)\\b[^>]*>(.*?)(?:</\\1>|\\z)");

    private static final String TAGS =
            "</?(?:pre|code|span|java|policy|answer|solution)\\b[^>\\n]*>";

    private static final Pattern TAG = Pattern.compile(TAGS);

    /** Comments of Java may have tags, too; these are not in one. */
    private static final Pattern TAG_ALONE =
            Pattern.compile("(?m)^[ \\t]*(?:" + TAGS + "){1,4}[ \\t]*$");

    /** An object, a list of them, or a text that is all of the answer. */
    private static final Pattern JSON_BEGINS =
            Pattern.compile("\\{\\s*[\"']|\\{\\s*\\w+\\s*:|\\[\\s*[{\"']|\\A\\s*[\"']");

    private static final Pattern PYTHON = Pattern.compile("(?:None|True|False)\\b");

    private static final int MAX_JSON = 8;

    /** Policies without a fence. */
    private static final int MAX_ALONE = 16;

    private static final Pattern NUMBERED =
            Pattern.compile("(?m)^[ \\t]*L?\\d{1,5}(?:[ \\t]*[:|.)])?(?:[ \\t]|$)");

    /** What is put before each line by lists, quotes and JShell. */
    private static final Pattern PROMPTED =
            Pattern.compile("(?m)^[ \\t]*(?:jshell>|\\.\\.\\.>|>|[-*+](?=[ \\t]))[ \\t]?");

    /** What a tool is to put in place of what. */
    private static final Pattern REPLACED =
            Pattern.compile("(?ms)^<{5,}[^\n]*\n.*?^={5,}[^\n]*\n(.*?)^>{5,}[^\n]*$");

    private static final Pattern BOLD = Pattern.compile("(?m)^([ \\t]*)(\\*{2,3})(.*?)\\2[ \\t]*$");

    /** In place of a block's language. */
    private static final String MARKUP = "<>";

    /** Characters that are not seen and do not belong there. */
    private static final Pattern UNSEEN = Pattern.compile("[\\u200b\\u2060\\ufeff\\u00ad]");

    /** What a model says before a block that is not its answer. */
    private static final Pattern OLD =
            Pattern.compile(
                    "(?i).*(\\bfor (reference|comparison|contrast)\\b|\\b(old|original|previous|earlier|first|current"
                            + "|existing|naive|wrong|broken|buggy|bad|incorrect|starting|base|alternative"
                            + "|optional|simpler|simplest|shorter|minimal)"
                            + " (version|policy|code|class|implementation|source|point|one|approach|variant"
                            + "|example|attempt|try|answer|draft)"
                            + "|\\b(variant|variation|baseline|mistake|pitfall|anti-?pattern)\\b"
                            + "|\\b(in general|typically|generally)\\b|\\balte\\w* (version|fassung)\\b"
                            + "|\\bbefore\\W*$|\\balternatively\\b|\\bas it was\\b|\\byou (gave|sent|had)\\b"
                            + "|\\b(your|the) (old|original|current|existing)\\b).*");

    private static final Pattern SURELY_OLD =
            Pattern.compile(
                    "(?i).*(\\bfor (reference|comparison|contrast)\\b|\\b(old|original|previous) (version|policy|code)\\W*$"
                            + "|\\b(my|your) (old|original|previous|earlier|first|last) \\w+( was)?\\W*$"
                            + "|\\b(your|the) (code|policy|class|source) was\\W*$"
                            + "|\\b(that|which) (fails|failed|breaks|broke|(does|did) not compile|starve[sd]"
                            + "|stall(s|ed))\\W*$"
                            + "|\\b(this|that)( one| version| policy)? is (broken|wrong|buggy|incorrect)\\b"
                            + "|\\b(instead of|rather than|derived from|adapted from|based on)\\W*$"
                            + "|\\bbefore\\W*$|\\balternatively\\b"
                            + "|\\bif you (prefer|would rather|would like|(do not|don't) want)\\b"
                            + "|\\b(do not|don't|never|not to) (write|do|use|copy|try)\\b.{0,40}\\b(this|so|that)\\W*$"
                            + "|\\b(skeleton|template|boilerplate|outline|stub)\\W*$"
                            + "|\\bavoid\\b.{0,20}\\b(this|these|that|such)\\b"
                            + "|\\bit replaces\\W*$|\\bwas there\\b|\\bcompare (it |this )?(with|to)\\b"
                            + "|\\b(not|n't|never) work\\W*$).*");

    /** All that stands above it, in languages that models answer in. */
    private static final Pattern LABELLED_OLD =
            Pattern.compile(
                    "(?iU)\\W*(?:(?:the|my|your|die|la|le|el|o|a) )?(?:(?:original|old|previous|earlier"
                            + "|before|previously|was|vorher|vorherige|bisher|alt|alte|anterior|antes|avant"
                            + "|ancienne|originale?|prima|vecchi[ao]|antig[ao])(?: (?:version|versi\u00f3n"
                            + "|vers\u00e3o|versione|fassung|code|policy))?"
                            + "|(?:version|versi\u00f3n|vers\u00e3o|versione) (?:anterior|pr\u00e9c\u00e9dente"
                            + "|originale?|precedente|antigua|antiga)"
                            + "|(?:\u65e7|\u539f|\u4e4b\u524d|\u539f\u6765|\u4ee5\u524d|\u5143|\u53e4\u3044).{0,6})\\W*");

    private static final Pattern COMMENTED_OLD =
            Pattern.compile(
                    "(?i)(?://|/\\*+)\\s*(?:(?:the|my|your) )?(?:old|original|previous|before)\\b.*");

    private static final Pattern VERSION =
            Pattern.compile("(?i).*\\b(?:version|attempt|draft|v)[ #]{0,2}(\\d{1,3})\\b.*");

    private static final Pattern EXTENDED = Pattern.compile("\\bextends\\s+(\\w+)");

    private static final Pattern HUNK = Pattern.compile("@@ .*@@.*");

    /** Blocks that a class may be spread over. */
    private static final int MAX_PIECES = 16;

    private static final Pattern RECOMMENDED =
            Pattern.compile("(?i).*\\b(recommended|preferred|my (answer|choice|pick))\\b.*");

    private static final Pattern NEW =
            Pattern.compile(
                    "(?i).*\\b(replac\\w*|instead|unlike|compared|improv\\w*|fix\\w*|correct\\w*|updat\\w*"
                            + "|revis\\w*|rewrit\\w*|new|final|better|complete|chang\\w*)\\b.*");

    /** What stands for code that the model did not write again. */
    private static final Pattern ELIDED =
            Pattern.compile(
                    "(?im)^\\s*(?:\\.\\.\\.|…)\\s*$|//\\s*(?:\\.\\.\\.|…)|\\{\\s*(?:\\.\\.\\.|…)\\s*}"
                            + "|//\\s*(?:todo\\W*$|(?:your|the) (?:code|logic|policy|implementation)\\b.*\\bhere\\b"
                            + "|implement\\w* (?:this|here)\\b)"
                            + "|//.*\\b(?:rest|remains?|same as (?:before|above)|unchanged)\\b.*\\b(?:code|class"
                            + "|methods?|unchanged|before|above|same)\\b");

    /**
     * A source that may be the answer.
     *
     * @param doubts how much speaks against it
     * @param version what the model calls it by, 0 if by no number
     */
    private record Found(String source, int doubts, int version) {}

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
    static String said(String text) {
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
                        .replaceAll("\\p{Zs}", " ");
        return inJson(text).orElseGet(() -> withLines(text));
    }

    /** Some answer in JSON though nobody asked them to, or in a piece of it among words. */
    private static Optional<String> inJson(String text) {
        Matcher json = JSON_BEGINS.matcher(text);
        for (int i = 0; i < MAX_JSON && json.find(); i++) {
            try {
                Optional<String> source =
                        texts(JSON.readTree(fromPython(text.substring(json.start())))).stream()
                                .filter(JavaFile::hasPolicy)
                                .reduce((_, last) -> last);
                if (source.isPresent()) {
                    return source.map(each -> inJson(each).orElseGet(() -> withLines(each)));
                }
            } catch (JsonProcessingException e) {
                // Java has braces, too.
            }
        }
        return Optional.empty();
    }

    /** Returns JSON in which Python's constants have JSON's names; what is in strings stays. */
    private static String fromPython(String text) {
        var json = new StringBuilder();
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote == 0 && Character.isUpperCase(c)) {
                Matcher constant = PYTHON.matcher(text).region(i, text.length());
                if (constant.lookingAt()) {
                    json.append(
                            constant.group().equals("None")
                                    ? "null"
                                    : constant.group().toLowerCase(Locale.ROOT));
                    i = constant.end() - 1;
                    continue;
                }
            }
            json.append(c);
            if (quote != 0 && c == '\\' && i + 1 < text.length()) {
                json.append(text.charAt(++i));
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            }
        }
        return json.toString();
    }

    /** Returns a text that was written as the inside of a string with the lines that it means. */
    private static String withLines(String text) {
        return text.strip().contains("\n") || !text.contains("\\n")
                ? text
                : text.replace("\\n", "\n")
                        .replace("\\t", "\t")
                        .replace("\\\"", "\"")
                        .replace("\\\\", "\\");
    }

    private static List<String> texts(JsonNode node) {
        var texts = new ArrayList<String>();
        if (node.isTextual()) {
            texts.add(node.asText());
        }
        node.forEach(each -> texts.addAll(texts(each)));
        if (node.isArray() && texts.size() > 1) {
            // The lines of a file, or of a cell.
            boolean ends = texts.getFirst().endsWith("\n");
            texts.add(String.join(ends ? "" : "\n", texts));
        }
        return texts;
    }

    private static Optional<String> find(String text) {
        List<AnswerBlock> blocks = AnswerBlock.of(text);
        var found = new ArrayList<Found>();
        for (int i = 0; i < blocks.size(); i++) {
            int end = Math.min(i + MAX_PIECES, blocks.size());
            source(blocks.get(i), blocks.subList(i + 1, Math.max(i + 1, end)))
                    .ifPresent(found::add);
        }
        if (found.isEmpty()) {
            Matcher html = HTML.matcher(text);
            while (html.find()) {
                String before = AnswerBlock.lastLine(text.substring(0, html.start()));
                source(new AnswerBlock(before, MARKUP, html.group(2), true), List.of())
                        .ifPresent(found::add);
            }
        }
        if (found.isEmpty()) {
            found.addAll(alone(text));
        }
        Comparator<Found> best = Comparator.comparingInt(Found::doubts);
        if (found.stream().allMatch(each -> each.version() > 0)) {
            best = best.thenComparing(Found::version, Comparator.reverseOrder());
        }
        return found.reversed().stream()
                .min(best)
                .map(Found::source)
                .map(source -> withHelpers(source, blocks));
    }

    /** Finds policies that nothing sets off from the words around them. */
    private static List<Found> alone(String text) {
        var found = new ArrayList<Found>();
        String rest = text;
        for (int i = 0; i < MAX_ALONE && JavaFile.hasPolicy(rest); i++) {
            JavaFile.Part part = JavaFile.ofPolicy(rest);
            String before = AnswerBlock.lastLine(rest.substring(0, part.start()));
            source(new AnswerBlock(before, "", rest, true), List.of()).ifPresent(found::add);
            rest = rest.substring(part.next());
        }
        return found;
    }

    /**
     * @param next the blocks that may go on with what this one began
     */
    private static Optional<Found> source(AnswerBlock block, List<AnswerBlock> next) {
        String text = code(block);
        JavaFile.Part part = JavaFile.ofPolicy(text);
        if (part == null) {
            return Optional.empty();
        }
        String joined = text;
        for (AnswerBlock each : next) {
            if (part.whole() || JavaFile.hasPolicy(each.text())) {
                break;
            }
            joined += code(each);
            JavaFile.Part both = JavaFile.ofPolicy(joined);
            if (both.whole()) {
                text = joined;
                part = both;
            }
        }
        boolean more =
                part.whole() && !block.open() && JavaFile.hasPolicy(text.substring(part.end()));
        String source = text.substring(part.start(), more ? text.length() : part.end());
        source = PACKAGE.matcher(evenly(text, part.start()) + source).replaceAll("$1");
        String above = text.substring(0, part.start());
        boolean within = !block.open() && !above.isBlank() && !above.strip().startsWith("%");
        int doubts =
                (isOld(block, source) ? 4 : 0)
                        - (RECOMMENDED.matcher(block.before()).matches() ? 1 : 0)
                        + (within ? 1 : 0)
                        + (ELIDED.matcher(source).find() ? 2 : 0)
                        + (part.whole() ? 0 : 1);
        Matcher version = VERSION.matcher(block.before());
        return Optional.of(
                new Found(
                        source.stripTrailing().stripIndent().strip() + "\n",
                        doubts,
                        version.matches() ? Integer.parseInt(version.group(1)) : 0));
    }

    /** Returns the blanks before a place that are all there is before it in its line. */
    private static String evenly(String text, int at) {
        String before = text.substring(text.lastIndexOf('\n', at - 1) + 1, at);
        return before.isBlank() ? before : "";
    }

    /** Returns the code in a block, without what was put around it and into its lines. */
    private static String code(AnswerBlock block) {
        String text = block.text();
        if (isDiff(block)) {
            text = applied(text);
        }
        text = REPLACED.matcher(text).replaceAll("$1");
        // Markdown's escape, which is none of Java's, and what it makes bold.
        text = BOLD.matcher(text.replace("\\_", "_")).replaceAll("$1$3");
        text = (block.info().equals(MARKUP) ? TAG : TAG_ALONE).matcher(text).replaceAll("");
        if (!text.contains("<") && text.matches("(?s).*&(?:lt|gt|quot|amp);.*")) {
            text =
                    text.replace("&lt;", "<")
                            .replace("&gt;", ">")
                            .replace("&quot;", "\"")
                            .replace("&#39;", "'")
                            .replace("&amp;", "&");
        }
        if (!text.strip().contains("\n")) {
            text = text.replaceAll("(?i)<br\\s*/?>", "\n");
        }
        for (Pattern each : List.of(NUMBERED, PROMPTED)) {
            if (beginsEachLine(each, text)) {
                text = each.matcher(text).replaceAll("");
            }
        }
        return text;
    }

    private static boolean beginsEachLine(Pattern begin, String text) {
        return text.lines().filter(line -> !line.isBlank()).count() > 1
                && text.lines()
                        .filter(line -> !line.isBlank())
                        .allMatch(line -> begin.matcher(line).lookingAt());
    }

    /** Adds the types and imports that a policy needs and that have blocks of their own. */
    private static String withHelpers(String source, List<AnswerBlock> blocks) {
        var imports = new StringBuilder();
        var helpers = new ArrayList<JavaFile.Type>();
        for (AnswerBlock block : blocks) {
            String text = code(block);
            if (!JavaFile.hasPolicy(text) && !isOld(block, text)) {
                helpers.addAll(JavaFile.types(text));
                JavaFile.onlyImports(text).stream()
                        .filter(line -> !source.contains(line))
                        .forEach(line -> imports.append(line).append('\n'));
            }
        }
        String all = source;
        for (boolean more = true; more; ) {
            more = false;
            for (JavaFile.Type type : helpers) {
                if ((isUsed(type.name(), all) || completes(type, all))
                        && !isDeclared(type.name(), all)
                        && !isOfTheApi(type.name())) {
                    all += "\n" + type.text().stripTrailing().stripIndent().strip() + "\n";
                    more = true;
                }
            }
        }
        return imports + all;
    }

    /** A model may show what it was given of the API; that is there already. */
    private static boolean isOfTheApi(String type) {
        String path = Policy.class.getPackageName().replace('.', '/') + "/" + type + ".class";
        return Policy.class.getClassLoader().getResource(path) != null;
    }

    private static boolean isUsed(String type, String source) {
        return Pattern.compile("\\b" + Pattern.quote(type) + "\\b").matcher(source).find();
    }

    /** Returns whether a type extends a class that is no policy without another. */
    private static boolean completes(JavaFile.Type type, String source) {
        Matcher extended = EXTENDED.matcher(type.text());
        return source.contains("abstract")
                && extended.find()
                && Pattern.compile("\\babstract\\s+class\\s+" + extended.group(1) + "\\b")
                        .matcher(source)
                        .find();
    }

    private static boolean isDeclared(String type, String source) {
        return Pattern.compile(
                        "\\b(?:class|record|enum|interface)\\s+" + Pattern.quote(type) + "\\b")
                .matcher(source)
                .find();
    }

    private static boolean isOld(AnswerBlock block, String source) {
        String words = block.before();
        String first = source.lines().findFirst().orElse("");
        String comment = first.strip().startsWith("/") ? first : "";
        return SURELY_OLD.matcher(words).matches()
                || LABELLED_OLD.matcher(words).matches()
                || OLD.matcher(words).matches() && !NEW.matcher(words).matches()
                || COMMENTED_OLD.matcher(comment.strip()).matches();
    }

    private static boolean isDiff(AnswerBlock block) {
        List<String> lines = block.text().lines().toList();
        return block.info().matches("(?i)(diff|patch)\\b.*")
                || lines.stream().anyMatch(line -> line.matches("\\+.*\\bextends\\b.*"))
                || lines.stream().anyMatch(line -> HUNK.matcher(line).matches())
                || lines.stream().anyMatch(line -> line.matches("-\\s{4,}\\S.*"))
                        && lines.stream().anyMatch(line -> line.matches("\\+\\s{4,}\\S.*"));
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
}
