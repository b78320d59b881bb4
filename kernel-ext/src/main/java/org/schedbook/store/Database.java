package org.schedbook.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteLimits;

/** One SQLite file. Each statement is durable against the end of this process when it returns. */
final class Database implements AutoCloseable {

    /** Rises with every change of schema.sql; {@code PRAGMA user_version} of a file of it. */
    private static final int VERSION = 2;

    /** "Schb": {@code PRAGMA application_id} of a file of ours. */
    private static final int APPLICATION = 0x53636862;

    /** Another notebook's writes take milliseconds; who holds the file longer is told of. */
    private static final int BUSY_TIMEOUT_MS = 2_000;

    /** The most bytes of a row, which is far more than any of ours has. */
    private static final int MAX_LENGTH = 64 << 20;

    /**
     * What a file system without working locks answers; a quota that is used up is another error.
     */
    private static final Set<SQLiteErrorCode> NO_LOCKS =
            EnumSet.of(
                    SQLiteErrorCode.SQLITE_IOERR_LOCK,
                    SQLiteErrorCode.SQLITE_IOERR_RDLOCK,
                    SQLiteErrorCode.SQLITE_IOERR_UNLOCK,
                    SQLiteErrorCode.SQLITE_IOERR_CHECKRESERVEDLOCK);

    private final Path file;
    private final FileSystem on;
    private final Connection connection;

    /** Opens a file, which is made if there is none. */
    Database(Path file) {
        this(file, FileSystem.of(file));
    }

    Database(Path file, FileSystem on) {
        this(file, on, url(file), inspect(file, on));
    }

    /** Opens a database that is nowhere but in this process, and ends with it. */
    static Database inMemory() {
        return new Database(Path.of("memory"), FileSystem.LOCAL, "jdbc:sqlite::memory:", 0);
    }

