package org.schedbook.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The database of a notebook's directory. All notebooks there share it, and may use it at once.
 * Nothing is ever deleted from it. Any SQLite client can read it; the tables are described in
 * {@code schema.sql}.
 *
 * <p>All methods throw {@link StoreException} if the file cannot be read or written.
 */
public final class Store implements AutoCloseable {

    private static final String FILE = "store.db";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * The highest id, and the most tokens, that a store may have: sums of some are numbers, too.
     */
    private static final long MAX_LARGE = 1L << 53;

    private static final List<String> TABLES =
            List.of("attempt", "version", "measurement", "improvement", "round");

    private static final String KEPT =
            """
            SELECT *, coalesce(completion, (SELECT group_concat(text, '' ORDER BY piece.id) \
            FROM piece WHERE attempt = attempt.id), '') AS answer FROM attempt""";

    private static final FileAttribute<?> THIS_USERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Database database;

    private Store(Database database) {
        this.database = database;
    }

    /**
     * Opens the store in a directory; both are made if there is none. One that is made is this
     * user's alone: homes may be open to others, and prompts are nobody else's to read.
     */
    public static Store open(Path directory) {
        try {
            if (!Files.isSymbolicLink(directory)) { // which the database says
                Files.createDirectories(directory, THIS_USERS);
            }
        } catch (IOException e) {
            throw new StoreException(
                    "The directory %s cannot be made: %s".formatted(directory, e.getMessage()),
                    "Run the notebook in a directory that you may write to.",
                    e);
        }
        return new Store(new Database(directory.resolve(FILE)));
    }

    /** Opens a store that is gone when it is closed. */
    public static Store inMemory() {
        return new Store(Database.inMemory());
    }

