-- The queue: the held comments of a site, once for each way to look at them, so that any way opens by its index.
-- Triggers keep it: whatever writes, edits, resolves, erases or copies a comment, the queue and its counts follow.
--
-- An author is a name that a visitor typed: its row goes when the text does.
CREATE TABLE queue (
    site BLOB NOT NULL,
    facet TEXT NOT NULL,
    value TEXT NOT NULL,
    comment BLOB NOT NULL REFERENCES comments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    distance INTEGER NOT NULL,
    PRIMARY KEY (site, facet, value, comment)
) STRICT, WITHOUT ROWID;

CREATE INDEX queue_by_doubt ON queue (site, facet, value, distance, comment);
CREATE INDEX queue_by_comment ON queue (comment, facet);

-- How many rows of the queue there are of a kind.
CREATE TABLE queue_counts (
    site BLOB NOT NULL,
    facet TEXT NOT NULL,
    value TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (site, facet, value)
) STRICT, WITHOUT ROWID;

-- What the queue must hold. `distance` is `Thresholds::distance` of the domain.
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
        WHERE coalesce(nullif(author_name, ''), author_url) <> '';

CREATE TRIGGER queue_counts_up AFTER INSERT ON queue BEGIN
    INSERT INTO queue_counts VALUES (new.site, new.facet, new.value, 1)
        ON CONFLICT DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER queue_counts_down AFTER DELETE ON queue BEGIN
    UPDATE queue_counts SET number = number - 1
        WHERE site = old.site AND facet = old.facet AND value = old.value;
    DELETE FROM queue_counts
        WHERE site = old.site AND facet = old.facet AND value = old.value AND number = 0;
END;

-- A comment is written before its revision, and that before its text: each brings what it knows.
CREATE TRIGGER queue_follows_comments AFTER UPDATE OF status, revisions ON comments
WHEN 'held' IN (old.status, new.status) BEGIN
    DELETE FROM queue WHERE comment = new.id;
    INSERT INTO queue SELECT * FROM queue_rows WHERE comment = new.id ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER queue_follows_revisions AFTER INSERT ON revisions
WHEN (SELECT status FROM comments WHERE id = new.comment) = 'held' BEGIN
    INSERT INTO queue SELECT * FROM queue_rows WHERE comment = new.comment ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER queue_follows_texts AFTER INSERT ON texts
WHEN (SELECT status FROM comments WHERE id = new.comment) = 'held' BEGIN
    INSERT INTO queue SELECT * FROM queue_rows WHERE comment = new.comment AND facet = 'author'
        ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER queue_forgets_authors AFTER DELETE ON texts
WHEN old.revision = (SELECT revisions FROM comments WHERE id = old.comment) BEGIN
    DELETE FROM queue WHERE comment = old.comment AND facet = 'author';
END;

INSERT INTO queue SELECT * FROM queue_rows WHERE true ON CONFLICT DO NOTHING;

-- What one press of a button did has one moderator and one instant: how it is undone as one.
CREATE INDEX events_by_moderator ON events (by, at);