    private Database(Path file, FileSystem on, String url, int found) {
        this.file = file;
        this.on = on;
        var config = new SQLiteConfig();
        if (on.isShared()) {
            // A write-ahead log takes memory that all who use the file share, which machines
            // cannot: sqlite.org/wal.html. Then they take turns, by locks on the file.
            config.setJournalMode(JournalMode.DELETE);
            config.setSynchronous(SynchronousMode.FULL);
        } else {
            // With a write-ahead log, readers and a writer in other processes do not wait for each
            // other, and a commit is a write to the page cache: it survives kill -9, and a power
            // failure costs the last few commits at most.
            config.setJournalMode(JournalMode.WAL);
            config.setSynchronous(SynchronousMode.NORMAL);
        }
        config.setBusyTimeout(BUSY_TIMEOUT_MS);
        config.enforceForeignKeys(true);
        try {
            connection = config.createConnection(url);
            ((SQLiteConnection) connection).setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, MAX_LENGTH);
        } catch (SQLException e) {
            throw failure(e);
        }
        try {
            script("PRAGMA trusted_schema = OFF");
            prepareSchema(found);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** As a URI: the driver takes what follows a question mark for settings of its own. */
    private static String url(Path file) {
        return "jdbc:sqlite:" + file.toAbsolutePath().toUri();
    }

    /**
     * Looks at a file that may be anybody's before anything is written to it.
     *
     * @return the version of the schema in it, 0 if there is nothing in it yet
     * @throws StoreException if it is no store of Schedbook's, or does things by itself
     */
    private static int inspect(Path file, FileSystem on) {
        var files = new ArrayList<>(List.of(file.toAbsolutePath().getParent()));
        for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
            files.add(file.resolveSibling(file.getFileName() + suffix));
        }
        for (Path each : files) {
            if (Files.isSymbolicLink(each)) {
                throw new StoreException(
                        each + " is a link to somewhere else.",
                        "A store is a file of its own: remove the link, or put the file there.",
                        null);
            }
        }
        for (Path each : files.subList(1, files.size())) {
            if (Files.exists(each) && !Files.isRegularFile(each)) {
                // A pipe would be waited for, without an end.
                throw foreign(each, "it is no file");
            }
        }
        if (!Files.exists(file)) {
            return 0;
        }
        var config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_TIMEOUT_MS);
        try (Connection connection = config.createConnection(url(file))) {
            // All of what follows is of one moment: another notebook may be making the store.
            connection.setAutoCommit(false);
            Map<String, String> objects = objects(connection);
            int version = pragma(connection, "user_version");
            int application = pragma(connection, "application_id");
            if (objects.isEmpty() && version == 0) {
                return 0;
            }
            if (version < 1 || application != 0 && application != APPLICATION) {
                throw foreign(file, "it is a database of another program's");
            }
            if (version > VERSION) {
                throw new StoreException(
                        file + " was written by a newer Schedbook.",
                        "Use that one, or move the file away.",
                        null);
            }
            compare(file, objects, version);
            return version;
        } catch (SQLException e) {
            throw failure(file, on, e);
        }
    }

    /** What is in a file has to be what the scripts make; nothing in it may run by itself. */
    private static void compare(Path file, Map<String, String> objects, int version)
            throws SQLException {
        try (Connection ours = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = ours.createStatement()) {
            for (int each = 1; each <= version; each++) {
                statement.executeUpdate(schema(each));
            }
            Map<String, String> expected = objects(ours);
            for (String name : objects.keySet()) {
                // An index may be of an expression, which runs with each write; a virtual table is
                // a program's.
                if (!objects.get(name).startsWith("CREATETABLE") && !expected.containsKey(name)) {
                    throw foreign(file, "it has its own " + name);
                }
            }
            for (var each : expected.entrySet()) {
                if (!each.getValue().equals(objects.get(each.getKey()))) {
                    throw foreign(file, "its %s is another".formatted(each.getKey()));
                }
            }
        }
    }

    private static StoreException foreign(Path file, String why) {
        return new StoreException(
                "%s is no store of Schedbook's: %s.".formatted(file, why),
                "It is left as it is. Move it away, and a new store is made.",
                null);
    }

    /** Returns how what there is was made, by its kind and name, without comments. */
    private static Map<String, String> objects(Connection connection) throws SQLException {
        var objects = new LinkedHashMap<String, String>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT type, name, sql FROM sqlite_master")) {
            while (rows.next()) {
                String type = rows.getString("type");
                String name = rows.getString("name");
                String sql = rows.getString("sql") == null ? "" : rows.getString("sql");
                // SQLite goes by the text alone, whatever stands beside it.
                boolean own = sql.isEmpty() || sql.startsWith("CREATE TABLE sqlite_");
                if (!(name.startsWith("sqlite_") && own)) {
                    objects.put(
                            type + " " + name,
                            sql.replaceAll("--[^\n]*", "").replaceAll("\\s+", ""));
                }
            }
        }
        return objects;
    }

    private static int pragma(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA " + name)) {
            return row.getInt(1);
        }
    }

    private void prepareSchema(int inspected) {
        if (inspected == VERSION && application() == APPLICATION) {
            return;
        }
        // Looked at again inside the transaction: another notebook may be doing the same.
        inTransaction(
                () -> {
                    for (int each = version() + 1; each <= VERSION; each++) {
                        script(schema(each));
                    }
                    script("PRAGMA user_version = " + VERSION);
                    script("PRAGMA application_id = " + APPLICATION);
                    return null;
                });
    }

    /** Returns what makes a version of the one before. */
    private static String schema(int version) {
        return resource(version == 1 ? "schema.sql" : "schema-" + version + ".sql");
    }

    private int application() {
        return one("PRAGMA application_id", row -> row.getInt(1)).orElseThrow();
    }

    private int version() {
        return one("PRAGMA user_version", row -> row.getInt(1)).orElseThrow();
    }

    private static String resource(String name) {
        try (InputStream in = Database.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void script(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Reads one row. */
    interface Mapper<T> {
        T map(ResultSet row) throws SQLException;
    }

    /** Changes the database in several steps. */
    interface Work<T> {
        T run();
    }

    /** Does all of the work or nothing of it. */
    synchronized <T> T inTransaction(Work<T> work) {
        // Not through the driver, which loses why a transaction could not begin.
        script("BEGIN IMMEDIATE");
        boolean done = false;
        try {
            T result = work.run();
            script("COMMIT");
            done = true;
            return result;
        } finally {
            if (!done) {
                abandon();
            }
        }
    }

    private void abandon() {
        try {
            script("ROLLBACK");
        } catch (StoreException e) {
            // Why the work failed is on its way already.
        }
    }

    /**
     * Runs a statement that changes something.
     *
     * @return the id of the row it inserted, if it did
     */
    synchronized long change(String sql, Object... parameters) {
        try (PreparedStatement statement = prepare(sql, parameters)) {
            statement.executeUpdate();
            try (ResultSet keys = statement.getGeneratedKeys()) {
                return keys.next() ? keys.getLong(1) : 0;
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    synchronized <T> List<T> all(String sql, Mapper<T> mapper, Object... parameters) {
        try (PreparedStatement statement = prepare(sql, parameters);
                ResultSet rows = statement.executeQuery()) {
            var result = new ArrayList<T>();
            while (rows.next()) {
                result.add(mapper.map(rows));
            }
            return result;
        } catch (SQLException e) {
            throw failure(e);
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException e) {
            // A file of another's may hold anything.
            throw new StoreException(
                    "%s holds something that Schedbook did not write: %s"
                            .formatted(file, e.getMessage()),
                    "Move the file away, and a new store is made.",
                    e);
        }
    }

    <T> Optional<T> one(String sql, Mapper<T> mapper, Object... parameters) {
        return all(sql, mapper, parameters).stream().findFirst();
    }

    private PreparedStatement prepare(String sql, Object... parameters) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    private StoreException failure(SQLException e) {
        return failure(file, on, e);
    }

    private static StoreException failure(Path file, FileSystem on, SQLException e) {
        // The low byte of an extended code is the code.
        int code = e.getErrorCode() & 0xff;
        if (code == SQLiteErrorCode.SQLITE_BUSY.code
                || code == SQLiteErrorCode.SQLITE_LOCKED.code) {
            return new StoreException(
                    file + " is in use by another program, which does not let go of it.",
                    "End what uses it, perhaps an SQLite client with a transaction open, and run the"
                            + " cell again.",
                    e);
        }
        if (code == SQLiteErrorCode.SQLITE_NOTADB.code
                || code == SQLiteErrorCode.SQLITE_CORRUPT.code
                || code == SQLiteErrorCode.SQLITE_TOOBIG.code) {
            return new StoreException(
                    "%s is damaged, or not of Schedbook's making: %s"
                            .formatted(file, e.getMessage()),
                    "Move it away, and a new store is made.",
                    e);
        }
        if (on.isShared()
                && (code == SQLiteErrorCode.SQLITE_PROTOCOL.code
                        || e instanceof SQLiteException sqlite
                                && NO_LOCKS.contains(sqlite.getResultCode()))) {
            return new StoreException(
                    "%s cannot be used on a file system of type %s: %s"
                            .formatted(file, on.type(), e.getMessage()),
                    "It takes locks that work, which not every server gives. Have the notebook in a"
                            + " directory of this machine's own.",
                    e);
        }
        return new StoreException(
                "%s cannot be used: %s".formatted(file, e.getMessage()),
                "Check that the directory may be written to, and that neither the disk nor your quota"
                        + " is full; a damaged file can be moved away.",
                e);
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure(e);
        }
    }
}
