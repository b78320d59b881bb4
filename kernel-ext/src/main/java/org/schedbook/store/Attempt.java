package org.schedbook.store;

import java.util.OptionalDouble;

/**
 * A request that has been written down and is under way. Each method returns when what it was given
 * is kept, whatever happens to this process afterwards.
 */
public final class Attempt {

    private final Database database;
    private final long id;

    Attempt(Database database, long id) {
        this.database = database;
        this.id = id;
    }

    /** Returns its number in the store. */
    public long id() {
        return id;
    }

    /** Keeps a piece of the answer. */
    public void append(String piece) {
        database.change("INSERT INTO piece (attempt, text) VALUES (?, ?)", id, piece);
    }

    /** Keeps the answer in place of its pieces. */
    public void answered(Answer answer) {
        database.inTransaction(
                () -> {
                    database.change(
                            """
                            UPDATE attempt SET completion = ?, model = ?, finish_reason = ?,
                                tokens_in = ?, tokens_cached = ?, tokens_out = ?, cost_usd = ?,
                                recorded_on = ?, seconds = ?
                            WHERE id = ?""",
                            answer.text(),
                            answer.model(),
                            answer.finishReason(),
                            answer.tokensIn(),
                            answer.tokensCached(),
                            answer.tokensOut(),
                            answer.costUsd().isPresent() ? answer.costUsd().getAsDouble() : null,
                            answer.recordedOn().isEmpty() ? null : answer.recordedOn(),
                            answer.seconds(),
                            id);
                    return database.change("DELETE FROM piece WHERE attempt = ?", id);
                });
    }

    /**
     * Keeps why there is no answer, or only the pieces given before, and what they may cost.
     *
     * @param seconds from the request to the error
     * @param costUsd empty if that is not known
     */
    public void broke(String error, double seconds, OptionalDouble costUsd) {
        database.change(
                "UPDATE attempt SET error = ?, seconds = ?, cost_usd = ? WHERE id = ?",
                error,
                seconds,
                costUsd.isPresent() ? costUsd.getAsDouble() : null,
                id);
    }

    /** Keeps what became of the answer. */
    public void judged(Outcome outcome) {
        database.change(
                """
                UPDATE attempt SET passed = ?, failed = ?, feedback = ?, source = ?,
                    source_hash = ?, bytecode_hash = ?, behaviour_hash = ?
                WHERE id = ?""",
                outcome.passed().orElse(null),
                outcome.failed().orElse(null),
                outcome.feedback(),
                outcome.source().orElse(null),
                outcome.sourceHash().orElse(null),
                outcome.bytecodeHash().orElse(null),
                outcome.behaviourHash().orElse(null),
                id);
    }
}
