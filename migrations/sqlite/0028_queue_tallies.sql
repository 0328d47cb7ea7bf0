-- The pages, reasons and campaigns of most held comments, by index: there may be as many pages as comments.
CREATE INDEX queue_counts_by_number ON queue_counts (site, facet, number DESC, value);
