package org.schedbook.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file of schema 2, written on 2026-11-26 by the Schedbook of that day, opens: what a person
 * typed, paid for and measured is all there.
 */
@Timeout(60)
class OldStoreTest {

    @TempDir Path directory;

    @BeforeEach
    void putTheOldFile() throws Exception {
        try (InputStream file = OldStoreTest.class.getResourceAsStream("schema-2.db")) {
            Files.copy(file, directory.resolve("store.db"));
        }
    }

    @Test
    void requestsAndAnswersAreThere() {
        try (var store = Store.open(directory)) {
            List<StoredRequest> attempts = store.attempts("mine");
            assertEquals(2, attempts.size());
            StoredRequest answered = attempts.getFirst();
            assertEquals("Threads that sleep most go first.", answered.words());
            assertEquals("```java\npublic class Mine extends Policy {}\n```", answered.answer());
            assertEquals(OptionalDouble.of(0.0123), answered.costUsd());
            assertEquals(2100, answered.tokensIn());
            assertEquals(Optional.of("COMPILE"), answered.failed());
            StoredRequest broken = attempts.getLast();
            assertEquals("public class Mine extends Policy { /* bet", broken.answer());
            assertEquals(Optional.of("The connection was closed."), broken.error());
            assertEquals(answered.id(), broken.run());
        }
    }

    @Test
    void versionsAreThereAndTheNextOneFollowsThem() {
        try (var store = Store.open(directory)) {
            Version second = store.version("mine", 2).orElseThrow();
            assertEquals("public class Mine extends Policy { int better; }", second.source());
            assertEquals(OptionalLong.of(1), second.attempt());
            Version next =
                    store.define("mine", "cell", OptionalLong.empty(), "x", "ff", Optional.empty());
            assertEquals("mine@3", next.label());
        }
    }

    @Test
    void aPolicyOfThePersonsThatHasABuiltInOnesNameIsThere() {
        try (var store = Store.open(directory)) {
            assertEquals(
                    "public class Own extends Policy { int mine; }",
                    store.version("fifo", 1).orElseThrow().source());
        }
    }

    @Test
    void figuresAreThere() {
        try (var store = Store.open(directory)) {
            assertEquals(
                    List.of(List.of(1.25, 1.5), List.of(1.125, 1.0)),
                    store.measurements().stream().map(Measurement::samples).toList());
        }
    }

    @Test
    void anImprovementGoesOnWhereItWas() {
        try (var store = Store.open(directory)) {
            Improvement open =
                    store.improve(
                            "mine",
                            "completion time of messaging should be less",
                            "wakeup",
                            "public class Mine extends Policy { int better; }",
                            "b1b1");
            Round round = store.rounds(open).getFirst();
            assertTrue(round.isKept());
            assertEquals(OptionalDouble.of(0.9), round.ratio());
            assertEquals(
                    Optional.of("public class Mine extends Policy { int best; }"), round.source());
        }
    }

    @Test
    void samplesAreExportedAsNumbersInAList() throws Exception {
        var lines = new StringWriter();
        try (var store = Store.open(directory)) {
            store.export(lines);
        }
        var samples = new ArrayList<JsonNode>();
        for (String line : lines.toString().split("\n")) {
            JsonNode row = new JsonMapper().readTree(line);
            if (row.path("table").asText().equals("measurement")) {
                samples.add(row.path("samples"));
            }
        }
        assertEquals(2, samples.size());
        assertEquals(1.25, samples.getFirst().path(0).doubleValue());
        assertTrue(samples.getFirst().isArray(), samples.toString());
    }
}
