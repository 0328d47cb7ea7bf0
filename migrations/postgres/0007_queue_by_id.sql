-- The triggers of the queue go from the rows just written to everything else by id. As joins they left the order to the
-- planner, which took it from when the tables were small: a write then read all that was held.
CREATE OR REPLACE FUNCTION queue_rows(uuid)
    RETURNS TABLE (site uuid, facet text, value text, comment uuid, distance bigint)
    LANGUAGE sql STABLE AS $$
    WITH held AS MATERIALIZED (
        SELECT c.site, c.id, c.page_url, c.revisions, r.decision::json AS decision, abs(2 * r.score - round(1000 *
            ((r.decision::json #>> '{thresholds,hold_at}')::numeric
            + (r.decision::json #>> '{thresholds,reject_at}')::numeric))::bigint) AS distance
        FROM comments AS c JOIN revisions AS r ON r.comment = $1 AND r.number = c.revisions
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

CREATE OR REPLACE FUNCTION queue_follows_comments() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$ BEGIN
    DELETE FROM queue WHERE comment = ANY (ARRAY(SELECT id FROM changed));
    INSERT INTO queue SELECT held.* FROM changed CROSS JOIN LATERAL queue_rows(changed.id) AS held
        WHERE changed.status = 'held' ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION queue_follows() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$ BEGIN
    INSERT INTO queue SELECT held.* FROM added CROSS JOIN LATERAL queue_rows(added.comment) AS held
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION queue_forgets_authors() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$ BEGIN
    DELETE FROM queue WHERE facet = 'author' AND comment = ANY (ARRAY(
        SELECT gone.comment FROM gone
        WHERE gone.revision = (SELECT revisions FROM comments WHERE comments.id = gone.comment)));
    RETURN NULL;
END $$;
