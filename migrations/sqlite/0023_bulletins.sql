-- Who is mailed once a day how much waits: to an address that is sealed, at an hour, if at least so many wait. Whoever
-- moves `due_at` on first sends it.
CREATE TABLE bulletins (
    moderator BLOB NOT NULL PRIMARY KEY REFERENCES moderators (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    sealed_address BLOB NOT NULL,
    hour INTEGER NOT NULL,
    least INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    sent_at INTEGER,
    failed_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX bulletins_by_due ON bulletins (due_at);
