package org.schedbook.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
