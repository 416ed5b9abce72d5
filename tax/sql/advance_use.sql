-- How credit will settle the bills just picked, for holdings that owe nothing else: the quarter with its rebate if the credit
-- pays all of it, else as far as it goes. Credits are used oldest first; a row here is one line of one payment's use.
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
), net AS (
    SELECT line.*, credit >= bill_amount - round(bill_amount * %(rebate_now)s / 100, 2) AS whole FROM line
), wanted AS (
    SELECT bill_id, holding_id, head, n, CASE WHEN whole THEN rebate ELSE 0 END AS rebate,
           sum(amount - CASE WHEN whole THEN rebate ELSE 0 END) OVER (PARTITION BY bill_id ORDER BY n) AS upto,
           amount - CASE WHEN whole THEN rebate ELSE 0 END AS amount
    FROM net
), given AS (
    SELECT holding_id, payment_id, amount, sum(amount) OVER (PARTITION BY holding_id ORDER BY recorded_at, payment_id) AS upto
    FROM credit
), used AS (
    SELECT w.bill_id, w.holding_id, w.head, w.n, g.payment_id, w.rebate,
           least(w.upto, g.upto) - greatest(w.upto - w.amount, g.upto - g.amount) AS amount,
           row_number() OVER (PARTITION BY w.bill_id, w.head ORDER BY g.upto) AS first
    FROM wanted w JOIN given g ON g.holding_id = w.holding_id
     AND least(w.upto, g.upto) > greatest(w.upto - w.amount, g.upto - g.amount)
)
SELECT bill_id, holding_id, head, n, payment_id, amount, CASE WHEN first = 1 THEN rebate ELSE 0.00 END AS rebate FROM used
