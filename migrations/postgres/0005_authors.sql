-- Who wrote a comment, as keyed digests of 16 bytes, never in clear. `address` and `network` are made with the key of
-- `period` and mean nothing once that is gone. `settled` is what a person last said of the comment: approved, rejected,
-- or null.
CREATE TABLE authors (
    comment uuid NOT NULL PRIMARY KEY REFERENCES comments (id) ON DELETE CASCADE,
    site uuid NOT NULL,
    email bytea,
    name bytea,
    address bytea,
    network bytea,
    period bigint,
    settled text
) WITH (autovacuum_vacuum_scale_factor = 0.02);

-- History asks for settled comments only, so a new comment costs none of these.
CREATE INDEX authors_by_email ON authors (site, email, comment) WHERE settled IS NOT NULL;
CREATE INDEX authors_by_address ON authors (site, address, comment) WHERE settled IS NOT NULL;
CREATE INDEX authors_by_network ON authors (site, network, comment) WHERE settled IS NOT NULL;

-- The keys of addresses and networks: each is deleted when its time is over, and linkage ends.
CREATE TABLE address_keys (
    period bigint NOT NULL PRIMARY KEY,
    sealed bytea NOT NULL
);
