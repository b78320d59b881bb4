-- A policy that models improve round by round towards a goal.
CREATE TABLE improvement (
    id          INTEGER PRIMARY KEY,
    started     TEXT NOT NULL,    -- ISO 8601, UTC
    policy      TEXT NOT NULL,
    goal        TEXT NOT NULL,    -- what the person typed
    hold_out    TEXT NOT NULL,    -- the workload that the winner must not be worse on
    start       TEXT NOT NULL,    -- the source it started from
    start_hash  TEXT NOT NULL,
    ended       TEXT,             -- why there are no more rounds; NULL: it can be resumed
    winner      INTEGER           -- the round that won, 0 for none
) STRICT;

-- One round: a plan, the policy written to it, and what became of that.
CREATE TABLE round (
    improvement    INTEGER NOT NULL REFERENCES improvement (id),
    number         INTEGER NOT NULL,                         -- from 1
    run            INTEGER NOT NULL REFERENCES attempt (id), -- the request for the plan
    parent         INTEGER NOT NULL,                         -- the round it builds on, 0 for the start
    plan           TEXT,
    outcome        TEXT,    -- kept, reverted, duplicate or failed; NULL: interrupted
    detail         TEXT,    -- a few words to it
    ratio          REAL,    -- of medians, to the parent; NULL: not measured
    low            REAL,    -- ends of the interval of that ratio
    high           REAL,
    source         TEXT,
    source_hash    TEXT,
    behaviour_hash TEXT,
    PRIMARY KEY (improvement, number)
) STRICT, WITHOUT ROWID;
