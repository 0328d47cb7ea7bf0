-- The queue by campaign: held copies of one text, by the name that the decision gives their campaign.
DROP VIEW queue_rows;

CREATE VIEW queue_rows AS
    WITH held AS (
        SELECT c.site, c.id, c.page_url, c.revisions, r.decision, abs(2 * r.score - CAST(round(1000 *
            (r.decision ->> '$.thresholds.hold_at' + r.decision ->> '$.thresholds.reject_at')) AS INTEGER)) AS distance
        FROM comments AS c JOIN revisions AS r ON r.comment = c.id AND r.number = c.revisions WHERE c.status = 'held'
    )
    SELECT site, 'all' AS facet, '' AS value, id AS comment, distance FROM held
    UNION ALL SELECT site, 'page', page_url, id, distance FROM held WHERE page_url IS NOT NULL
    UNION ALL SELECT site, 'reason', signal.value ->> '$.id', held.id, distance
        FROM held CROSS JOIN json_each(held.decision, '$.signals') AS signal
        WHERE signal.value ->> '$.score' > 0 OR signal.value ->> '$.floor' IS NOT NULL
    UNION ALL SELECT site, 'author', coalesce(nullif(author_name, ''), author_url), id, distance
        FROM held JOIN texts AS t ON t.comment = held.id AND t.revision = held.revisions
        WHERE coalesce(nullif(author_name, ''), author_url) <> ''
    UNION ALL SELECT site, 'campaign', signal.value ->> '$.campaign', held.id, distance
        FROM held CROSS JOIN json_each(held.decision, '$.signals') AS signal
        WHERE signal.value ->> '$.campaign' IS NOT NULL;
