-- A table filled a moment ago has no statistics yet, and a loop inside a loop over a city's accounts would take minutes.
SET LOCAL enable_nestloop = off
;
-- What the rows say of accounts. A provider with one service need not name it; without a date the state is today's.
CREATE TEMP TABLE intake_account ON COMMIT DROP AS
SELECT c.row_id, c.n, c.provider, c.service AS said, p.services,
    coalesce(c.service, CASE WHEN cardinality(p.services) = 1 THEN p.services[1] END) AS service,
    c.holding_id, c.status, coalesce(c.since, %(today)s) AS since,
    CASE WHEN c.status = 'never' THEN '' ELSE coalesce(c.account, '') END AS account_number,
    CASE WHEN c.status = 'never' THEN '' ELSE coalesce(utilities_account_key(c.account), '') END AS account_key,
    coalesce(c.meter, '') AS meter_number
FROM intake_cell c LEFT JOIN utilities_provider p ON p.code = c.provider
WHERE c.decision = ''
;
ANALYZE intake_account
;
INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)
SELECT row_id, CASE WHEN service IS NULL THEN 'which_service' ELSE 'wrong_service' END, 'service',
    coalesce(said, provider), true, '{}'
FROM intake_account WHERE services IS NOT NULL AND (service IS NULL OR NOT service = ANY (services))
;
INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)
SELECT row_id, 'missing_account', 'account', '', true, '{}'
FROM intake_account WHERE status <> 'never' AND account_key = ''
;
INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)
SELECT row_id, 'future_date', 'since', since::text, true, '{}' FROM intake_account WHERE since > %(today)s
;
INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)
SELECT row_id, 'duplicate_account', 'account', '', true, jsonb_build_object('first', first)
FROM (
    SELECT row_id, n, min(n) OVER (
        PARTITION BY provider, service, account_key, CASE WHEN account_key = '' THEN holding_id END) AS first
    FROM intake_account WHERE account_key <> '' OR (status = 'never' AND holding_id IS NOT NULL)
) twins
WHERE n > first AND NOT EXISTS (
    SELECT FROM holdings_intakeproblem p WHERE p.row_id = twins.row_id AND p.code = 'duplicate_row')
;
-- A row that says no more than what is in force changes nothing; any other must be newer than all it touches.
INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)
SELECT a.row_id, 'not_newer', 'since', a.since::text, true, jsonb_build_object('known', max(lower(k.valid)))
FROM intake_account a
JOIN utilities_connection k ON k.provider_id = a.provider AND k.service = a.service
    AND k.account_key = a.account_key AND k.valid && daterange(a.since, NULL)
WHERE a.account_key <> '' AND NOT (upper(k.valid) IS NULL AND (lower(k.valid) < a.since OR (
    k.holding_id = a.holding_id AND k.status = a.status AND a.meter_number IN ('', k.meter_number))))
GROUP BY 1, 4
;
INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)
SELECT a.row_id, 'not_newer', 'since', a.since::text, true, jsonb_build_object('known', max(lower(k.valid)))
FROM intake_account a
JOIN utilities_connection k ON k.provider_id = a.provider AND k.service = a.service
    AND k.holding_id = a.holding_id AND k.status = 'never' AND k.valid && daterange(a.since, NULL)
WHERE a.status <> 'never' AND NOT (upper(k.valid) IS NULL AND lower(k.valid) < a.since)
GROUP BY 1, 4
ON CONFLICT DO NOTHING
;
INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)
SELECT a.row_id, 'has_account', 'status', 'never', true, '{}'
FROM intake_account a
WHERE a.status = 'never' AND (
    EXISTS (
        SELECT FROM utilities_connection k
        WHERE k.provider_id = a.provider AND k.service = a.service AND k.holding_id = a.holding_id
            AND k.status <> 'never' AND k.valid && daterange(a.since, NULL))
    OR EXISTS (
        SELECT FROM intake_account o
        WHERE o.provider = a.provider AND o.service = a.service AND o.holding_id = a.holding_id AND o.status <> 'never'))
