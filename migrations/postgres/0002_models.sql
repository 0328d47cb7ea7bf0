-- Which model decides where: the latest row of a scope holds. A scope is a site's id, or empty for the default.
CREATE TABLE activations (
    scope bytea NOT NULL,
    serial bigint NOT NULL,
    step text NOT NULL,
    version text,
    back bigint,
    at bigint NOT NULL,
    by text NOT NULL,
    overrides text NOT NULL,
    PRIMARY KEY (scope, serial)
);

-- The candidates that score live comments for the record only.
CREATE TABLE shadows (
    scope bytea NOT NULL PRIMARY KEY,
    version text NOT NULL
);

-- What they would have decided: no words, and gone with the text.
CREATE TABLE shadow_verdicts (
    comment uuid NOT NULL,
    revision bigint NOT NULL,
    model text NOT NULL,
    verdict text NOT NULL,
    score bigint NOT NULL,
    PRIMARY KEY (comment, revision),
    FOREIGN KEY (comment, revision) REFERENCES texts (comment, revision) ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor = 0.02);
