-- The pages, reasons and campaigns of most held comments, by index: there may be as many pages as comments. Values of
-- most have the largest rows, since rows of a kind are replaced by their sum now and then.
CREATE INDEX queue_counts_by_number ON queue_counts (site, facet, number DESC);
