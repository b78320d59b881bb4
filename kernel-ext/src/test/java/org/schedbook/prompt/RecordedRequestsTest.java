package org.schedbook.prompt;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The recorded answers that come with the notebooks are found by all that was said before them. */
class RecordedRequestsTest {

    private static final Path RECORDINGS = Path.of("../notebooks/recordings");

    @Test
    void everyRecordedRequestThatDescribesThePolicyApiDescribesItAsItIs() throws IOException {
        List<Path> recordings;
        try (Stream<Path> files = Files.list(RECORDINGS)) {
            recordings = files.filter(f -> f.toString().endsWith(".json")).toList();
        }
        assertFalse(recordings.isEmpty());
        int nrDescribed = 0;
        for (Path recording : recordings) {
            JsonNode messages = JsonMapper.builder().build().readTree(recording.toFile());
            String said = messages.path("messages").path(0).path("content").asText();
            if (said.contains("scx_bpf_dsq_insert")) {
                nrDescribed++;
                assertTrue(
                        said.contains(ApiReference.text()),
                        recording
                                + " was recorded with another description: record it anew, or leave"
                                + " the Javadoc of the policy API as it was");
            }
        }
        assertTrue(nrDescribed > 0, "no recording describes the policy API");
    }
}
