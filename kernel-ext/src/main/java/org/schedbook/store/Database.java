package org.schedbook.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;

/** One SQLite file. Each statement is durable against the end of this process when it returns. */
final class Database implements AutoCloseable {

    /** Rises with every change of schema.sql; {@code PRAGMA user_version} of a file of it. */
    private static final int VERSION = 2;

    private static final int BUSY_TIMEOUT_MS = 10_000;

    private final Path file;
    private final Connection connection;

    /** Opens a file, which is made if there is none. */
    Database(Path file) {
        this.file = file;
        var config = new SQLiteConfig();
        // With a write-ahead log, readers and a writer in other processes do not wait for each
        // other, and a commit is a write to the page cache: it survives kill -9, and a power
        // failure costs the last few commits at most.
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.NORMAL);
        config.setBusyTimeout(BUSY_TIMEOUT_MS);
        config.setTransactionMode(TransactionMode.IMMEDIATE);
        config.enforceForeignKeys(true);
        try {
            connection = config.createConnection("jdbc:sqlite:" + file);
        } catch (SQLException e) {
            throw failure(e);
        }
        try {
            prepareSchema();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void prepareSchema() {
        if (version() == VERSION) {
            return;
        }
        // Looked at again inside the transaction: another notebook may be doing the same.
        inTransaction(
                () -> {
                    int found = version();
                    if (found > VERSION) {
                        throw new StoreException(
                                file + " was written by a newer Schedbook.",
                                "Use that one, or move the file away.",
                                null);
                    }
                    if (found < 1) {
                        script(resource("schema.sql"));
                    }
                    if (found < 2) {
                        script(resource("schema-2.sql"));
                    }
                    script("PRAGMA user_version = " + VERSION);
                    return null;
                });
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
        try {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                T result = work.run();
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw failure(e);
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
        return new StoreException(
                "%s can not be used: %s".formatted(file, e.getMessage()),
                "Check that the directory may be written to and has space left; a damaged file can be"
                        + " moved away.",
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
