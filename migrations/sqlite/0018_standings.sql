-- What a moderator said of the author of a comment: blocked, held, trusted; until when, by whom, since when. The author
-- is known by digests as in `authors`; `address` and `network` are of the key of `period`.
CREATE TABLE standings (
    comment BLOB NOT NULL PRIMARY KEY REFERENCES comments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    site BLOB NOT NULL,
    standing TEXT NOT NULL,
    until INTEGER NOT NULL,
    by TEXT NOT NULL,
    at INTEGER NOT NULL,
    email BLOB,
    name BLOB,
    address BLOB,
    network BLOB,
    period INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX standings_by_email ON standings (site, email, comment);
CREATE INDEX standings_by_address ON standings (site, address, comment);
