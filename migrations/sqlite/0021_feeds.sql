-- A moderator's private feed, one each: a new link takes the place of the one before. It is known by the SHA-256 of the
-- random token in the link.
CREATE TABLE feeds (
    moderator BLOB NOT NULL PRIMARY KEY REFERENCES moderators (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    digest BLOB NOT NULL UNIQUE,
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
