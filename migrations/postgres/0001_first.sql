-- The tables and columns of the SQLite store, in PostgreSQL's types: `tamis store copy` takes rows from one to the other.
--
-- Instants are microseconds since 1970 (a `timestamptz` does not reach as far back), scores thousandths of a nat.
-- Text that is compared is COLLATE "C": an upgrade of the system's C library cannot then spoil an index.
--
-- Nothing is partitioned by month. A site's `external_id` must stay unique across all of time, so `comments` cannot
-- be; and the rows of one month's `texts` end at different times (by status, by label), so that no month would end as
-- a whole. Rows come and go in the order of time here, so that vacuum empties whole pages, which new rows then fill:
-- it must only come often enough, whatever the size.

CREATE TABLE sites (
    id uuid NOT NULL PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    url text NOT NULL,
    locale text NOT NULL,
    key_digest bytea NOT NULL,
    sealed_akismet_key bytea NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE comments (
    id uuid NOT NULL PRIMARY KEY,
    site uuid NOT NULL REFERENCES sites (id),
    external_id text COLLATE "C",
    kind text NOT NULL,
    page_url text COLLATE "C",
    page_title text,
    page_language text,
    page_published_at bigint,
    parent_id text,
    status text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    revisions bigint NOT NULL,
    created_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

-- Lists come in the order of ids. An address can be longer than an entry of an index may be, hence its hash.
CREATE INDEX comments_by_site ON comments (site, id);
CREATE INDEX comments_by_status ON comments (site, status, id);
CREATE INDEX comments_by_page ON comments (site, hashtextextended(page_url, 0), id) WHERE page_url IS NOT NULL;
CREATE UNIQUE INDEX comments_by_external_id ON comments (site, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE revisions (
    comment uuid NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    number bigint NOT NULL,
    digest bytea NOT NULL,
    verdict text NOT NULL,
    score bigint NOT NULL,
    decision text NOT NULL,
    decided_at bigint NOT NULL,
    PRIMARY KEY (comment, number)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

-- The one table that holds what people wrote in comments: its rows go when their time is over.
CREATE TABLE texts (
    comment uuid NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    format text NOT NULL,
    author_name text,
    author_url text,
    PRIMARY KEY (comment, revision),
    FOREIGN KEY (comment, revision) REFERENCES revisions (comment, number) ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

-- Every event makes a new version of its comment, which therefore names it and orders it.
CREATE TABLE events (
    comment uuid NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    version bigint NOT NULL,
    id uuid NOT NULL,
    at bigint NOT NULL,
    by text NOT NULL,
    act text NOT NULL,
    PRIMARY KEY (comment, version)
);

CREATE TABLE answers (
    site uuid NOT NULL,
    key bytea NOT NULL,
    request bytea NOT NULL,
    comment uuid NOT NULL,
    revision bigint NOT NULL,
    status text NOT NULL,
    version bigint NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (site, key)
) WITH (autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX answers_by_age ON answers (at);

CREATE TABLE sealed_keys (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    sealed bytea NOT NULL
);
