package org.schedbook.magic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.jupyter.Magics;
import org.schedbook.jupyter.RecordingFrontend;
import org.schedbook.jupyter.UsageError;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What holds for every magic, whoever wrote it. */
class EveryMagicTest {

    /**
     * The groups of {@code %lsmagic} and of docs/magics.md, along the path from words to figures.
     */
    static final List<String> GROUPS =
            List.of("Write", "Run", "Simulate", "Measure", "Keep", "Notebook");

    /** What stands for one of a known set of values, whichever magic takes it. */
    private static final List<String> CLOSED = List.of("POLICY", "WORKLOAD", "TARGET");

    private final RecordingFrontend frontend = new RecordingFrontend();
    private final Magics magics = of(frontend);

    static Magics of(RecordingFrontend frontend) {
        var magics = new Magics(frontend, new MagicsRegistry());
        SchedbookMagics.register(magics, Map.of("OPENAI_MODEL", "some-model"));
        return magics;
    }

    static Stream<Magics.Entry> everyMagic() {
        return of(new RecordingFrontend()).entries().stream();
    }

    private Object call(Magics.Entry magic, String rest) {
        return magics.call(magic.name() + rest, magic.name().startsWith("%%") ? "x" : null);
    }

    @ParameterizedTest
    @MethodSource("everyMagic")
    void isInAGroupAndSaysInOneSentenceWhatItDoes(Magics.Entry magic) {
        assertTrue(GROUPS.contains(magic.group()), magic.group() + " is none of " + GROUPS);
        assertTrue(magic.summary().matches("[A-Z].*\\."), magic.summary());
    }

    @ParameterizedTest
    @MethodSource("everyMagic")
    void explainsItselfInEveryForm(Magics.Entry magic) {
        for (String form : List.of("?", " --help")) {
            call(magic, form);
            String help = frontend.lastText();
            assertTrue(help.startsWith("Usage: " + magic.name()), help);
            assertTrue(help.contains(magic.summary().split(" ")[0]), help);
        }
    }

    @ParameterizedTest
    @MethodSource("everyMagic")
    void breaksNoLineOfItsHelpInsideAName(Magics.Entry magic) {
        assertFalse(magic.help().matches("(?s).*(^|\\s)[.%]+\\n.*"), magic.help());
    }

    @ParameterizedTest
    @MethodSource("everyMagic")
    void showsAnExample(Magics.Entry magic) {
        String help = magic.help();
        int examples = help.indexOf("Examples:");
        assertTrue(
                examples > 0 && help.indexOf("  " + magic.name(), examples) > 0,
                "end its @Command with footer = {\"Examples:\", \"  "
                        + magic.name()
                        + " …\"}:\n"
                        + help);
    }

    @ParameterizedTest
    @MethodSource("everyMagic")
    void describesEveryOptionAndParameter(Magics.Entry magic) {
        for (ArgSpec arg : magic.command().getCommandSpec().args()) {
            assertTrue(arg.description().length > 0, arg + " has no description");
        }
    }

    @ParameterizedTest
    @MethodSource("everyMagic")
    void aWrongOptionShowsTheRightForm(Magics.Entry magic) {
        var e = assertThrows(UsageError.class, () -> call(magic, " --no-such-option"));
        assertTrue(e.next().contains("Usage: " + magic.name()), e.next());
        assertTrue(frontend.lastText().contains("^^^^^"), frontend.lastText());
    }

    @ParameterizedTest
    @MethodSource("everyMagic")
    void tabOffersEveryOption(Magics.Entry magic) {
        CommandSpec spec = magic.command().getCommandSpec();
        List<String> offered = magics.complete(magic.name() + " --").values();
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                assertTrue(offered.contains(option.longestName()), option + " not in " + offered);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyMagic")
    void tabOffersPoliciesWorkloadsAndModels(Magics.Entry magic) {
        CommandSpec spec = magic.command().getCommandSpec();
        for (OptionSpec option : spec.options()) {
            if (CLOSED.contains(option.paramLabel())
                    || List.of("--policies", "--model").contains(option.longestName())) {
                var offered = magics.complete(magic.name() + " " + option.longestName() + " ");
                assertNotNull(offered);
                assertFalse(offered.values().isEmpty(), option + " offers nothing");
            }
        }
        spec.positionalParameters().stream()
                .filter(p -> CLOSED.contains(p.paramLabel()) && p.index().contains(0))
                .forEach(
                        p ->
                                assertFalse(
                                        magics.complete(magic.name() + " ").values().stream()
                                                .allMatch(v -> v.startsWith("-")),
                                        p + " offers nothing"));
    }

    @Test
    void groupsStandTogether() {
        List<String> groups = everyMagic().map(Magics.Entry::group).distinct().toList();
        assertEquals(GROUPS.stream().filter(groups::contains).toList(), groups);
    }
}