    /** Returns whether there is a store in a directory. */
    public static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(FILE));
    }

    // ---- Requests -------------------------------------------------------------------------

    /** Writes a request down; to be called before it is sent. */
    public Attempt begin(Request request) {
        return database.inTransaction(
                () -> {
                    long id =
                            database.change(
                                    """
                                    INSERT INTO attempt (run, started, policy, purpose, repair,
                                        base, base_hash, words, prompt_hash, endpoint, asked_model,
                                        parameters, request)
                                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                                    request.run(),
                                    Instant.now().toString(),
                                    request.policy(),
                                    request.purpose(),
                                    request.repair(),
                                    request.base(),
                                    request.baseHash(),
                                    request.words(),
                                    request.promptHash(),
                                    request.endpoint(),
                                    request.model(),
                                    request.parameters(),
                                    request.messages());
                    database.change("UPDATE attempt SET run = id WHERE id = ? AND run = 0", id);
                    return new Attempt(database, id);
                });
    }

    /** Returns all requests, the oldest first. */
    public List<StoredRequest> attempts() {
        return database.all(KEPT + " ORDER BY id", Store::kept);
    }

    /** Returns the requests for a policy, the oldest first. */
    public List<StoredRequest> attempts(String policy) {
        return database.all(KEPT + " WHERE policy = ? ORDER BY id", Store::kept, policy);
    }

    private static StoredRequest kept(ResultSet row) throws SQLException {
        return new StoredRequest(
                large(row, "id"),
                large(row, "run"),
                Instant.parse(row.getString("started")),
                row.getString("policy"),
                row.getString("purpose"),
                count(row, "repair"),
                row.getString("base"),
                row.getString("words"),
                row.getString("prompt_hash"),
                row.getString("endpoint"),
                row.getString("asked_model"),
                row.getString("parameters"),
                row.getString("request"),
                row.getString("answer"),
                text(row, "model"),
                text(row, "finish_reason"),
                large(row, "tokens_in"),
                large(row, "tokens_cached"),
                large(row, "tokens_out"),
                row.getObject("cost_usd") == null
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(row.getDouble("cost_usd")),
                text(row, "recorded_on"),
                row.getDouble("seconds"),
                text(row, "error"),
                text(row, "passed"),
                text(row, "failed"),
                text(row, "feedback"),
                text(row, "source"),
                text(row, "source_hash"));
    }

    // ---- Versions -------------------------------------------------------------------------

    /**
     * Keeps a source that a policy's name stands for from now on. The version that is the latest
     * already is not kept a second time.
     *
     * @param origin {@link Version#CELL}, or what the request was for
     * @param attempt the request that it is the answer to
     * @param bytecodeHash empty if it does not compile, or is refused
     */
    public Version define(
            String policy,
            String origin,
            OptionalLong attempt,
            String source,
            String sourceHash,
            Optional<String> bytecodeHash) {
        return database.inTransaction(
                () -> {
                    Optional<Version> latest = latest(policy);
                    if (latest.isPresent() && latest.get().sourceHash().equals(sourceHash)) {
                        return latest.get();
                    }
                    var version =
                            new Version(
                                    policy,
                                    latest.map(Version::number).orElse(0) + 1,
                                    Instant.now(),
                                    origin,
                                    attempt,
                                    source,
                                    sourceHash,
                                    bytecodeHash);
                    database.change(
                            "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                            policy,
                            version.number(),
                            version.created().toString(),
                            origin,
                            attempt.isPresent() ? attempt.getAsLong() : null,
                            source,
                            sourceHash,
                            bytecodeHash.orElse(null));
                    return version;
                });
    }

    /** Returns the latest version of a policy. */
    public Optional<Version> latest(String policy) {
        return database.one(
                "SELECT * FROM version WHERE policy = ? ORDER BY number DESC LIMIT 1",
                Store::version,
                policy);
    }

    /** Returns one version of a policy. */
    public Optional<Version> version(String policy, int number) {
        return database.one(
                "SELECT * FROM version WHERE policy = ? AND number = ?",
                Store::version,
                policy,
                number);
    }

    /** Returns all versions of all policies, by name and number. */
    public List<Version> versions() {
        return database.all("SELECT * FROM version ORDER BY policy, number", Store::version);
    }

    /** Returns the versions of a policy by number. */
    public List<Version> versions(String policy) {
        return database.all(
                "SELECT * FROM version WHERE policy = ? ORDER BY number", Store::version, policy);
    }

    private static Version version(ResultSet row) throws SQLException {
        long attempt = large(row, "attempt");
        return new Version(
                row.getString("policy"),
                count(row, "number"),
                Instant.parse(row.getString("created")),
                row.getString("origin"),
                attempt == 0 ? OptionalLong.empty() : OptionalLong.of(attempt),
                row.getString("source"),
                row.getString("source_hash"),
                text(row, "bytecode_hash"));
    }

    // ---- Measurements ---------------------------------------------------------------------

    /** Keeps the samples of all contenders of a measurement. */
    public void measured(List<Measurement> contenders) {
        database.inTransaction(
                () -> {
                    contenders.forEach(this::insert);
                    return null;
                });
    }

    /** Keeps the samples of all contenders of a measurement, unless its session is kept already. */
    public void measuredOnce(List<Measurement> contenders) {
        database.inTransaction(
                () -> {
                    contenders.stream()
                            .filter(each -> !isKept(each.session()))
                            .toList()
                            .forEach(this::insert);
                    return null;
                });
    }

    private boolean isKept(String session) {
        return database.one(
                        "SELECT 1 FROM measurement WHERE session = ? LIMIT 1",
                        row -> row.getInt(1),
                        session)
                .isPresent();
    }

    private void insert(Measurement m) {
        database.change(
                """
                INSERT INTO measurement (session, time, policy, source_hash, baseline, workload,
                    command, metric, unit, lower_is_better, samples, target, accelerator, clock,
                    kernel, cpus, memory_mib, java)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                m.session(),
                m.time().toString(),
                m.policy(),
                m.sourceHash().orElse(null),
                m.baseline() ? 1 : 0,
                m.workload(),
                m.command(),
                m.metric(),
                m.unit(),
                m.lowerIsBetter() ? 1 : 0,
                json(m.samples()),
                m.target(),
                m.accelerator(),
                m.clock(),
                m.kernel(),
                m.cpus(),
                m.memoryMib(),
                m.java());
    }

    /** Returns all measurements, the oldest first. */
    public List<Measurement> measurements() {
        return database.all("SELECT * FROM measurement ORDER BY id", Store::measurement);
    }

    private static Measurement measurement(ResultSet row) throws SQLException {
        return new Measurement(
                row.getString("session"),
                Instant.parse(row.getString("time")),
                row.getString("policy"),
                text(row, "source_hash"),
                count(row, "baseline") == 1,
                row.getString("workload"),
                row.getString("command"),
                row.getString("metric"),
                row.getString("unit"),
                count(row, "lower_is_better") == 1,
                samples(row.getString("samples")),
                row.getString("target"),
                row.getString("accelerator"),
                row.getString("clock"),
                row.getString("kernel"),
                count(row, "cpus"),
                count(row, "memory_mib"),
                row.getString("java"));
    }

    // ---- Improvements ---------------------------------------------------------------------

    /**
     * Returns the improvement of that start towards that goal which has not come to its end, or
     * begins one.
     */
    public Improvement improve(
            String policy, String goal, String holdOut, String start, String startHash) {
        return database.inTransaction(
                () -> {
                    Optional<Improvement> open =
                            database.one(
                                    """
                                    SELECT * FROM improvement WHERE policy = ? AND goal = ? AND
                                        hold_out = ? AND start = ? AND start_hash = ?
                                        AND ended IS NULL
                                    ORDER BY id DESC LIMIT 1""",
                                    Store::improvement,
                                    policy,
                                    goal,
                                    holdOut,
                                    start,
                                    startHash);
                    if (open.isPresent()) {
                        return open.get();
                    }
                    long id =
                            database.change(
                                    """
                                    INSERT INTO improvement (started, policy, goal, hold_out,
                                        start, start_hash)
                                    VALUES (?, ?, ?, ?, ?, ?)""",
                                    Instant.now().toString(),
                                    policy,
                                    goal,
                                    holdOut,
                                    start,
                                    startHash);
                    return new Improvement(
                            id, policy, goal, holdOut, start, startHash, Optional.empty());
                });
    }

    private static Improvement improvement(ResultSet row) throws SQLException {
        return new Improvement(
                large(row, "id"),
                row.getString("policy"),
                row.getString("goal"),
                row.getString("hold_out"),
                row.getString("start"),
                row.getString("start_hash"),
                text(row, "ended"));
    }

    /**
     * Writes down that a round has begun.
     *
     * @param run the request for its plan
     */
    public void beginRound(Improvement improvement, int number, int parent, long run) {
        database.change(
                "INSERT INTO round (improvement, number, run, parent) VALUES (?, ?, ?, ?)",
                improvement.id(),
                number,
                run,
                parent);
    }

    /** Writes down what has come of a round; without an outcome it is written, and not measured. */
    public void endRound(Improvement improvement, Round round) {
        database.change(
                """
                UPDATE round SET plan = ?, outcome = ?, detail = ?, ratio = ?, low = ?, high = ?,
                    source = ?, source_hash = ?, behaviour_hash = ?
                WHERE improvement = ? AND number = ?""",
                round.plan(),
                round.outcome().orElse(null),
                round.detail(),
                orNull(round.ratio()),
                orNull(round.low()),
                orNull(round.high()),
                round.source().orElse(null),
                round.sourceHash().orElse(null),
                round.behaviourHash().orElse(null),
                improvement.id(),
                round.number());
    }

    /**
     * Writes down that an improvement has come to its end.
     *
     * @param winner the round that won, 0 for none
     */
    public void endImprovement(Improvement improvement, String why, int winner) {
        database.change(
                "UPDATE improvement SET ended = ?, winner = ? WHERE id = ?",
                why,
                winner,
                improvement.id());
    }

    /** Returns the rounds of an improvement, in their order; interrupted ones are among them. */
    public List<Round> rounds(Improvement improvement) {
        return database.all(
                "SELECT * FROM round WHERE improvement = ? ORDER BY number",
                Store::round,
                improvement.id());
    }

    private static Round round(ResultSet row) throws SQLException {
        return new Round(
                count(row, "number"),
                count(row, "parent"),
                text(row, "plan").orElse(""),
                text(row, "outcome"),
                text(row, "detail").orElse(""),
                number(row, "ratio"),
                number(row, "low"),
                number(row, "high"),
                text(row, "source"),
                text(row, "source_hash"),
                text(row, "behaviour_hash"));
    }

    /** Returns what the answers of an improvement have cost as far as their prices are known. */
    public double costUsd(Improvement improvement) {
        return database.one(
                        """
                        SELECT coalesce(sum(cost_usd), 0) FROM attempt WHERE run IN
                            (SELECT run FROM round WHERE improvement = ?)""",
                        row -> row.getDouble(1),
                        improvement.id())
                .orElse(0.0);
    }

    private static Object orNull(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }

    private static OptionalDouble number(ResultSet row, String column) throws SQLException {
        return row.getObject(column) == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(row.getDouble(column));
    }

    // ---- Export ---------------------------------------------------------------------------

    /**
     * Writes everything as JSON lines: each row an object with its columns, and its table as {@code
     * table}.
     *
     * @return how many lines
     */
    public int export(Writer writer) throws IOException {
        int lines = 0;
        for (String table : TABLES) {
            String sql =
                    table.equals("attempt")
                            ? KEPT + " ORDER BY id"
                            : "SELECT * FROM " + table + " ORDER BY 1, 2";
            for (Map<String, Object> row : database.all(sql, each -> columns(table, each))) {
                writer.write(json(row));
                writer.write('\n');
                lines++;
            }
        }
        return lines;
    }

    private static Map<String, Object> columns(String table, ResultSet row) throws SQLException {
        var columns = new LinkedHashMap<String, Object>();
        columns.put("table", table);
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
            String name = row.getMetaData().getColumnName(i);
            columns.put(
                    name, name.equals("samples") ? samples(row.getString(i)) : row.getObject(i));
        }
        return columns;
    }

    /** Returns a number that counts something, and after which there is another. */
    private static int count(ResultSet row, String column) throws SQLException {
        return (int) within(Integer.MAX_VALUE - 1, row, column);
    }

    private static long large(ResultSet row, String column) throws SQLException {
        return within(MAX_LARGE, row, column);
    }

    private static long within(long max, ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        if (value < 0 || value > max) {
            throw new IllegalArgumentException("%d as %s".formatted(value, column));
        }
        return value;
    }

    private static Optional<String> text(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new AssertionError("plain values are JSON", e);
        }
    }

    private static List<Double> samples(String json) {
        try {
            return JSON.readValue(json, new TypeReference<List<Double>>() {});
        } catch (JsonProcessingException e) {
            throw new StoreException(
                    "The store holds samples that are no numbers.", "Correct or drop that row.", e);
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
