-- One request to a model. Columns fill from top to bottom as the request is sent, answered and judged;
-- what is NULL did not happen, or was not said.
CREATE TABLE attempt (
    id            INTEGER PRIMARY KEY,
    run           INTEGER NOT NULL, -- id of the first request of the same cell
    started       TEXT NOT NULL,    -- ISO 8601, UTC
    policy        TEXT NOT NULL,    -- what the policy is to be called
    purpose       TEXT NOT NULL,    -- write, repair, plan or code
    repair        INTEGER NOT NULL, -- 0 for a first request
    base          TEXT NOT NULL,    -- the policy it started from
    base_hash     TEXT NOT NULL,    -- SHA-256 of that policy's source
    words         TEXT NOT NULL,    -- what the person typed
    prompt_hash   TEXT NOT NULL,    -- version of Schedbook's own text in the request
    endpoint      TEXT NOT NULL,    -- without its key
    asked_model   TEXT NOT NULL,
    parameters    TEXT NOT NULL,    -- JSON
    request       TEXT NOT NULL,    -- JSON, the messages exactly as sent

    completion    TEXT,             -- while the answer arrives, it is in the table piece
    model         TEXT,             -- what the endpoint calls it
    finish_reason TEXT,
    tokens_in     INTEGER,
    tokens_cached INTEGER,          -- of tokens_in
    tokens_out    INTEGER,
    cost_usd      REAL,             -- NULL: the price is not known
    recorded_on   TEXT,             -- the day of the recording, if it was played back
    seconds       REAL,             -- to the last token, or to the error
    error         TEXT,             -- why there is no answer, or only a part

    passed        TEXT,             -- the last gate passed
    failed        TEXT,             -- the gate not passed
    feedback      TEXT,             -- what that gate found
    source        TEXT,
    source_hash   TEXT,
    bytecode_hash TEXT,             -- of the class files without debug information
    behaviour_hash TEXT             -- of all that it did in the simulator
) STRICT;

-- The pieces of an answer that has not come to its end.
CREATE TABLE piece (
    id      INTEGER PRIMARY KEY,
    attempt INTEGER NOT NULL REFERENCES attempt (id),
    text    TEXT NOT NULL
) STRICT;

CREATE INDEX piece_attempt ON piece (attempt);

-- NAME@NUMBER.
CREATE TABLE version (
    policy        TEXT NOT NULL,
    number        INTEGER NOT NULL,
    created       TEXT NOT NULL,
    origin        TEXT NOT NULL,                   -- cell, or what an attempt was for
    attempt       INTEGER REFERENCES attempt (id), -- NULL if a person wrote it
    source        TEXT NOT NULL,
    source_hash   TEXT NOT NULL,
    bytecode_hash TEXT,                            -- NULL: does not compile, or is refused
    PRIMARY KEY (policy, number)
) STRICT, WITHOUT ROWID;

-- The samples of one contender in one measurement.
CREATE TABLE measurement (
    id              INTEGER PRIMARY KEY,
    session         TEXT NOT NULL,    -- the same for all contenders that ran by turns
    time            TEXT NOT NULL,    -- when it started, ISO 8601, UTC
    policy          TEXT NOT NULL,    -- a policy's name, or eevdf
    source_hash     TEXT,             -- NULL for the kernel's own scheduler
    baseline        INTEGER NOT NULL, -- 1 for what the others of the session are compared to
    workload        TEXT NOT NULL,
    command         TEXT NOT NULL,    -- the workload's command line
    metric          TEXT NOT NULL,
    unit            TEXT NOT NULL,
    lower_is_better INTEGER NOT NULL,
    samples         TEXT NOT NULL,    -- JSON array, in the order they were taken
    target          TEXT NOT NULL,    -- vm, host or sim
    accelerator     TEXT NOT NULL,
    clock           TEXT NOT NULL,    -- what time is counted in; empty for the machine's own
    kernel          TEXT NOT NULL,
    cpus            INTEGER NOT NULL,
    memory_mib      INTEGER NOT NULL,
    java            TEXT NOT NULL
) STRICT;

CREATE INDEX attempt_policy ON attempt (policy);
CREATE INDEX measurement_source ON measurement (source_hash);
