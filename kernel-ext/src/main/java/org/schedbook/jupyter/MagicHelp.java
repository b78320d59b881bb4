package org.schedbook.jupyter;

import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The help of a magic as picocli lays it out, save that no line ends between a percent sign or a
 * dot and the name that it begins: Java's line breaking, which picocli goes by, takes {@code
 * %bench} and {@code .schedbook} for two words each. While lines are broken, letters stand for
 * these signs.
 */
final class MagicHelp extends Help {

    private static final Pattern DOT = Pattern.compile("(?<!\\S)\\.(?=\\w)");
    private static final Pattern PERCENT = Pattern.compile("%(?=%?\\w)");

    private static final String DOT_LETTER = "\uE000";
    private static final String PERCENT_LETTER = "\uE001";

    private MagicHelp(CommandSpec spec, ColorScheme scheme) {
        super(spec, scheme);
    }

    /** Returns the help of a magic whose descriptions went through {@link #inLetters}. */
    static String of(CommandLine command) {
        return command.setHelpFactory(MagicHelp::new)
                .getUsageMessage(Ansi.OFF)
                .replace(DOT_LETTER, ".")
                .replace(PERCENT_LETTER, "%")
                .stripTrailing();
    }

    /** Returns a text with letters for the signs that must stay with what follows. */
    static String inLetters(String text) {
        String dots = DOT.matcher(text).replaceAll(DOT_LETTER);
        return PERCENT.matcher(dots).replaceAll(PERCENT_LETTER);
    }

    @Override
    public IOptionRenderer createDefaultOptionRenderer() {
        IOptionRenderer usual = super.createDefaultOptionRenderer();
        return (option, labels, scheme) -> inLetters(usual.render(option, labels, scheme));
    }

    @Override
    public IParameterRenderer createDefaultParameterRenderer() {
        IParameterRenderer usual = super.createDefaultParameterRenderer();
        return (parameter, labels, scheme) -> inLetters(usual.render(parameter, labels, scheme));
    }

    private static Text[][] inLetters(Text[][] rows) {
        return Stream.of(rows)
                .map(
                        row ->
                                Stream.of(row)
                                        .map(cell -> Ansi.OFF.new Text(inLetters(cell.toString())))
                                        .toArray(Text[]::new))
                .toArray(Text[][]::new);
    }
}
