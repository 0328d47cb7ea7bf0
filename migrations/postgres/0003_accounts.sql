-- Who may use the moderation page. The e-mail is kept in clear: it is what a moderator signs in with, and where the
-- digest goes. A moderator without a password has not accepted the invitation yet.
CREATE TABLE moderators (
    id uuid NOT NULL PRIMARY KEY,
    email text COLLATE "C" NOT NULL UNIQUE,
    name text COLLATE "C" NOT NULL UNIQUE,
    locale text,
    password text,
    created_at bigint NOT NULL,
    disabled_at bigint
);

-- A scope is a site's id, or empty for every site.
CREATE TABLE roles (
    moderator uuid NOT NULL REFERENCES moderators (id) ON DELETE CASCADE,
    scope bytea NOT NULL,
    role text NOT NULL,
    PRIMARY KEY (moderator, scope)
);

-- One a moderator: a new one takes the place of the one before. Invitations and sessions are known by the SHA-256 of
-- the random token that their owner holds.
CREATE TABLE invitations (
    digest bytea NOT NULL PRIMARY KEY,
    moderator uuid NOT NULL UNIQUE REFERENCES moderators (id) ON DELETE CASCADE,
    expires_at bigint NOT NULL
);

CREATE TABLE sessions (
    digest bytea NOT NULL PRIMARY KEY,
    moderator uuid NOT NULL REFERENCES moderators (id) ON DELETE CASCADE,
    opened_at bigint NOT NULL,
    seen_at bigint NOT NULL
);

CREATE INDEX sessions_by_moderator ON sessions (moderator);
CREATE INDEX sessions_by_age ON sessions (opened_at);

-- Who did what, beside comments (their history is in `events`). A scope is a site's id, or empty.
CREATE TABLE audit (
    id uuid NOT NULL PRIMARY KEY,
    at bigint NOT NULL,
    by text NOT NULL,
    scope bytea NOT NULL,
    act text NOT NULL
);
