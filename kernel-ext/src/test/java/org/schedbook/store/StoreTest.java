package org.schedbook.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class StoreTest {

    private static final Request REQUEST =
            new Request(
                    0,
                    "mine",
                    "write",
                    0,
                    "fifo",
                    "f1f0",
                    "Be fair.",
                    "p0",
                    "here",
                    "m",
                    "{}",
                    "[]");

    private static final Answer ANSWER =
            new Answer("class", "m-1", "stop", 100, 20, 30, OptionalDouble.of(0.5), "", 1.5);

    private static final Outcome OUTCOME =
            new Outcome(
                    Optional.of("CHECK"),
                    Optional.empty(),
                    "",
                    Optional.of("class"),
                    Optional.of("5a"),
                    Optional.of("b0"),
                    Optional.empty());

    private static final Measurement MEASUREMENT =
            new Measurement(
                    "s1",
                    Instant.parse("2026-11-23T20:00:00Z"),
                    "mine",
                    Optional.of("5a"),
                    false,
                    "messaging",
                    "perf bench sched messaging",
                    "completion time",
                    "s",
                    true,
                    List.of(1.25, 1.5),
                    "vm",
                    "TCG (emulated)",
                    "",
                    "7.3.4",
                    2,
                    1536,
                    "25");

    @TempDir Path directory;

    @Test
    void anAttemptIsReadBackAsFarAsItCame() {
        try (var store = Store.open(directory)) {
            Attempt attempt = store.begin(REQUEST);
            StoredRequest begun = store.attempts("mine").getFirst();
            assertEquals("Be fair.", begun.words());
            assertEquals(begun.id(), begun.run());
            assertFalse(begun.isAnswered());

            attempt.append("cl");
            attempt.append("ass");
            assertEquals("class", store.attempts("mine").getFirst().answer());

            attempt.answered(ANSWER);
            attempt.judged(OUTCOME);
            StoredRequest kept = store.attempts().getFirst();
            assertEquals("class", kept.answer());
            assertEquals(OptionalDouble.of(0.5), kept.costUsd());
            assertEquals(20, kept.tokensCached());
            assertEquals(Optional.of("CHECK"), kept.passed());
            assertEquals(Optional.empty(), kept.recordedOn());
        }
    }

    @Test
    void theRequestsOfOneCellAreOneRun() {
        try (var store = Store.open(directory)) {
            long run = store.begin(REQUEST).id();
            store.begin(
                    new Request(
                            run, "mine", "repair", 1, "fifo", "f1f0", "", "p0", "here", "m", "{}",
                            "[]"));
            assertEquals(
                    List.of(run, run), store.attempts().stream().map(StoredRequest::run).toList());
        }
    }

    @Test
    void aPartOfAnAnswerStaysWithTheErrorThatCutItOff() {
        try (var store = Store.open(directory)) {
            Attempt attempt = store.begin(REQUEST);
            attempt.append("public cl");
            attempt.broke("gone", 2, OptionalDouble.empty());
            StoredRequest kept = store.attempts().getFirst();
            assertEquals("public cl", kept.answer());
            assertEquals(Optional.of("gone"), kept.error());
        }
    }

    @Test
    void aPriceThatIsNotKnownIsNotZero() {
        try (var store = Store.open(directory)) {
            store.begin(REQUEST)
                    .answered(new Answer("x", "m", "stop", 1, 0, 1, OptionalDouble.empty(), "", 1));
            assertEquals(OptionalDouble.empty(), store.attempts().getFirst().costUsd());
        }
    }

    @Test
    void versionsCountFromOneAndTheSameSourceIsNotCountedTwiceInARow() {
        try (var store = Store.open(directory)) {
            assertEquals(1, define(store, "a").number());
            assertEquals(1, define(store, "a").number());
            assertEquals(2, define(store, "b").number());
            assertEquals(3, define(store, "a").number());
            assertEquals("b", store.version("mine", 2).orElseThrow().source());
            assertEquals("mine@3", store.latest("mine").orElseThrow().label());
            assertEquals(Optional.empty(), store.version("mine", 4));
        }
    }

    @Test
    void aTextWithoutMeasureIsNotReadIntoTheNotebook() throws Exception {
        try (var store = Store.open(directory)) {
            define(store, "a");
        }
        sql("UPDATE version SET source = hex(zeroblob(35000000))");
        try (var store = Store.open(directory)) {
            var e = assertThrows(StoreException.class, () -> store.version("mine", 1));
            assertTrue(e.getMessage().contains("not of Schedbook's making"), e.getMessage());
            store.measured(List.of(MEASUREMENT));
            assertEquals(List.of(MEASUREMENT), store.measurements());
        }
    }

    private static Version define(Store store, String source) {
        return store.define(
                "mine",
                Version.CELL,
                OptionalLong.empty(),
                source,
                "hash of " + source,
                Optional.empty());
    }

    @Test
    void measurementsAreReadBackAsTheyWere() {
        try (var store = Store.open(directory)) {
            store.measured(List.of(MEASUREMENT));
            assertEquals(List.of(MEASUREMENT), store.measurements());
        }
    }

    @Test
    void everythingIsExportedAsJsonLines() throws Exception {
        try (var store = Store.open(directory)) {
            store.begin(REQUEST).append("half an ans");
            define(store, "a");
            store.measured(List.of(MEASUREMENT));
            var text = new StringWriter();
            assertEquals(3, store.export(text));
            var lines = text.toString().lines().toList();
            var json = JsonMapper.builder().build();
            assertEquals("half an ans", json.readTree(lines.get(0)).get("answer").asText());
            assertEquals("version", json.readTree(lines.get(1)).get("table").asText());
            assertEquals("messaging", json.readTree(lines.get(2)).get("workload").asText());
        }
    }

    @Test
    void aStoreThatCanNotBeThereSaysWhatToDo() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        var e = assertThrows(StoreException.class, () -> Store.open(file.resolve("x")));
        assertFalse(e.nextStep().isEmpty());

        Files.writeString(directory.resolve("store.db"), "This is no database. ".repeat(100));
        assertThrows(StoreException.class, () -> Store.open(directory));
    }

    @Test
    void aDirectoryThatIsMadeForItIsNobodyElses() throws Exception {
        Path own = directory.resolve(".schedbook");
        Store.open(own).close();
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(own)));
        var shared = PosixFilePermissions.fromString("rwxrwx---");
        Files.setPosixFilePermissions(own, shared);
        Store.open(own).close();
        assertEquals(shared, Files.getPosixFilePermissions(own));
    }

    @Test
    void manyNotebooksUseOneStoreAtOnce() throws Exception {
        List<Thread> notebooks = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        for (int n = 0; n < 8; n++) {
            notebooks.add(
                    Thread.ofPlatform()
                            .uncaughtExceptionHandler((_, e) -> failures.add(e))
                            .start(
                                    () -> {
                                        // Opened here, so that they also make the file at once.
                                        try (var store = Store.open(directory)) {
                                            for (int i = 0; i < 20; i++) {
                                                store.begin(REQUEST).append("x");
                                                define(store, Thread.currentThread() + " " + i);
                                            }
                                        }
                                    }));
        }
        for (Thread notebook : notebooks) {
            notebook.join();
        }
        assertEquals(List.of(), failures);
        try (var store = Store.open(directory)) {
            assertEquals(160, store.attempts().size());
            assertEquals(
                    IntStream.rangeClosed(1, 160).boxed().toList(),
                    store.versions("mine").stream().map(Version::number).toList());
        }
    }

    @Test
    void aStoreOfTheFirstSchemaIsBroughtUpToDateWithAllThatIsInIt() throws Exception {
        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("store.db"));
                var statement = connection.createStatement();
                var schema = Store.class.getResourceAsStream("schema.sql")) {
            statement.executeUpdate(new String(schema.readAllBytes(), StandardCharsets.UTF_8));
            statement.executeUpdate("PRAGMA user_version = 1");
            statement.executeUpdate(
                    "INSERT INTO version VALUES ('old', 1, '2026-11-22T00:00:00Z', 'cell', NULL,"
                            + " 'class', 'hash', NULL)");
        }
        try (var store = Store.open(directory)) {
            assertEquals("class", store.latest("old").orElseThrow().source());
            var improvement = store.improve("old", "less", "wakeup", "class", "hash");
            assertEquals(List.of(), store.rounds(improvement));
        }
    }

    private void sql(String... statements) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("store.db"));
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.executeUpdate(each);
            }
        }
    }

    private StoreException refused() {
        return assertThrows(StoreException.class, () -> Store.open(directory).close());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TRIGGER t AFTER INSERT ON version BEGIN UPDATE version SET source = 'x'; END",
                "CREATE VIEW v AS SELECT * FROM version",
                "DROP TABLE piece; CREATE VIEW piece AS SELECT 1 AS id, 1 AS attempt, '' AS text",
                "DROP TABLE version; CREATE TABLE version (policy, number, evil AS (upper(policy)))",
                "CREATE INDEX i ON version(length(hex(zeroblob(500))))",
                "CREATE UNIQUE INDEX i ON version(policy)",
                "DROP INDEX piece_attempt; CREATE INDEX piece_attempt ON piece(abs(attempt))",
                "DROP TABLE measurement",
                "CREATE VIRTUAL TABLE v USING fts5(text)",
                "CREATE VIRTUAL TABLE v USING rtree(id, low, high)",
                "PRAGMA writable_schema = ON; INSERT INTO sqlite_master VALUES ('table', 'sqlite_x',"
                        + " 'sqlite_x', 0, 'CREATE VIRTUAL TABLE sqlite_x USING fts5(text)')",
                "PRAGMA application_id = 7",
                "PRAGMA user_version = 0",
            })
    void aStoreThatDoesThingsByItselfOrIsAnothersIsRefusedAndLeftAsItIs(String change)
            throws Exception {
        Store.open(directory).close();
        sql(change.split("; (?=CREATE|INSERT)"));
        byte[] before = Files.readAllBytes(directory.resolve("store.db"));
        var e = refused();
        assertTrue(e.getMessage().contains("no store of Schedbook's"), e.getMessage());
        assertTrue(e.nextStep().contains("Move it away"), e.nextStep());
        assertArrayEquals(before, Files.readAllBytes(directory.resolve("store.db")));
    }

    @Test
    void aDatabaseOfAnotherProgramsIsLeftAsItIs() throws Exception {
        sql("CREATE TABLE users (name TEXT)", "PRAGMA journal_mode = DELETE");
        byte[] before = Files.readAllBytes(directory.resolve("store.db"));
        assertTrue(refused().getMessage().contains("another program's"));
        assertArrayEquals(before, Files.readAllBytes(directory.resolve("store.db")));
        assertFalse(Files.exists(directory.resolve("store.db-wal")));
    }

    @Test
    void aStoreOfTodayOpensAndIsMarkedAsOurs() throws Exception {
        try (var store = Store.open(directory)) {
            store.define("p", "cell", OptionalLong.empty(), "class", "hash", Optional.empty());
        }
        sql("PRAGMA application_id = 0", "CREATE TABLE my_notes (text)", "ANALYZE");
        try (var store = Store.open(directory)) {
            assertEquals("class", store.latest("p").orElseThrow().source());
        }
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("store.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA application_id")) {
            assertEquals(0x53636862, row.getInt(1));
        }
    }

    @Test
    void aLinkIsNotFollowed() throws Exception {
        Path elsewhere = directory.resolve("elsewhere");
        Files.createSymbolicLink(directory.resolve("store.db"), elsewhere);
        assertTrue(refused().getMessage().contains("is a link"));
        assertFalse(Files.exists(elsewhere));
    }

    @Test
    void aDirectoryThatIsALinkIsNotFollowed() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        for (Path to : List.of(elsewhere, directory.resolve("nowhere"))) {
            Path link = directory.resolve("link-to-" + to.getFileName());
            Files.createSymbolicLink(link, to);
            var e = assertThrows(StoreException.class, () -> Store.open(link).close());
            assertTrue(e.getMessage().contains("is a link"), e.getMessage());
        }
        assertFalse(Files.exists(elsewhere.resolve("store.db")));
        assertFalse(Files.exists(directory.resolve("nowhere")));
    }

    @Test
    @Timeout(20)
    void whatIsNoFileIsNotWaitedFor() throws Exception {
        // SQLite opens all of these.
        for (String name :
                List.of("store.db-journal", "store.db-wal", "store.db-shm", "store.db")) {
            Path file = directory.resolve(name);
            assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
            assertTrue(refused().getMessage().contains("it is no file"), name);
            Files.delete(file);
            Files.createDirectory(file);
            assertTrue(refused().getMessage().contains("it is no file"), name);
            Files.delete(file);
        }
    }

    @Test
    void anImprovementThatClaimsAnotherStartThanItsHashIsNotGoneOnWith() throws Exception {
        try (var store = Store.open(directory)) {
            long theirs = store.improve("p", "less", "wakeup", "class Theirs", "hash").id();
            var mine = store.improve("p", "less", "wakeup", "class Mine", "hash");
            assertEquals("class Mine", mine.start());
            assertTrue(mine.id() != theirs);
            assertEquals(
                    mine.id(), store.improve("p", "less", "wakeup", "class Mine", "hash").id());
        }
    }

    @Test
    void garbageIsSaidToBeDamagedAndLeftAsItIs() throws Exception {
        Files.writeString(directory.resolve("store.db"), "garbage".repeat(1000));
        assertTrue(refused().getMessage().contains("is damaged"));
        assertEquals("garbage".repeat(1000), Files.readString(directory.resolve("store.db")));
    }

    @Test
    void aFileOfNothingBecomesAStore() throws Exception {
        Files.createFile(directory.resolve("store.db"));
        try (var store = Store.open(directory)) {
            assertEquals(List.of(), store.versions());
        }
    }

    @Test
    @Timeout(20)
    void aLockedStoreSaysSoSoon() throws Exception {
        try (var store = Store.open(directory);
                Connection other =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("store.db"));
                Statement statement = other.createStatement()) {
            statement.executeUpdate("BEGIN IMMEDIATE");
            long started = System.nanoTime();
            var e = assertThrows(StoreException.class, () -> store.begin(REQUEST));
            assertTrue(e.getMessage().contains("in use by another program"), e.getMessage());
            assertTrue(System.nanoTime() - started < 5_000_000_000L);
            statement.executeUpdate("COMMIT");
            assertEquals(1, store.begin(REQUEST).id());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"what?mode=memory", "a#b", "100%41", "with blanks", "é漢", "a&b=c;d", "?"})
    void aDirectoryMayHaveAnyName(String name) throws Exception {
        Path place = directory.resolve(name);
        try (var store = Store.open(place)) {
            store.define("p", "cell", OptionalLong.empty(), "class", "hash", Optional.empty());
        }
        assertTrue(Files.size(place.resolve("store.db")) > 0);
        try (var store = Store.open(place)) {
            assertEquals("class", store.latest("p").orElseThrow().source());
        }
    }

    @Test
    void whatNobodyOfOursWroteIsSaidInWords() throws Exception {
        Store.open(directory).close();
        sql("INSERT INTO version VALUES ('p', 1, 'yesterday', 'cell', NULL, 'class', 'h', NULL)");
        try (var store = Store.open(directory)) {
            var e = assertThrows(StoreException.class, store::versions);
            assertTrue(e.getMessage().contains("did not write"), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO version VALUES ('p', %d, '2026-11-23T20:00:00Z', 'cell', NULL, 'c', 'h',"
                        + " NULL)",
                "INSERT INTO improvement (id, started, policy, goal, hold_out, start, start_hash)"
                        + " VALUES (%d, '2026-11-23T20:00:00Z', 'p', 'less', 'wakeup', 'c', 'h')",
                "UPDATE attempt SET repair = %d",
                "UPDATE attempt SET run = %d",
                "UPDATE attempt SET tokens_in = %d",
                "UPDATE measurement SET cpus = %d",
                "UPDATE measurement SET memory_mib = %d"
            })
    void aNumberThatCountsNothingIsRefused(String change) throws Exception {
        try (var store = Store.open(directory)) {
            store.begin(REQUEST);
            store.measured(List.of(MEASUREMENT));
        }
        for (long number : List.of(Long.MAX_VALUE, -1L)) {
            sql(change.formatted(number));
            try (var store = Store.open(directory)) {
                var e =
                        assertThrows(
                                StoreException.class,
                                () -> {
                                    store.versions();
                                    store.attempts();
                                    store.measurements();
                                    store.improve("p", "less", "wakeup", "c", "h");
                                });
                assertTrue(e.getMessage().contains("did not write: " + number), e.getMessage());
            }
            sql("DELETE FROM version", "DELETE FROM improvement");
        }
    }

    @Test
    void nothingIsKeptAfterAVersionThatCountsNothing() throws Exception {
        Store.open(directory).close();
        for (long number : List.of(Long.MAX_VALUE, (long) Integer.MAX_VALUE)) {
            sql(
                    "DELETE FROM version",
                    "INSERT INTO version VALUES ('p', %d, '2026-11-23T20:00:00Z', 'cell', NULL, 'c',"
                                    .formatted(number)
                            + " 'h', NULL)");
            try (var store = Store.open(directory)) {
                var e =
                        assertThrows(
                                StoreException.class,
                                () ->
                                        store.define(
                                                "p",
                                                "cell",
                                                OptionalLong.empty(),
                                                "d",
                                                "i",
                                                Optional.empty()));
                assertTrue(e.getMessage().contains(number + " as number"), e.getMessage());
            }
        }
    }

    /** Does one thing after the other and says so after each, until it is killed. */
    static final class Notebook {
        public static void main(String[] args) throws Exception {
            var store = Store.open(Path.of(args[0]));
            Attempt attempt = store.begin(REQUEST);
            System.out.println("begun");
            for (int i = 0; i < 500; i++) {
                attempt.append("piece " + i + "\n");
                System.out.println("piece");
            }
            attempt.answered(ANSWER);
            System.out.println("answered");
            attempt.judged(OUTCOME);
            System.out.println("judged");
            store.measured(List.of(MEASUREMENT));
            System.out.println("measured");
            Thread.sleep(60_000);
        }
    }

    /** The kill comes while the notebook goes on writing, but at the last point. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 250, 501, 502, 503, 504})
    void whatWasSaidToBeKeptSurvivesAKillAtAnyPoint(int lines) throws Exception {
        Process notebook =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Notebook.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        List<String> said = new ArrayList<>();
        try (BufferedReader output = notebook.inputReader(StandardCharsets.UTF_8)) {
            while (said.size() < lines) {
                said.add(output.readLine());
            }
        } finally {
            notebook.destroyForcibly();
            assertTrue(notebook.waitFor(10, TimeUnit.SECONDS));
        }
        try (var store = Store.open(directory)) {
            StoredRequest kept = store.attempts().getFirst();
            if (said.contains("answered")) {
                assertEquals("class", kept.answer());
            } else if (!kept.isAnswered()) {
                long pieces = said.stream().filter("piece"::equals).count();
                assertTrue(kept.answer().lines().count() >= pieces, kept.answer());
                assertTrue(kept.answer().isEmpty() || kept.answer().startsWith("piece 0\n"));
            }
            if (said.contains("judged")) {
                assertEquals(Optional.of("CHECK"), kept.passed());
            }
            assertTrue(!said.contains("measured") || store.measurements().size() == 1);
        }
    }
}
