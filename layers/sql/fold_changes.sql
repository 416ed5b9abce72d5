-- Folds the log into one row a table without changing any sum; rows still uncommitted elsewhere are left alone.
WITH gone AS (DELETE FROM layers_change RETURNING source, n)
INSERT INTO layers_change (source, n, at) SELECT source, sum(n), %(at)s FROM gone GROUP BY source
