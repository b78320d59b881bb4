package org.schedbook.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The commands of the launcher that are Java. */
class ToolsTest {

    private static final Path LAUNCHER = Path.of("..", "schedbook");

    private record Outcome(int status, String out, String err) {}

    private static Outcome execute(String... line) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine tools =
                Tools.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true));
        return new Outcome(tools.execute(line), out.toString(), err.toString());
    }

    static Stream<String> commands() {
        return Tools.commandLine().getSubcommands().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasAHelpAndDoesNothingElseThen(String name) {
        Outcome outcome = execute(name, "--help");
        assertEquals(0, outcome.status, outcome.err);
        assertTrue(outcome.out.startsWith("Usage: ./schedbook " + name), outcome.out);
        assertTrue(outcome.out.lines().count() > 2, outcome.out);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theLauncherCallsEveryCommand(String name) throws Exception {
        assertTrue(Files.readString(LAUNCHER).contains(name), name);
    }

    @ParameterizedTest
    @CsvSource({
        "soak --minutes, Missing required parameter for option",
        "soak --minutes many, is no whole number",
        "soak 3, Unmatched argument",
        "calibrate one two, Unmatched argument",
        "calibrate --file x, Unknown option",
        "reproduce, Missing required parameter",
        "evaluate-prompts --parallel two, is no whole number",
    })
    void aLineThatIsNoneIsAnsweredByWhatTheCommandTakes(String line, String says) {
        Outcome outcome = execute(line.split(" "));
        assertEquals(2, outcome.status, outcome.out);
        assertTrue(outcome.err.contains(says), outcome.err);
        assertTrue(outcome.err.contains("Usage: ./schedbook"), outcome.err);
        assertFalse(outcome.err.contains("\tat "), outcome.err);
    }

    @Test
    void aKernelThatIsNotThereIsSaidInWords() {
        Outcome outcome = execute("try-kernel", "no-such-image");
        assertEquals(2, outcome.status, outcome.out);
        assertTrue(outcome.err.contains("There is no guest image yet."), outcome.err);
        assertFalse(outcome.err.contains("\tat "), outcome.err);
    }
}
