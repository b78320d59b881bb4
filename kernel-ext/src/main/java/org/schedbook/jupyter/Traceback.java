package org.schedbook.jupyter;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jshell.Diag;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
import org.dflib.jjava.kernel.execution.CompilationException;
import org.dflib.jjava.kernel.execution.IncompleteSourceException;

/**
 * The lines that front ends show of an error: in colours, which are only ours. What is of the cell
 * or of what it has thrown is made plain before it is coloured.
 */
final class Traceback {

    /** What is meant for a magic and stands where Java is. */
    private static final Pattern MISPLACED =
            Pattern.compile("(?m)(?:[;{}][ \\t]*|^[ \\t]*)(?<percent>%{1,2})[ \\t]*(?<name>\\w+)");

    private static final Pattern TOO_LONG =
            Pattern.compile("constant string too long|too long for the constant pool");

    private static final String HASH = "illegal character: '#'";

    /** What a line magic is compiled as; its text, between the values of variables. */
    private static final Pattern CALL =
            Pattern.compile(
                    Pattern.quote(SchedbookKernel.class.getName())
                            + "\\.(?:<[^(]*>)?\\w*(?:LineMagic|noVariable)\\(\\d+, (?<text>\"(?:[^\"\\\\]|\\\\.)*\"(?: \\+ \\(\\w+\\) \\+"
                            + " \"(?:[^\"\\\\]|\\\\.)*\")*)(?:, \"[^\"]*\", \\d+)?\\);?");

    private static final int MAX_LINE = 400;
    private static final String END_OF_STYLE = "\u001b[0m";

    private final StringStyler style;
    private final JShell shell;
    private final MagicsRegistry magics;

    Traceback(StringStyler style, JShell shell, MagicsRegistry magics) {
        this.style = style;
        this.shell = shell;
        this.magics = magics;
    }

    List<String> of(Throwable e) {
        try {
            return lines(e);
        } catch (RuntimeException unforeseen) {
            // Without a reply the front end would wait for this cell for ever.
            return List.of(style.secondary(Plain.of(e.toString())));
        }
    }

    private List<String> lines(Throwable e) {
        return switch (e) {
            case CellError error ->
                    List.of(
                            style.secondary(e.getClass().getSimpleName())
                                    + ": "
                                    + Plain.of(error.summary()));
            case JavaFailure java -> java.trace().stream().map(this::secondary).toList();
            case CompilationException compilation -> {
                Snippet snippet = compilation.getBadSnippetCompilation().snippet();
                List<Diag> errors = shell.diagnostics(snippet).toList();
                var lines = new ArrayList<String>();
                for (Diag error : errors) {
                    lines.addAll(source(snippet.source(), error));
                    said(error).map(this::secondary).forEach(lines::add);
                }
                hints(snippet.source(), errors).map(this::secondary).forEach(lines::add);
                yield lines;
            }
            case IncompleteSourceException incomplete -> {
                var lines = new ArrayList<String>();
                lines.add(style.secondary("Incomplete input:"));
                lines.addAll(style.primaryLines(Plain.of(incomplete.getSource())));
                yield lines;
            }
            default -> CellEvaluator.trace(e).map(this::secondary).toList();
        };
    }

    private String secondary(String line) {
        return style.secondary(Plain.of(line));
    }

    private static Stream<String> said(Diag error) {
        return error.getMessage(null).lines();
    }

    /** Returns the source with the place of an error marked; some have none, as too large code. */
    private List<String> source(String source, Diag error) {
        if (error.getStartPosition() < 0 || error.getEndPosition() < error.getStartPosition()) {
            return List.of();
        }
        int from = (int) Math.min(error.getStartPosition(), source.length());
        int to = (int) Math.min(error.getEndPosition(), source.length());
        Matcher call = CALL.matcher(source);
        while (call.find()) {
            // An error in what a person has not typed is one of all of the magic.
            from = from > call.start() && from < call.end() ? call.start() : from;
            to = to > call.start() && to < call.end() ? call.end() : to;
        }
        String before = typed(source.substring(0, from));
        String marked = typed(source.substring(from, to));
        String all = before + marked + typed(source.substring(to));
        return style
                .highlightSubstringLines(all, before.length(), before.length() + marked.length())
                .stream()
                .map(Traceback::shortened)
                .toList();
    }

    /** Returns a part of the source as it was typed, and made plain. */
    private static String typed(String source) {
        return Plain.of(
                CALL.matcher(source)
                        .replaceAll(
                                call ->
                                        Matcher.quoteReplacement(
                                                call.group(1)
                                                        .replaceAll(
                                                                "\" \\+ \\((\\w+)\\) \\+ \"",
                                                                "{$1}")
                                                        .replaceAll("^\"|\"$", "")
                                                        .translateEscapes())));
    }

    /** Keeps a line of a cell that is itself too long from filling the notebook. */
    private static String shortened(String line) {
        return line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE) + "…" + END_OF_STYLE;
    }

    /** Returns what to know beside the compiler's words. */
    private Stream<String> hints(String source, List<Diag> errors) {
        var hints = new ArrayList<String>();
        if (errors.stream().anyMatch(error -> TOO_LONG.matcher(error.getMessage(null)).find())) {
            hints.add(
                    "A constant has at most 65,535 bytes. Read longer text from a file, for"
                            + " example with Files.readString.");
        }
        if (errors.stream()
                .anyMatch(e -> e.getMessage(null).contains("invalid canonical constructor"))) {
            hints.add(
                    "A record of a cell is public: write public before the constructor within it.");
        }
        if (errors.stream().anyMatch(e -> e.getMessage(null).startsWith(HASH))) {
            hints.add("A comment in Java begins with //.");
        }
        Matcher magic = MISPLACED.matcher(source);
        while (magic.find()) {
            Stream.of("%", "%%")
                    .map(prefix -> prefix + magic.group("name"))
                    .filter(Magics.names(magics)::contains)
                    .findFirst()
                    .map(name -> where(name, magic.group("percent")))
                    .ifPresent(hints::add);
        }
        hints.addAll(CellEvaluator.waitingFor(shell, source));
        return hints.stream();
    }

    private static String where(String name, String typed) {
        return name.startsWith("%%") && typed.equals("%%")
                ? name + " is a magic where only blank lines and comments are before it."
                : name
                        + " is a magic where it is the first thing on a line, without a blank behind the"
                        + " percent sign.";
    }
}
