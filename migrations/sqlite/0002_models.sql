-- Which model decides where: the latest row of a scope holds. A scope is a site's id, or empty for the default.
CREATE TABLE activations (
    scope BLOB NOT NULL,
    serial INTEGER NOT NULL,
    step TEXT NOT NULL,
    version TEXT,
    back INTEGER,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    overrides TEXT NOT NULL,
    PRIMARY KEY (scope, serial)
) STRICT, WITHOUT ROWID;

-- The candidates that score live comments for the record only.
CREATE TABLE shadows (
    scope BLOB NOT NULL PRIMARY KEY,
    version TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What they would have decided: no words, and gone with the text.
CREATE TABLE shadow_verdicts (
    comment BLOB NOT NULL,
    revision INTEGER NOT NULL,
    model TEXT NOT NULL,
    verdict TEXT NOT NULL,
    score INTEGER NOT NULL,
    PRIMARY KEY (comment, revision),
    FOREIGN KEY (comment, revision) REFERENCES texts (comment, revision)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
