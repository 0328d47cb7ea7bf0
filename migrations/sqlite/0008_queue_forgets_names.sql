-- The name of a labelled comment ends before its text does: the author's row of the queue ends with it.
CREATE TRIGGER queue_forgets_names AFTER UPDATE OF author_name, author_url ON texts
WHEN coalesce(nullif(new.author_name, ''), new.author_url, '') = ''
    AND new.revision = (SELECT revisions FROM comments WHERE id = new.comment) BEGIN
    DELETE FROM queue WHERE comment = new.comment AND facet = 'author';
END;

DELETE FROM queue WHERE facet = 'author' AND NOT EXISTS (
    SELECT 1 FROM texts AS t JOIN comments AS c ON c.id = t.comment AND c.revisions = t.revision
    WHERE t.comment = queue.comment AND coalesce(nullif(t.author_name, ''), t.author_url) <> ''
);
