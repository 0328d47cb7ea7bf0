-- The values of most held comments, by an index that nothing else is answered from: until PostgreSQL has counted the
-- table for the first time it takes any index on (site, facet) for as good as the one that goes on with the value, and
-- then reads every value of a facet for each that it is asked for.
DROP INDEX queue_counts_by_number;
CREATE INDEX queue_counts_by_number ON queue_counts ((site::text || facet), number DESC);
ANALYZE queue_counts;
