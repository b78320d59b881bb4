package org.schedbook.target.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.target.CommandResult;
import org.schedbook.target.TargetException;

/** Commands end when their shell does, whatever goes on behind it. */
@Timeout(30)
class HostTargetTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final HostTarget host = new HostTarget();

    @Test
    void whatACommandWritesIsKept() throws Exception {
        CommandResult result = shell("echo to you; echo to me >&2; exit 3");
        assertEquals(new CommandResult(3, "to you\n", "to me\n"), result);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sleep 25 & echo started",
                "setsid sleep 25 & echo started",
                "nohup sleep 25 & echo started",
                "(sleep 25 &) ; echo started",
                "sleep 25 2>/dev/null & echo started",
                "(while :; do sleep 0.01; echo x >&2; done) & echo started"
            })
    void aCommandEndsWithItsShell(String command) throws Exception {
        assertEquals("started\n", shell(command).output());
    }

    @Test
    void whatWritesOnForEverIsLeftAlone() throws Exception {
        long begin = System.nanoTime();
        String output = shell("echo started; yes &").output();
        assertTrue(output.startsWith("started\ny\n"), "it began with other words");
        assertTrue(System.nanoTime() - begin < Duration.ofSeconds(10).toNanos());
    }

    @Test
    void allThatWasWrittenBeforeTheEndIsRead() throws Exception {
        assertEquals(
                60_000,
                shell("head -c 60000 /dev/zero | tr '\\0' x; sleep 25 &").output().length());
    }

    @Test
    void theLimitHoldsForWhatIsInTheBackgroundToo() {
        var e =
                assertThrows(
                        TargetException.class,
                        () ->
                                host.run(
                                        List.of(
                                                "sh",
                                                "-c",
                                                "yes > /dev/null & sleep 25\n# and more"),
                                        Duration.ofMillis(500)));
        assertEquals(
                "'sh -c yes > /dev/null & sleep 25…' took longer than 0 s and was killed.",
                e.getMessage());
    }

    @Test
    void aProgramThatIsNotThereIsSaidToBe() {
        for (String name : List.of("no-such-program", "/no/such/program", "./none")) {
            var e = assertThrows(TargetException.class, () -> host.run(List.of(name), LIMIT));
            assertEquals("'%s' could not be started.".formatted(name), e.getMessage());
        }
    }

    private CommandResult shell(String command) throws Exception {
        return host.run(List.of("sh", "-c", command), LIMIT);
    }
}
