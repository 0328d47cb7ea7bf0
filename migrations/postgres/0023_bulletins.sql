-- Who is mailed once a day how much waits: to an address that is sealed, at an hour, if at least so many wait. Whoever
-- moves `due_at` on first sends it.
CREATE TABLE bulletins (
    moderator uuid NOT NULL PRIMARY KEY REFERENCES moderators (id) ON DELETE CASCADE,
    sealed_address bytea NOT NULL,
    hour bigint NOT NULL,
    least bigint NOT NULL,
    due_at bigint NOT NULL,
    tries bigint NOT NULL,
    sent_at bigint,
    failed_at bigint
);

CREATE INDEX bulletins_by_due ON bulletins (due_at);
