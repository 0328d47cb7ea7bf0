-- The queue: the held comments of a site, once for each way to look at them, so that any way opens by its index.
-- Triggers keep it: whatever writes, edits, resolves, erases or copies a comment, the queue and its counts follow.
--
-- An author is a name that a visitor typed: its row goes when the text does.
CREATE TABLE queue (
    site uuid NOT NULL,
    facet text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    comment uuid NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    distance bigint NOT NULL,
    PRIMARY KEY (site, facet, value, comment)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

CREATE INDEX queue_by_doubt ON queue (site, facet, value, distance, comment);
CREATE INDEX queue_by_comment ON queue (comment, facet);

-- How many rows of the queue there are of a kind: the sum of its rows here. Writers only ever add rows, so that two
-- replicas never wait for one another's count; now and then rows of a kind are replaced by their sum.
CREATE TABLE queue_counts (
    site uuid NOT NULL,
    facet text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    number bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

CREATE INDEX queue_counts_by_kind ON queue_counts (site, facet, value) INCLUDE (number);

-- A value as the queue keeps it: an address can be longer than an entry of an index may be.
CREATE FUNCTION queue_value(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    CASE WHEN octet_length(value) <= 1000 THEN value
    ELSE left(value, 200) || encode(sha256(convert_to(value, 'UTF8')), 'hex') END;

-- What the queue must hold of a comment. `distance` is `Thresholds::distance` of the domain. A function, not a view:
-- into a view PostgreSQL would not carry the id down, and read all that is held.
CREATE FUNCTION queue_rows(uuid) RETURNS TABLE (site uuid, facet text, value text, comment uuid, distance bigint)
    LANGUAGE sql STABLE AS $$
    WITH held AS MATERIALIZED (
        SELECT c.site, c.id, c.page_url, c.revisions, r.decision::json AS decision, abs(2 * r.score - round(1000 *
            ((r.decision::json #>> '{thresholds,hold_at}')::numeric
            + (r.decision::json #>> '{thresholds,reject_at}')::numeric))::bigint) AS distance
        FROM comments AS c JOIN revisions AS r ON r.comment = c.id AND r.number = c.revisions
        WHERE c.id = $1 AND c.status = 'held'
    )
    SELECT held.site, 'all', '', id, held.distance FROM held
    UNION ALL SELECT held.site, 'page', queue_value(page_url), id, held.distance FROM held WHERE page_url IS NOT NULL
    UNION ALL SELECT held.site, 'reason', signal ->> 'id', id, held.distance
        FROM held CROSS JOIN LATERAL json_array_elements(held.decision -> 'signals') AS signal
        WHERE (signal ->> 'score')::numeric > 0 OR signal ->> 'floor' IS NOT NULL
    UNION ALL SELECT held.site, 'author', queue_value(coalesce(nullif(author_name, ''), author_url)), id, held.distance
        FROM held JOIN texts AS t ON t.comment = $1 AND t.revision = held.revisions
        WHERE coalesce(nullif(author_name, ''), author_url) <> ''
$$;

CREATE FUNCTION queue_counts_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO queue_counts SELECT site, facet, value, count(*) FROM added GROUP BY site, facet, value;
    RETURN NULL;
END $$;
CREATE TRIGGER queue_counts_up AFTER INSERT ON queue
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_counts_up();

CREATE FUNCTION queue_counts_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO queue_counts SELECT site, facet, value, -count(*) FROM gone GROUP BY site, facet, value;
    RETURN NULL;
END $$;
CREATE TRIGGER queue_counts_down AFTER DELETE ON queue
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION queue_counts_down();

-- The functions below go from the rows just written to the queue's by index, whatever the planner thinks of tables
-- that were small when it first looked.
CREATE FUNCTION queue_follows_comments() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$ BEGIN
    DELETE FROM queue USING changed WHERE queue.comment = changed.id;
    INSERT INTO queue SELECT held.* FROM changed CROSS JOIN LATERAL queue_rows(changed.id) AS held
        WHERE changed.status = 'held' ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER queue_follows_comments AFTER UPDATE ON comments
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_follows_comments();

CREATE FUNCTION queue_follows() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$ BEGIN
    INSERT INTO queue SELECT held.* FROM added JOIN comments ON comments.id = added.comment
        CROSS JOIN LATERAL queue_rows(added.comment) AS held
        WHERE comments.status = 'held' ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER queue_follows_revisions AFTER INSERT ON revisions
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_follows();
CREATE TRIGGER queue_follows_texts AFTER INSERT ON texts
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_follows();

CREATE FUNCTION queue_forgets_authors() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$ BEGIN
    DELETE FROM queue USING gone JOIN comments ON comments.id = gone.comment AND comments.revisions = gone.revision
        WHERE queue.comment = gone.comment AND queue.facet = 'author';
    RETURN NULL;
END $$;
CREATE TRIGGER queue_forgets_authors AFTER DELETE ON texts
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION queue_forgets_authors();

INSERT INTO queue SELECT held.* FROM comments CROSS JOIN LATERAL queue_rows(comments.id) AS held
    WHERE comments.status = 'held' ON CONFLICT DO NOTHING;

-- What one press of a button did has one moderator and one instant: how it is undone as one.
CREATE INDEX events_by_moderator ON events (by, at);
