-- The name of a labelled comment ends before its text does: the author's row of the queue ends with it.
CREATE FUNCTION queue_forgets_names() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$ BEGIN
    DELETE FROM queue USING nameless JOIN comments
        ON comments.id = nameless.comment AND comments.revisions = nameless.revision
        WHERE queue.comment = nameless.comment AND queue.facet = 'author'
        AND coalesce(nullif(nameless.author_name, ''), nameless.author_url, '') = '';
    RETURN NULL;
END $$;
CREATE TRIGGER queue_forgets_names AFTER UPDATE ON texts
    REFERENCING NEW TABLE AS nameless FOR EACH STATEMENT EXECUTE FUNCTION queue_forgets_names();

DELETE FROM queue WHERE facet = 'author' AND NOT EXISTS (
    SELECT 1 FROM texts AS t JOIN comments AS c ON c.id = t.comment AND c.revisions = t.revision
    WHERE t.comment = queue.comment AND coalesce(nullif(t.author_name, ''), t.author_url) <> ''
);
