package org.schedbook.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of a model's answer that is fenced off.
 *
 * @param before the last words before it
 * @param info what stands behind the fence with which it begins
 * @param open whether nothing ended it
 */
record AnswerBlock(String before, String info, String text, boolean open) {

    /** Three or more of one of the characters that fences are made of. */
    private static final Pattern FENCE = Pattern.compile("(`{3,}|~{3,})");

    private static final Pattern QUOTE = Pattern.compile("^[ \\t]*(?:>[ \\t]?){1,8}");

    /**
     * Fences that may be text of a block rather than its end; what is looked at twice is bounded.
     */
    private static final int MAX_INSIDE = 16;

    /** Returns the blocks of an answer whose lines end with LF. */
    static List<AnswerBlock> of(String text) {
        var blocks = new ArrayList<AnswerBlock>();
        var before = new StringBuilder();
        StringBuilder code = null;
        String fence = "";
        String info = "";
        boolean quoted = false;
        String[] lines = text.split("\n", -1);
        int inside = 0;
        for (int i = 0; i < lines.length; i++) {
            String written = lines[i];
            String line = quoted ? QUOTE.matcher(written).replaceFirst("") : written;
            if (code == null) {
                Matcher opening = FENCE.matcher(line);
                if (!opening.find() || line.substring(0, opening.start()).matches("\\s*//.*")) {
                    before.append(line).append('\n');
                    continue;
                }
                before.append(line, 0, opening.start());
                fence = opening.group();
                String rest = line.substring(opening.end());
                int end = rest.indexOf(fence);
                if (end >= 0) {
                    // All on one line: a few words of code, or all of a policy.
                    String words = rest.substring(0, end).replaceFirst("^\\s*(?i:java)\\b", "");
                    if (JavaFile.hasPolicy(words)) {
                        blocks.add(new AnswerBlock(lastLine(before.toString()), "", words, false));
                    }
                    before.append(rest.substring(end)).append('\n');
                    continue;
                }
                quoted = QUOTE.matcher(line).find();
                info = rest.strip();
                inside = 0;
                code = new StringBuilder();
                // Code may begin where the language is named.
                if (JavaFile.hasPolicy(info)
                        || info.matches("(?:\\w+\\s+)?(?:import|public|/\\*).*")) {
                    code.append(info.replaceFirst("^(?i:java)\\s+", "")).append('\n');
                }
                continue;
            }
            int end = end(line, fence);
            if (end >= 0
                    && inside < MAX_INSIDE
                    && isInText(code + line.substring(0, end), lines, i)) {
                inside++;
                end = -1;
            }
            if (end < 0) {
                code.append(line).append('\n');
                continue;
            }
            code.append(line, 0, end);
            blocks.add(new AnswerBlock(lastLine(before.toString()), info, code.toString(), false));
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
            blocks.add(new AnswerBlock(lastLine(before.toString()), info, code.toString(), true));
        }
        return blocks;
    }

    /** Where in a line a block ends: at a fence as long as the one it began with; -1 if nowhere. */
    private static int end(String line, String fence) {
        Matcher closing = FENCE.matcher(line);
        while (closing.find()) {
            boolean alone = line.substring(0, closing.start()).isBlank();
            boolean glued =
                    line.substring(0, closing.start())
                            .stripTrailing()
                            .matches("(?!\\s*//).*(?:[};]|[^/]/)");
            if (closing.group().startsWith(fence) && (alone || glued)) {
                return closing.start();
            }
        }
        return -1;
    }

    /** Returns whether code breaks off within a text block or a comment that ends further down. */
    private static boolean isInText(String code, String[] lines, int at) {
        String end = JavaFile.openAtEnd(code);
        for (int i = at + 1; end != null && i < lines.length; i++) {
            if (lines[i].contains(end)) {
                return true;
            }
        }
        return false;
    }

    static String lastLine(String text) {
        return text.lines().filter(line -> !line.isBlank()).reduce((_, last) -> last).orElse("");
    }
}
