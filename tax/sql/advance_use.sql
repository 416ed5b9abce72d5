-- How credit will settle the bills just picked, for holdings that owe nothing else: the quarter with its rebate if the credit
-- pays all of it, else as far as it goes; tax.rules.credit.from_credit says the same of one holding, a test compares the two.
-- Credits are used oldest first; a row here is one line of one payment's use: what it pays of the principal, the rebate and
-- the rounding that go with it. No holding has credit and an older debt together (tax.services.advances), so who owes is let be.
CREATE TEMP TABLE advance_use ON COMMIT DROP AS
WITH credit AS (
    SELECT p.holding_id, a.payment_id, min(p.recorded_at) AS recorded_at, sum(a.amount) AS amount
    FROM tax_allocation a JOIN tax_payment p ON p.id = a.payment_id
    WHERE a.kind = 'advance' GROUP BY p.holding_id, a.payment_id HAVING sum(a.amount) > 0
), total AS (
    SELECT c.holding_id, sum(c.amount) AS credit FROM credit c
    LEFT JOIN tax_standing s ON s.holding_id = c.holding_id
    WHERE %(use_credit)s AND coalesce(s.unpaid_amount, 0) = 0 GROUP BY c.holding_id
), line AS (
    SELECT l.bill_id, l.holding_id, l.head, l.n, l.amount, t.credit,
           round(sum(l.amount) OVER w * %(rebate_now)s / 100, 2)
           - round((sum(l.amount) OVER w - l.amount) * %(rebate_now)s / 100, 2) AS rebate,
           sum(l.amount) OVER (PARTITION BY l.bill_id) AS bill_amount
    FROM bill_pick_line l JOIN total t ON t.holding_id = l.holding_id
    WHERE l.amount > 0 WINDOW w AS (PARTITION BY l.bill_id ORDER BY l.n)
), priced AS (
    SELECT line.*, bill_amount - round(bill_amount * %(rebate_now)s / 100, 2) AS parts,
           round(bill_amount - bill_amount * %(rebate_now)s / 100, 2) AS exact,
           round(round((bill_amount - bill_amount * %(rebate_now)s / 100) / %(unit)s) * %(unit)s, 2) AS rounded
    FROM line
), net AS (
    -- The price of the counter; for a credit in broken Taka that only reaches the exact one, that. No rounding at all (NULL)
    -- when the credit pays a part.
    SELECT bill_id, holding_id, head, n, amount, rebate,
           CASE WHEN rounded > 0 AND credit >= rounded THEN rounded WHEN credit >= exact THEN exact END - parts AS rounding
    FROM priced
), due AS (
    SELECT bill_id, holding_id, head, n, CASE WHEN rounding IS NULL THEN 0 ELSE rebate END AS rebate,
           amount - CASE WHEN rounding IS NULL THEN 0 ELSE rebate END AS amount
    FROM net
    UNION ALL  -- rounded up: paid like a line, the last
    SELECT DISTINCT bill_id, holding_id, 'rounding', 1000, 0, rounding FROM net WHERE rounding > 0
), wanted AS (
    SELECT due.*, sum(amount) OVER (PARTITION BY bill_id ORDER BY n) AS upto FROM due
), further AS (  -- rounded down: the first credit goes further by it
    SELECT c.holding_id, c.payment_id, c.recorded_at, c.amount,
           CASE WHEN row_number() OVER (PARTITION BY c.holding_id ORDER BY c.recorded_at, c.payment_id) = 1
                THEN greatest(-r.rounding, 0) ELSE 0 END AS down
    FROM credit c JOIN (SELECT DISTINCT holding_id, rounding FROM net) r ON r.holding_id = c.holding_id
), given AS (
    SELECT holding_id, payment_id, amount + down AS amount, down,
           sum(amount + down) OVER (PARTITION BY holding_id ORDER BY recorded_at, payment_id) AS upto
    FROM further
), used AS (
    SELECT w.bill_id, w.holding_id, w.head, w.n, g.payment_id, w.rebate, g.down,
           least(w.upto, g.upto) - greatest(w.upto - w.amount, g.upto - g.amount) AS amount,
           row_number() OVER (PARTITION BY w.bill_id, w.head ORDER BY g.upto) AS first,
           row_number() OVER (PARTITION BY w.bill_id ORDER BY w.n, g.upto) AS place
    FROM wanted w JOIN given g ON g.holding_id = w.holding_id
     AND least(w.upto, g.upto) > greatest(w.upto - w.amount, g.upto - g.amount)
)
SELECT bill_id, holding_id, head, n, payment_id, CASE WHEN head = 'rounding' THEN 0.00 ELSE amount END AS amount,
       CASE WHEN first = 1 THEN rebate ELSE 0.00 END AS rebate,
       CASE WHEN head = 'rounding' THEN amount WHEN place = 1 THEN -down ELSE 0.00 END AS rounding
FROM used
