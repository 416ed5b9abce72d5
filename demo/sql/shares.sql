-- How each payment is spread over its lines (tax.rules.allocation): rebate and surcharge are split by unpaid principal,
-- largest remainder first, earlier line first among equals (imis.money.split). Amounts in taka.
CREATE TEMP TABLE demo_share ON COMMIT DROP AS
WITH line AS (
    SELECT o.*, CASE WHEN o.grp = 'earlier_years' THEN p.surcharge WHEN o.grp = 'overdue' THEN 0 ELSE p.rebate END AS spread,
           o.grp = 'earlier_years' AS late, o.grp IN ('current', 'future') AS in_time,
           CASE WHEN o.grp = 'earlier_years' THEN p.arrears WHEN o.grp = 'overdue' THEN 1 ELSE p.in_time END AS whole
    FROM demo_open o JOIN demo_price p ON p.holding_id = o.holding_id
), cut AS (
    SELECT line.*, spread::numeric * unpaid AS product, div(spread::numeric * unpaid, whole)::bigint AS least FROM line
), placed AS (
    SELECT cut.*, spread - sum(least) OVER g AS left_over,
           row_number() OVER (PARTITION BY holding_id, late, in_time
                              ORDER BY product - least::numeric * whole DESC,
                                       fiscal_year, quarter, allocation_rank, head_id, bill_id) AS place
    FROM cut WINDOW g AS (PARTITION BY holding_id, late, in_time)
), spread AS (
    SELECT holding_id, bill_id, head_id, late, in_time, unpaid, least + (spread > 0 AND place <= left_over)::int AS part FROM placed
)
SELECT holding_id, bill_id, 'principal' AS kind, head_id, round((unpaid - CASE WHEN in_time THEN part ELSE 0 END) / 100.0, 2) AS amount
FROM spread WHERE unpaid > CASE WHEN in_time THEN part ELSE 0 END
UNION ALL
SELECT holding_id, bill_id, 'rebate', head_id, round(part / 100.0, 2) FROM spread WHERE in_time AND part > 0
UNION ALL
SELECT holding_id, bill_id, 'surcharge', 'surcharge', round(part / 100.0, 2) FROM spread WHERE late AND part > 0
UNION ALL
SELECT holding_id, NULL, 'rounding', 'rounding', round((payable - principal - surcharge + rebate) / 100.0, 2)
FROM demo_price WHERE payable <> principal + surcharge - rebate
