-- A moderator's private feed, one each: a new link takes the place of the one before. It is known by the SHA-256 of the
-- random token in the link.
CREATE TABLE feeds (
    moderator uuid NOT NULL PRIMARY KEY REFERENCES moderators (id) ON DELETE CASCADE,
    digest bytea NOT NULL UNIQUE,
    made_at bigint NOT NULL
);
