-- "Tami": what tells a Tamis database from any other SQLite file, without opening it.
PRAGMA application_id = 1415671145;

-- Ids are the 16 bytes of a UUID, instants microseconds since 1970, scores thousandths of a nat.
--
-- References are checked at the commit, and no CHECK calls a function: either would make SQLite copy every page that
-- an insert of many rows changes into a temporary file (its statement journal).

CREATE TABLE sites (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    locale TEXT NOT NULL,
    key_digest BLOB NOT NULL,
    sealed_akismet_key BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE comments (
    id BLOB NOT NULL PRIMARY KEY,
    site BLOB NOT NULL REFERENCES sites (id) DEFERRABLE INITIALLY DEFERRED,
    external_id TEXT,
    kind TEXT NOT NULL,
    page_url TEXT,
    page_title TEXT,
    page_language TEXT,
    page_published_at INTEGER,
    parent_id TEXT,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    revisions INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Lists come in the order of ids.
CREATE INDEX comments_by_site ON comments (site, id);
CREATE INDEX comments_by_status ON comments (site, status, id);
CREATE INDEX comments_by_page ON comments (site, page_url, id) WHERE page_url IS NOT NULL;
CREATE UNIQUE INDEX comments_by_external_id ON comments (site, external_id) WHERE external_id IS NOT NULL;

-- Large rows: with a rowid they stay out of the inner pages of the tree.
CREATE TABLE revisions (
    comment BLOB NOT NULL REFERENCES comments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    number INTEGER NOT NULL,
    digest BLOB NOT NULL,
    verdict TEXT NOT NULL,
    score INTEGER NOT NULL,
    decision TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (comment, number)
) STRICT;

-- The one table that holds what people wrote in comments: its rows go when their time is over.
CREATE TABLE texts (
    comment BLOB NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    format TEXT NOT NULL,
    author_name TEXT,
    author_url TEXT,
    PRIMARY KEY (comment, revision),
    FOREIGN KEY (comment, revision) REFERENCES revisions (comment, number)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Every event makes a new version of its comment, which therefore names it and orders it.
CREATE TABLE events (
    comment BLOB NOT NULL REFERENCES comments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    version INTEGER NOT NULL,
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    act TEXT NOT NULL,
    PRIMARY KEY (comment, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (
    site BLOB NOT NULL,
    key BLOB NOT NULL,
    request BLOB NOT NULL,
    comment BLOB NOT NULL,
    revision INTEGER NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (site, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX answers_by_age ON answers (at);

CREATE TABLE sealed_keys (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
