-- Who may use the moderation page. The e-mail is kept in clear: it is what a moderator signs in with, and where the
-- digest goes. A moderator without a password has not accepted the invitation yet.
CREATE TABLE moderators (
    id BLOB NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    locale TEXT,
    password TEXT,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT, WITHOUT ROWID;

-- A scope is a site's id, or empty for every site.
CREATE TABLE roles (
    moderator BLOB NOT NULL REFERENCES moderators (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    scope BLOB NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (moderator, scope)
) STRICT, WITHOUT ROWID;

-- One a moderator: a new one takes the place of the one before. Invitations and sessions are known by the SHA-256 of
-- the random token that their owner holds.
CREATE TABLE invitations (
    digest BLOB NOT NULL PRIMARY KEY,
    moderator BLOB NOT NULL UNIQUE REFERENCES moderators (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    digest BLOB NOT NULL PRIMARY KEY,
    moderator BLOB NOT NULL REFERENCES moderators (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    opened_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_moderator ON sessions (moderator);
CREATE INDEX sessions_by_age ON sessions (opened_at);

-- Who did what, beside comments (their history is in `events`). A scope is a site's id, or empty.
CREATE TABLE audit (
    id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    scope BLOB NOT NULL,
    act TEXT NOT NULL
) STRICT, WITHOUT ROWID;
