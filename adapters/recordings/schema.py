"""The recording's tables, as anyone who opens the file with SQLite finds them.

Change this text only together with VERSION and docs/recordings.md.
"""

VERSION = 1
"""Stands in `PRAGMA user_version`."""
APPLICATION_ID = 0x54685251
"""Stands in `PRAGMA application_id`: "ThRQ" in ASCII. It tells a recording from other databases."""

QUALITIES = ("good", "stale", "bad", "missing")
"""The names of the numbers 0 to 3 in `samples.quality`."""

TABLES = """
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,           -- site, time_zone, source, licence, created_by, ...
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE points (
    id           INTEGER PRIMARY KEY, -- in the order of the names
    name         TEXT NOT NULL UNIQUE,
    kind         TEXT NOT NULL CHECK (kind IN ('fact', 'output', 'signal')),
    type         TEXT NOT NULL CHECK (type IN ('number', 'bool', 'enum')),
    unit         TEXT NOT NULL,       -- of samples.number; empty: a plain number
    low          REAL,                -- the declared range, in unit
    high         REAL,
    named_values TEXT NOT NULL CHECK (json_valid(named_values)), -- an enum's states
    about        TEXT NOT NULL
) STRICT;

CREATE TABLE qualities (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE samples (                -- a value stands until the point's next sample
    at_ms    INTEGER NOT NULL,        -- UTC, milliseconds since 1970-01-01
    point_id INTEGER NOT NULL REFERENCES points (id),
    number   REAL,                    -- numbers, and 0 or 1 for bool
    text     TEXT,                    -- an enum's state
    quality  INTEGER NOT NULL REFERENCES qualities (id),
    PRIMARY KEY (at_ms, point_id),
    CHECK ((number IS NOT NULL) + (text IS NOT NULL) = (quality = 0)) -- only good has a value
) STRICT, WITHOUT ROWID;

CREATE TABLE segments (               -- stretches without a gap
    start_ms INTEGER PRIMARY KEY,
    end_ms   INTEGER NOT NULL CHECK (end_ms >= start_ms)
) STRICT;

CREATE TABLE decisions (
    at_ms     INTEGER NOT NULL,
    output_id INTEGER NOT NULL REFERENCES points (id),
    value     ANY,                    -- a number in the output's unit, 0 or 1, or a state
    cause     TEXT NOT NULL,          -- trip, interlock, override, rule, default, ...
    "by"      TEXT NOT NULL,          -- the rule or interlock
    wanted    ANY,                    -- what was asked for before it was restricted
    reasons   TEXT NOT NULL CHECK (json_valid(reasons)),
    PRIMARY KEY (at_ms, output_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    id      INTEGER PRIMARY KEY,      -- in the order in which they happened
    at_ms   INTEGER NOT NULL,
    kind    TEXT NOT NULL,            -- alarm, trip, reset, ...
    subject TEXT NOT NULL,            -- the id of the alarm, trip, ...
    text    TEXT NOT NULL
) STRICT;

CREATE TABLE checkpoints (            -- to replay from here instead of from the start
    at_ms    INTEGER PRIMARY KEY,     -- after the scan of this moment
    rules    TEXT NOT NULL,           -- digest of the rules that were running
    retained BLOB NOT NULL            -- the controller's retained state, as the engine saves it
) STRICT;

CREATE VIEW readable_samples AS
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', s.at_ms / 1000.0, 'unixepoch') AS time_utc,
       p.name AS point, coalesce(s.text, s.number) AS value, p.unit, q.name AS quality
FROM samples AS s JOIN points AS p ON p.id = s.point_id JOIN qualities AS q ON q.id = s.quality;

CREATE VIEW readable_decisions AS
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', d.at_ms / 1000.0, 'unixepoch') AS time_utc,
       p.name AS output, d.value, p.unit, d.cause, d."by", d.wanted, d.reasons
FROM decisions AS d JOIN points AS p ON p.id = d.output_id;

CREATE VIEW readable_events AS
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', at_ms / 1000.0, 'unixepoch') AS time_utc,
       kind, subject, text
FROM events ORDER BY id;
"""

SCAN_TABLES = """
CREATE TABLE scans (                  -- a run of scans at even steps, on all three clocks
    at_ms        INTEGER PRIMARY KEY, -- of its first scan; after a segment's start
    wall_ms      INTEGER NOT NULL,    -- what the wall clock said; at_ms never runs backwards
    monotonic_ms INTEGER NOT NULL,    -- what the clock that nobody sets said
    step_ms      INTEGER NOT NULL,    -- from scan to scan, 0 for a single one
    count        INTEGER NOT NULL CHECK (count > 0)
) STRICT;

CREATE TABLE measured (               -- only of points whose age() the rules read
    at_ms       INTEGER NOT NULL,     -- from this scan on
    point_id    INTEGER NOT NULL REFERENCES points (id),
    monotonic_s REAL NOT NULL,        -- when it was measured
    PRIMARY KEY (at_ms, point_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (               -- what people asked for
    at_ms     INTEGER PRIMARY KEY,
    overrides TEXT NOT NULL CHECK (json_valid(overrides)), -- these stand until the next row
    resets    TEXT NOT NULL CHECK (json_valid(resets))     -- these were heard by this scan alone
) STRICT;
"""
"""What a daemon adds, so that a replay gives its own decisions back to the letter."""

SMALL_INDEXES = (
    "CREATE INDEX decisions_by_output ON decisions (output_id, at_ms)",
    "CREATE INDEX events_by_time ON events (at_ms)",
)
"""A daemon's. One by point would touch a page for each point with every batch: flash wears."""
INDEXES = ("CREATE INDEX samples_by_point ON samples (point_id, at_ms)", *SMALL_INDEXES)
"""Built when the writer closes: once at the end is faster than with every row."""
