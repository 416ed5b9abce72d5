-- What truly changes: rows that repeat what is in force enter without adding to the history.
CREATE TEMP TABLE intake_change ON COMMIT DROP AS
SELECT a.*, coalesce(nullif(a.meter_number, ''), CASE WHEN k.holding_id = a.holding_id THEN k.meter_number END, '') AS meter
FROM intake_ready r
JOIN intake_account a USING (row_id)
LEFT JOIN utilities_connection k ON k.provider_id = a.provider AND k.service = a.service
    AND k.account_key = a.account_key AND a.account_key <> '' AND upper(k.valid) IS NULL
WHERE NOT coalesce(
        k.holding_id = a.holding_id AND k.status = a.status AND a.meter_number IN ('', k.meter_number), false)
    AND NOT EXISTS (
        SELECT FROM utilities_connection n
        WHERE a.status = 'never' AND n.status = 'never' AND n.provider_id = a.provider AND n.service = a.service
            AND n.holding_id = a.holding_id AND upper(n.valid) IS NULL)
;
ANALYZE intake_change
;
UPDATE utilities_connection k SET valid = daterange(lower(k.valid), a.since)
FROM intake_change a
WHERE k.provider_id = a.provider AND k.service = a.service AND k.account_key = a.account_key AND a.account_key <> ''
    AND upper(k.valid) IS NULL
;
UPDATE utilities_connection k SET valid = daterange(lower(k.valid), a.since)
FROM (
    SELECT provider, service, holding_id, min(since) AS since FROM intake_change WHERE status <> 'never' GROUP BY 1, 2, 3
) a
WHERE k.provider_id = a.provider AND k.service = a.service AND k.holding_id = a.holding_id AND k.status = 'never'
    AND upper(k.valid) IS NULL
;
INSERT INTO utilities_connection (provider_id, service, holding_id, account_number, account_key, meter_number, status,
    valid, intake_row_id)
SELECT provider, service, holding_id, account_number, account_key, meter, status, daterange(since, NULL), row_id
FROM intake_change
