package org.schedbook.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordingsTest {

    private static final List<ChatMessage> MESSAGES =
            List.of(ChatMessage.system("You write."), ChatMessage.user("Write."));

    private static final Completion LIVE =
            new Completion("text\r\n with \u00e9 and ``` \n", "some-model", "stop", 10, 0, 20, "");

    @TempDir Path directory;

    @Test
    void aRecordingIsPlayedBackByteForByteAndLabelled() throws Exception {
        var recordings = new Recordings(directory);
        recordings.record(MESSAGES, LIVE, "2026-11-22");
        var heard = new StringBuilder();
        var completion = recordings.complete(MESSAGES, heard::append);
        assertEquals(LIVE.text(), completion.text());
        assertEquals(LIVE.text(), heard.toString());
        assertEquals("some-model", completion.model());
        assertTrue(completion.isRecorded());
        assertEquals("2026-11-22", completion.recordedOn());
    }

    @Test
    void anyOtherPromptIsRefusedWithTheWayToAnEndpoint() throws Exception {
        var recordings = new Recordings(directory);
        recordings.record(MESSAGES, LIVE, "2026-11-22");
        var other = List.of(MESSAGES.get(0), ChatMessage.user("Write!"));
        var e = assertThrows(ModelException.class, () -> recordings.complete(other, _ -> {}));
        assertTrue(e.nextStep().contains("OPENAI_API_KEY"), e.nextStep());
        assertTrue(e.nextStep().contains("OPENAI_BASE_URL"), e.nextStep());
    }

    @Test
    void aDirectoryThatIsNotThereHasNoRecordings() {
        var recordings = new Recordings(directory.resolve("none"));
        assertThrows(ModelException.class, () -> recordings.complete(MESSAGES, _ -> {}));
    }

    @Test
    void aDamagedRecordingIsNamed() throws Exception {
        var recordings = new Recordings(directory);
        Path file = recordings.record(MESSAGES, LIVE, "2026-11-22");
        Files.writeString(file, "{");
        var e = assertThrows(ModelException.class, () -> recordings.complete(MESSAGES, _ -> {}));
        assertTrue(e.getMessage().contains(file.getFileName().toString()), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "3",
                "{}",
                "{\"completion\": null}",
                "{\"completion\": \"x\", \"model\": null, \"finishReason\": \"stop\", \"recorded\": \"2026-11-22\"}",
                "{\"completion\": \"x\", \"model\": \"m\", \"finishReason\": null, \"recorded\": \"2026-11-22\"}",
                "{\"completion\": \"x\", \"model\": \"m\", \"finishReason\": \"stop\", \"recorded\": null}",
                "{\"completion\": \"x\", \"model\": \"m\", \"finishReason\": \"stop\", \"recorded\": \"\"}",
                "{\"completion\": \" \", \"model\": \"m\", \"finishReason\": \"stop\", \"recorded\": \"2026-11-22\"}",
                "{\"completion\": {\"a\": 1}, \"model\": \"m\", \"finishReason\": \"stop\", \"recorded\": \"2026-11-22\"}",
                "{\"completion\": \"x\", \"model\": \"m\", \"finishReason\": \"stop\", \"recorded\": \"2026-11-22\", \"messages\": 3}",
                "{\"command\": \"id\", \"completion\": \"x\", \"model\": \"m\", \"finishReason\": \"stop\", \"recorded\": \"2026-11-22\"}"
            })
    void whatLacksAPartIsNoRecordingAndIsNotPlayed(String text) throws Exception {
        assertUnreadable(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsDeepOrLongIsNoRecording() throws Exception {
        assertUnreadable("[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8));
        assertUnreadable(new byte[9 << 20]);
        assertUnreadable(
                JSON.formatted("x".repeat((1 << 20) + 1)).getBytes(StandardCharsets.UTF_8));
        assertUnreadable(new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    }

    @Test
    void whatIsNoFileIsNotRead() throws Exception {
        var recordings = new Recordings(directory);
        Path file = recordings.record(MESSAGES, LIVE, "2026-11-22");
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/dev/zero"));
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () ->
                        assertThrows(
                                ModelException.class,
                                () -> recordings.complete(MESSAGES, _ -> {})));
        Files.delete(file);
        Files.createDirectory(file);
        assertThrows(ModelException.class, () -> recordings.complete(MESSAGES, _ -> {}));
    }

    private static final String JSON =
            """
            {"completion": "%s", "model": "m", "finishReason": "stop", "recorded": "2026-11-22"}
            """;

    private void assertUnreadable(byte[] bytes) throws Exception {
        var recordings = new Recordings(directory);
        Path file = recordings.record(MESSAGES, LIVE, "2026-11-22");
        Files.write(file, bytes);
        var heard = new StringBuilder();
        var e =
                assertThrows(
                        ModelException.class, () -> recordings.complete(MESSAGES, heard::append));
        assertTrue(e.getMessage().contains(file.getFileName().toString()), e.getMessage());
        assertTrue(e.getMessage().length() < 1000, e.getMessage());
        assertEquals("", heard.toString());
    }
}
