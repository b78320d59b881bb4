package org.schedbook.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Puts C text on the lines of the Java source it was made from. Where there is none the Java line
 * stands as a comment, so that both can be read side by side.
 */
final class Lines {

    private static final char OPEN = '\uE000';
    private static final char CLOSE = '\uE001';

    private final List<String> java;
    private final List<StringBuilder> c = new ArrayList<>();
    private int current = 1;

    Lines(String source) {
        java = List.of(source.split("\r\n|\r|\n", -1));
        for (int i = 0; i < java.size(); i++) {
            c.add(new StringBuilder());
        }
    }

    /** Returns text that makes what follows it stand on a line, or later if that has passed. */
    static String mark(int line) {
        return "" + OPEN + line + CLOSE;
    }

    /** Adds text, with marks in it. */
    void write(String text) {
        for (int i = 0; i < text.length(); ) {
            if (text.charAt(i) == OPEN) {
                int close = text.indexOf(CLOSE, i);
                int line = Integer.parseInt(text, i + 1, close, 10);
                current = Math.clamp(line, current, java.size());
                i = close + 1;
                continue;
            }
            int next = text.indexOf(OPEN, i);
            String piece = text.substring(i, next < 0 ? text.length() : next);
            i += piece.length();
            StringBuilder line = c.get(current - 1);
            if (line.isEmpty()) {
                line.append(indentation(java.get(current - 1)));
                piece = piece.stripLeading();
            } else if (line.charAt(line.length() - 1) != ' ' && !piece.startsWith(" ")) {
                line.append(isGlue(line, piece) ? "" : " ");
            }
            line.append(piece);
        }
    }

    private static boolean isGlue(StringBuilder line, String piece) {
        char before = line.charAt(line.length() - 1);
        return before == '('
                || piece.startsWith(")")
                || piece.startsWith(";")
                || piece.startsWith(",");
    }

    /** Removes all marks, for text that stands on one line whatever it was made from. */
    static String plain(String text) {
        return text.replaceAll(OPEN + "\\d+" + CLOSE, "");
    }

    private static String indentation(String line) {
        return line.substring(0, line.length() - line.stripLeading().length());
    }

    /** Returns the whole, as many lines as the source has. */
    String text() {
        Comments comments = Comments.of(java);
        var all = new StringBuilder();
        for (int i = 0; i < java.size(); i++) {
            String code = c.get(i).toString().stripTrailing();
            String line = java.get(i);
            if (code.isBlank()) {
                all.append(comments.isWhole(i) ? safe(line) : asComment(line));
            } else {
                all.append(code);
                String comment = comments.atEnd(i);
                if (!comment.isEmpty()) {
                    all.append(' ').append(safe(comment));
                }
            }
            all.append('\n');
        }
        return all.toString();
    }

    private static String asComment(String line) {
        return line.isBlank() ? "" : indentation(line) + "// " + safe(line.strip());
    }

    /** A backslash at the end would make the next line part of the comment. */
    private static String safe(String comment) {
        String text = comment.stripTrailing();
        return text.endsWith("\\") ? text + " ." : text;
    }

    /** Where the comments of a source are. */
    private record Comments(boolean[] whole, String[] ends) {

        static Comments of(List<String> lines) {
            var whole = new boolean[lines.size()];
            var ends = new String[lines.size()];
            boolean inBlock = false;
            boolean inText = false;
            boolean blockIsWhole = false;
            int blockStart = 0;
            for (int n = 0; n < lines.size(); n++) {
                String line = lines.get(n);
                ends[n] = "";
                for (int i = 0; i < line.length(); i++) {
                    if (inBlock) {
                        int close = line.indexOf("*/", i);
                        if (close < 0) {
                            break;
                        }
                        inBlock = false;
                        i = close + 1;
                        if (blockIsWhole && line.substring(close + 2).isBlank()) {
                            for (int k = blockStart; k <= n; k++) {
                                whole[k] = true;
                            }
                        }
                    } else if (inText) {
                        int close = line.indexOf("\"\"\"", i);
                        if (close < 0) {
                            break;
                        }
                        inText = false;
                        i = close + 2;
                    } else if (line.startsWith("//", i)) {
                        if (line.substring(0, i).isBlank()) {
                            whole[n] = true;
                        } else {
                            ends[n] = line.substring(i);
                        }
                        break;
                    } else if (line.startsWith("/*", i)) {
                        inBlock = true;
                        blockStart = n;
                        blockIsWhole = line.substring(0, i).isBlank();
                        i++;
                    } else if (line.startsWith("\"\"\"", i)) {
                        inText = true;
                        i += 2;
                    } else if (line.charAt(i) == '"' || line.charAt(i) == '\'') {
                        char quote = line.charAt(i);
                        for (i++; i < line.length() && line.charAt(i) != quote; i++) {
                            if (line.charAt(i) == '\\') {
                                i++;
                            }
                        }
                    }
                }
            }
            // An escape may hide the end of a comment from anyone but javac.
            if (lines.stream().anyMatch(line -> line.contains("\\u"))) {
                return new Comments(new boolean[lines.size()], emptyEnds(lines.size()));
            }
            return new Comments(whole, ends);
        }

        private static String[] emptyEnds(int size) {
            var ends = new String[size];
            Arrays.fill(ends, "");
            return ends;
        }

        boolean isWhole(int line) {
            return whole[line];
        }

        String atEnd(int line) {
            return ends[line];
        }
    }
}
