-- Whose labels on a site's comments do not count, from when on. Who said so and when is in the audit log.
CREATE TABLE undone_labels (
    site uuid NOT NULL REFERENCES sites (id),
    by text NOT NULL,
    since bigint NOT NULL,
    PRIMARY KEY (site, by)
);
