-- The queue by author, not by what an author calls themselves: by the keyed digest of the e-mail or, where there is
-- none, of the name with its URL. It tells no name, so it stays when the text goes, as the row in `authors` does.
DROP TRIGGER queue_follows_texts;
DROP TRIGGER queue_forgets_authors;
DROP TRIGGER queue_forgets_names;
DELETE FROM queue WHERE facet = 'author';

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
    UNION ALL SELECT held.site, 'author', lower(hex(coalesce(a.email, a.name))), id, distance
        FROM held JOIN authors AS a ON a.comment = held.id WHERE coalesce(a.email, a.name) IS NOT NULL
    UNION ALL SELECT site, 'campaign', signal.value ->> '$.campaign', held.id, distance
        FROM held CROSS JOIN json_each(held.decision, '$.signals') AS signal
        WHERE signal.value ->> '$.campaign' IS NOT NULL
    UNION ALL SELECT held.site, 'campaign', e.act ->> '$.resolved.campaign', held.id, distance
        FROM held JOIN events AS e ON e.comment = held.id AND e.act ->> '$.resolved.revision' = held.revisions
        WHERE e.act ->> '$.resolved.campaign' IS NOT NULL;

-- A copy that was brought back is one of its campaign, too. The event comes after the comment's change.
CREATE TRIGGER queue_follows_events AFTER INSERT ON events
WHEN new.act ->> '$.resolved.campaign' IS NOT NULL
    AND (SELECT status FROM comments WHERE id = new.comment) = 'held' BEGIN
    INSERT INTO queue SELECT * FROM queue_rows WHERE comment = new.comment AND facet = 'campaign'
        ON CONFLICT DO NOTHING;
END;

-- An author is written after the comment and its revision.
CREATE TRIGGER queue_follows_authors AFTER INSERT ON authors
WHEN (SELECT status FROM comments WHERE id = new.comment) = 'held' BEGIN
    INSERT INTO queue SELECT * FROM queue_rows WHERE comment = new.comment AND facet = 'author'
        ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER queue_forgets_authors AFTER DELETE ON authors BEGIN
    DELETE FROM queue WHERE comment = old.comment AND facet = 'author';
END;

INSERT INTO queue SELECT * FROM queue_rows WHERE facet = 'author' ON CONFLICT DO NOTHING;
