-- The audit log of a site shows what was done on its comments too: by site and time, without a look at other sites.
ALTER TABLE events ADD COLUMN site uuid;
UPDATE events SET site = (SELECT site FROM comments WHERE id = events.comment);
ALTER TABLE events ALTER COLUMN site SET NOT NULL;
CREATE INDEX events_by_site ON events (site, at, id);
CREATE INDEX audit_by_time ON audit (at, id);
