-- The queue by author, not by what an author calls themselves: by the keyed digest of the e-mail or, where there is
-- none, of the name with its URL. It tells no name, so it stays when the text goes, as the row in `authors` does.
DROP TRIGGER queue_follows_texts ON texts;
DROP TRIGGER queue_forgets_authors ON texts;
DROP TRIGGER queue_forgets_names ON texts;
DROP FUNCTION queue_forgets_authors;
DROP FUNCTION queue_forgets_names;
DELETE FROM queue WHERE facet = 'author';

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
    UNION ALL SELECT held.site, 'author', encode(coalesce(a.email, a.name), 'hex'), id, held.distance
        FROM held JOIN authors AS a ON a.comment = $1 WHERE coalesce(a.email, a.name) IS NOT NULL
    UNION ALL SELECT held.site, 'campaign', signal ->> 'campaign', id, held.distance
        FROM held CROSS JOIN LATERAL json_array_elements(held.decision -> 'signals') AS signal
        WHERE signal ->> 'campaign' IS NOT NULL
    UNION ALL SELECT held.site, 'campaign', e.act::json #>> '{resolved,campaign}', held.id, held.distance
        FROM held JOIN events AS e ON e.comment = $1
        WHERE e.act::json #>> '{resolved,campaign}' IS NOT NULL
        AND (e.act::json #>> '{resolved,revision}')::bigint = held.revisions
$$;

-- A copy that was brought back is one of its campaign, too.
CREATE FUNCTION queue_follows_events() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$ BEGIN
    INSERT INTO queue SELECT held.* FROM added JOIN comments ON comments.id = added.comment
        CROSS JOIN LATERAL queue_rows(added.comment) AS held
        WHERE comments.status = 'held' AND added.act::json #>> '{resolved,campaign}' IS NOT NULL ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER queue_follows_events AFTER INSERT ON events
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_follows_events();

CREATE TRIGGER queue_follows_authors AFTER INSERT ON authors
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_follows();

CREATE FUNCTION queue_forgets_authors() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$ BEGIN
    DELETE FROM queue USING gone WHERE queue.comment = gone.comment AND queue.facet = 'author';
    RETURN NULL;
END $$;
CREATE TRIGGER queue_forgets_authors AFTER DELETE ON authors
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION queue_forgets_authors();

INSERT INTO queue SELECT q.site, 'author', encode(coalesce(a.email, a.name), 'hex'), q.comment, q.distance
    FROM queue AS q JOIN authors AS a ON a.comment = q.comment
    WHERE q.facet = 'all' AND coalesce(a.email, a.name) IS NOT NULL ON CONFLICT DO NOTHING;
