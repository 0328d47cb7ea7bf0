-- The queue by campaign: held copies of one text, by the name that the decision gives their campaign.
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
    UNION ALL SELECT held.site, 'campaign', signal ->> 'campaign', id, held.distance
        FROM held CROSS JOIN LATERAL json_array_elements(held.decision -> 'signals') AS signal
        WHERE signal ->> 'campaign' IS NOT NULL
$$;
