-- Whose labels on a site's comments do not count, from when on. Who said so and when is in the audit log.
CREATE TABLE undone_labels (
    site BLOB NOT NULL REFERENCES sites (id) DEFERRABLE INITIALLY DEFERRED,
    by TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (site, by)
) STRICT, WITHOUT ROWID;
