-- What each pays: everything open, with surcharge on earlier years and rebate on the quarters paid in time, rounded once
-- as a total (tax.rules.allocation.quote). Money in paisa; a total that rounds to nothing is not paid.
CREATE TEMP TABLE demo_price ON COMMIT DROP AS
WITH summed AS (
    SELECT holding_id, sum(unpaid)::bigint AS principal,
           coalesce(sum(unpaid) FILTER (WHERE grp = 'earlier_years'), 0)::bigint AS arrears,
           coalesce(sum(unpaid) FILTER (WHERE grp IN ('current', 'future')), 0)::bigint AS in_time,
           count(DISTINCT quarter) FILTER (WHERE grp IN ('current', 'future')) AS quarters
    FROM demo_open GROUP BY holding_id
), rated AS (
    SELECT s.*, s.arrears * %(surcharge_percent)s::numeric AS surcharge_100, -- a hundredth of a paisa
           s.in_time * coalesce((%(rebates)s::jsonb ->> s.quarters::text)::numeric, 0) AS rebate_100,
           coalesce((%(rebates)s::jsonb ->> s.quarters::text)::numeric, 0) AS rate
    FROM summed s
)
SELECT i.holding_id, i.day, i.channel, r.principal, r.arrears, r.in_time, r.quarters, r.rate,
       round(r.surcharge_100 / 100)::bigint AS surcharge, round(r.rebate_100 / 100)::bigint AS rebate,
       (100 * round((100 * r.principal + r.surcharge_100 - r.rebate_100) / 10000))::bigint AS payable,
       row_number() OVER (ORDER BY i.day, i.holding_id) AS turn
FROM demo_intent i JOIN rated r ON r.holding_id = i.holding_id
WHERE round((100 * r.principal + r.surcharge_100 - r.rebate_100) / 10000) > 0
