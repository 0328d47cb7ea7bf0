-- What a moderator said of the author of a comment: blocked, held, trusted; until when, by whom, since when. The author
-- is known by digests as in `authors`; `address` and `network` are of the key of `period`.
CREATE TABLE standings (
    comment uuid NOT NULL PRIMARY KEY REFERENCES comments (id) ON DELETE CASCADE,
    site uuid NOT NULL,
    standing text NOT NULL,
    until bigint NOT NULL,
    by text NOT NULL,
    at bigint NOT NULL,
    email bytea,
    name bytea,
    address bytea,
    network bytea,
    period bigint
);

CREATE INDEX standings_by_email ON standings (site, email, comment);
CREATE INDEX standings_by_address ON standings (site, address, comment);
