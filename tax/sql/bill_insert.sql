-- Writes the bills with all that is printed on them. What each asks is tax.rules.allocation.quote on the last date,
-- written for a whole city at once; a test compares the two offer by offer. Plans are numbered as they reach further:
-- 1 current, 2 begun, 3 next two, 4 year; own_reach is the plan that reaches the bill's own quarter, 0 when that is overdue.
WITH owner AS MATERIALIZED (
    SELECT o.holding_id, string_agg(w.name_bn, ', ' ORDER BY o.share DESC, w.id) AS name_bn,
           (array_agg(w.guardian_name ORDER BY o.share DESC, w.id))[1] AS guardian
    FROM bill_pick p
    JOIN holdings_ownership o ON o.holding_id = p.holding_id AND o.valid @> %(issued_on)s::date
    JOIN holdings_owner w ON w.id = o.owner_id
    GROUP BY o.holding_id
), mahalla AS MATERIALIZED (  -- quoted once a mahalla or road, not once a bill; as a list, lest each be looked for among all
    SELECT id, concat(',"mahalla_bn":', to_json(name_bn), ',"mahalla_en":', to_json(name_en)) AS print FROM holdings_mahalla
    WHERE id = ANY (ARRAY(SELECT DISTINCT h.mahalla_id FROM bill_pick p JOIN holdings_holding h ON h.id = p.holding_id))
), road AS MATERIALIZED (
    SELECT id, concat(',"road_bn":', to_json(name_bn), ',"road_en":', to_json(name_en)) AS print FROM holdings_road
    WHERE id = ANY (ARRAY(SELECT DISTINCT h.road_id FROM bill_pick p JOIN holdings_holding h ON h.id = p.holding_id))
), asked AS MATERIALIZED (
    SELECT bill_id, sum(amount) AS principal, sum(rest) AS rest, sum(next_two) AS next_two,
           string_agg('{{"head":"' || head || '","name_bn":' || to_json(name_bn)::text || ',"name_en":' || to_json(name_en)::text
                      || ',"amount":"' || amount::text || '"}}', ',' ORDER BY n) AS lines
    FROM bill_pick_line GROUP BY bill_id
), own AS MATERIALIZED (
    SELECT p.*, q.principal, q.rest, q.next_two, q.lines, coalesce(c.amount, 0.00) AS advance, q.principal - coalesce(c.amount, 0.00) AS asked,
           q.principal || coalesce(' − ' || c.amount, '') AS said
    FROM bill_pick p
    JOIN asked q ON q.bill_id = p.bill_id
    LEFT JOIN (SELECT bill_id, sum(amount + rebate) AS amount FROM advance_use GROUP BY bill_id) c ON c.bill_id = p.bill_id
), unpaid AS MATERIALIZED (
    -- Only holdings that owe are looked at, and of them only the years from the oldest that is owed for. Who owes all that
    -- those years asked has settled nothing of it, so no allocation need be looked for.
    SELECT b.id, b.holding_id, b.fiscal_year, b.quarter, b.principal_amount,
           s.last_billed_year <= %(year_now)s AND sum(b.principal_amount) OVER (PARTITION BY b.holding_id) = s.unpaid_amount AS untouched
    FROM bill_pick p
    JOIN tax_standing s ON s.holding_id = p.holding_id AND s.unpaid_amount > 0
    JOIN tax_bill b ON b.holding_id = s.holding_id AND b.fiscal_year BETWEEN s.oldest_unpaid_year AND %(year_now)s
), settled AS (
    SELECT a.bill_id, sum(a.amount) AS amount
    FROM tax_allocation a JOIN unpaid u ON u.id = a.bill_id
    WHERE NOT u.untouched AND a.kind IN ('principal', 'rebate') GROUP BY a.bill_id
), open AS (
    SELECT u.holding_id, u.fiscal_year, u.quarter, g.name AS grp, u.principal_amount - coalesce(s.amount, 0) AS amount
    FROM unpaid u
    JOIN unnest(%(group_years)s::int[], %(group_quarters)s::int[], %(group_names)s::text[]) AS g (year, quarter, name)
      ON g.year = u.fiscal_year AND g.quarter = u.quarter
    LEFT JOIN settled s ON s.bill_id = u.id
    WHERE u.principal_amount > coalesce(s.amount, 0)
), special AS MATERIALIZED (
    -- Holdings for which "this quarter, and the same charges in every quarter left" does not hold: a quarter of the year is
    -- billed already, or another version governs it. All, when the run is not plain: its quarter is overdue on the last
    -- date, or an order keeps another one open.
    SELECT holding_id FROM bill_pick WHERE NOT %(plain)s
    UNION
    SELECT b.holding_id FROM tax_bill b JOIN bill_pick p ON p.holding_id = b.holding_id
    WHERE b.ward_id = ANY(%(wards)s) AND b.fiscal_year = %(fiscal_year)s AND b.quarter > %(quarter)s
    UNION
    SELECT holding_id FROM bill_pick_line WHERE rest < 0.04
    UNION
    SELECT a.holding_id FROM bill_pick p JOIN tax_assessment a ON a.holding_id = p.holding_id
    WHERE a.state IN ('in_force', 'superseded') AND lower(a.valid) > %(starts_on)s AND lower(a.valid) <= %(year_end)s
), in_time AS (
    SELECT s.holding_id, %(fiscal_year)s::int AS fiscal_year, %(quarter)s::int AS quarter, %(own_group)s::text AS grp, o.asked AS amount,
           o.said, true AS own
    FROM special s JOIN own o ON o.holding_id = s.holding_id
    WHERE %(own_reach)s > 0 AND o.asked > 0
    UNION ALL
    SELECT s.holding_id, %(year_now)s::int, coming.quarter, coming.grp, x.amount, x.amount::text, false
    FROM special s
    CROSS JOIN unnest(%(coming_quarters)s::int[], %(coming_starts)s::date[], %(coming_groups)s::text[]) AS coming (quarter, starts_on, grp)
    CROSS JOIN LATERAL (
        SELECT a.charges FROM tax_assessment a
        WHERE a.holding_id = s.holding_id AND a.state IN ('in_force', 'superseded') AND a.valid @> coming.starts_on
        ORDER BY (a.state = 'superseded'), a.version DESC LIMIT 1
    ) g
    CROSS JOIN LATERAL (
        SELECT sum(tax_instalments(c.yearly_amount, coming.quarter - 1, coming.quarter)) AS amount
        FROM jsonb_to_recordset(g.charges) AS c (yearly_amount numeric)
    ) x
    WHERE x.amount > 0 AND NOT EXISTS (SELECT 1 FROM tax_bill b WHERE b.holding_id = s.holding_id
                      AND b.fiscal_year = %(year_now)s AND b.quarter = coming.quarter)
    UNION ALL
    SELECT holding_id, fiscal_year, quarter, grp, amount, amount::text, false
    FROM open WHERE grp IN ('current', 'future') AND holding_id IN (SELECT holding_id FROM special)
), reached AS MATERIALIZED (
    SELECT t.*, CASE WHEN grp = 'current' THEN 1
                     WHEN (fiscal_year, quarter) <= (%(year_now)s, %(quarter_now)s) THEN 2
                     WHEN row_number() OVER (PARTITION BY holding_id, grp ORDER BY fiscal_year, quarter) <= 2 THEN 3
                     ELSE 4 END AS reach
    FROM in_time t
), by_plan AS MATERIALIZED (
    SELECT y.*, coalesce(amount * (%(rebates)s::numeric[])[quarters] / 100, 0) AS rebate
    FROM (SELECT s.holding_id, plan, r.fiscal_year, count(r.amount)::int AS quarters, coalesce(sum(r.amount), 0.00) AS amount
          FROM special s CROSS JOIN generate_series(1, 4) AS plan
          LEFT JOIN reached r ON r.holding_id = s.holding_id AND r.reach <= plan
          GROUP BY s.holding_id, plan, r.fiscal_year) y
), plans AS MATERIALIZED (
    SELECT holding_id, array_agg(amount ORDER BY plan) AS amounts, array_agg(rebate ORDER BY plan) AS rebates,
           array_agg(quarters ORDER BY plan) AS quarters, array_agg(rated ORDER BY plan) AS rated
    FROM (SELECT holding_id, plan, sum(amount) AS amount, sum(rebate) AS rebate, sum(quarters)::int AS quarters,
                 (array_agg(quarters ORDER BY fiscal_year))[1] AS rated
          FROM by_plan GROUP BY holding_id, plan) y
    GROUP BY holding_id
), own_rebates AS MATERIALIZED (
    SELECT holding_id, sum(round(rebate, 2)) AS amount,
           string_agg('{{' || {label:rebate} || ',"formula":"' || amount || ' × ' || (%(rebate_texts)s::text[])[quarters]
                      || ' %%","result":"' || round(rebate, 2) || '"}},', '' ORDER BY fiscal_year) FILTER (WHERE rebate > 0) AS steps
    FROM by_plan WHERE plan = %(own_reach)s GROUP BY holding_id
), own_quarters AS MATERIALIZED (
    SELECT holding_id, sum(amount) FILTER (WHERE reach = 1) AS current, sum(amount) FILTER (WHERE reach = 2) AS begun,
           string_agg(said, ' + ' ORDER BY fiscal_year, quarter) FILTER (WHERE reach = 1) AS current_formula,
           string_agg(said, ' + ' ORDER BY fiscal_year, quarter) FILTER (WHERE reach = 2) AS begun_formula,
           coalesce(sum(amount) FILTER (WHERE NOT own), 0.00) AS beside
    FROM reached WHERE reach <= %(own_reach)s GROUP BY holding_id
), by_year AS (
    SELECT holding_id, fiscal_year, sum(amount) AS amount, bool_and(grp = 'earlier_years') AS earlier
    FROM (SELECT holding_id, fiscal_year, grp, amount FROM open WHERE grp IN ('earlier_years', 'overdue')
          UNION ALL
          SELECT holding_id, fiscal_year, grp, amount FROM reached WHERE reach <= %(own_reach)s AND NOT own) y
    GROUP BY holding_id, fiscal_year
), arrears AS MATERIALIZED (
    SELECT holding_id, sum(amount) AS amount, coalesce(sum(amount) FILTER (WHERE earlier), 0.00) AS earlier,
           string_agg('{{"fiscal_year":' || fiscal_year::text || ',"principal":"' || amount::text || '","surcharge":"'
                      || round(CASE WHEN earlier THEN amount * %(surcharge)s / 100 ELSE 0 END, 2)::text || '"}}', ',' ORDER BY fiscal_year) AS lines,
           string_agg('{{' || {label:arrears} || ',"formula":"","result":"' || amount::text || '","inputs":{{"fiscal_year":'
                      || fiscal_year::text || '}}}},', '' ORDER BY fiscal_year) FILTER (WHERE earlier) AS steps
    FROM by_year GROUP BY holding_id
), overdue AS MATERIALIZED (  -- before and after the bill's own quarter, which may itself be one of them
    SELECT holding_id, sum(amount) AS amount,
           string_agg(amount::text, ' + ' ORDER BY fiscal_year, quarter) FILTER (WHERE (fiscal_year, quarter) < (%(fiscal_year)s, %(quarter)s)) AS older,
           string_agg(amount::text, ' + ' ORDER BY fiscal_year, quarter) FILTER (WHERE (fiscal_year, quarter) > (%(fiscal_year)s, %(quarter)s)) AS newer
    FROM open WHERE grp = 'overdue' GROUP BY holding_id
), sums AS (
    SELECT o.*, coalesce(r.amount, 0.00) AS arrears, coalesce(r.earlier, 0.00) AS earlier, r.lines AS arrear_lines, r.steps AS arrear_steps,
           coalesce(r.amount, 0.00) - coalesce(k.beside, 0.00) + CASE WHEN %(own_reach)s = 0 THEN o.asked ELSE 0.00 END AS late,
           coalesce(v.amount, 0.00) + CASE WHEN %(own_reach)s = 0 THEN o.asked ELSE 0.00 END AS overdue,
           concat_ws(' + ', v.older, CASE WHEN %(own_reach)s = 0 THEN o.said END, v.newer) AS overdue_formula,
           coalesce(r.earlier, 0) * %(surcharge)s / 100 AS surcharge,
           CASE WHEN l.holding_id IS NULL THEN nullif(o.asked, 0) ELSE k.current END AS current,
           CASE WHEN l.holding_id IS NULL THEN o.said ELSE k.current_formula END AS current_formula, k.begun, k.begun_formula,
           coalesce(w.amount, CASE WHEN l.holding_id IS NULL THEN round(o.asked * %(rebate_now)s / 100, 2) ELSE 0.00 END) AS rebate_amount,
           w.steps AS rebate_steps, l.holding_id IS NULL AS plain, n.now AS quarters_now,
           coalesce(l.quarters, ARRAY[n.now, n.now, n.now + 2, n.now + 4 - %(quarter)s]) AS quarters,
           coalesce(l.rated, ARRAY[n.now, n.now, n.now + 2, n.now + 4 - %(quarter)s]) AS rated,
           coalesce(l.amounts, ARRAY[o.asked, o.asked, o.asked + o.next_two, o.asked + o.rest]) AS amounts,
           coalesce(l.rebates, ARRAY[o.asked * %(rebate_now)s / 100, o.asked * %(rebate_now)s / 100,
                                     (o.asked + o.next_two) * (%(rebates)s::numeric[])[n.now + 2] / 100,
                                     (o.asked + o.rest) * (%(rebates)s::numeric[])[n.now + 4 - %(quarter)s] / 100]) AS rebates
    FROM own o
    CROSS JOIN LATERAL (SELECT CASE WHEN o.asked > 0 THEN 1 ELSE 0 END AS now) n
    LEFT JOIN arrears r ON r.holding_id = o.holding_id
    LEFT JOIN overdue v ON v.holding_id = o.holding_id
    LEFT JOIN plans l ON l.holding_id = o.holding_id
    LEFT JOIN own_rebates w ON w.holding_id = o.holding_id
    LEFT JOIN own_quarters k ON k.holding_id = o.holding_id
), priced AS (
    SELECT s.*, round(s.surcharge, 2) AS surcharge_amount,
           round(round((s.late + s.surcharge) / %(unit)s) * %(unit)s, 2) AS due_before,
           round(round((s.late + s.surcharge + s.amounts[1] - s.rebates[1]) / %(unit)s) * %(unit)s, 2) AS due_current,
           round(round((s.late + s.surcharge + s.amounts[2] - s.rebates[2]) / %(unit)s) * %(unit)s, 2) AS due_begun,
           round(round((s.late + s.surcharge + s.amounts[3] - s.rebates[3]) / %(unit)s) * %(unit)s, 2) AS due_next_two,
           round(round((s.late + s.surcharge + s.amounts[4] - s.rebates[4]) / %(unit)s) * %(unit)s, 2) AS due_year
    FROM sums s
    OFFSET 0
), rounded AS (
    SELECT p.*, m.payable, m.payable - (p.asked + p.arrears + p.surcharge_amount - p.rebate_amount) AS rounding
    FROM priced p
    CROSS JOIN LATERAL (SELECT CASE %(own_reach)s WHEN 0 THEN p.due_before WHEN 1 THEN p.due_current ELSE p.due_begun END AS payable) m
    OFFSET 0  -- a fence: each sum would else be worked out again wherever it is printed
), written AS (
    SELECT p.*, run.id AS run_id, %(prefix)s || run.ward::text || '-' || lpad((run.base + p.n - 1)::text, 6, '0') AS number,
           a.annual_value, a.gross_rent_amount, a.yearly_tax_amount, a.explanation, rs.code AS rule_set,
           h.code, h.number_written, h.old_number, coalesce(m.print, %(no_mahalla)s) AS mahalla, coalesce(d.print, %(no_road)s) AS road,
           w.name_bn AS payer, w.guardian
    FROM rounded p
    JOIN unnest(%(run_wards)s::int[], %(run_ids)s::bigint[], %(run_bases)s::bigint[]) AS run (ward, id, base) ON run.ward = p.ward_id
    JOIN tax_assessment a ON a.id = p.assessment_id
    JOIN tax_ruleset rs ON rs.id = a.rule_set_id
    JOIN holdings_holding h ON h.id = p.holding_id
    LEFT JOIN mahalla m ON m.id = h.mahalla_id
    LEFT JOIN road d ON d.id = h.road_id
    LEFT JOIN owner w ON w.holding_id = p.holding_id
), printed AS (
    -- concat() puts a text together in one go; a chain of || copies what is there at every step.
    SELECT w.*, concat(
        %(head)s, ',"bill":{{"number":"', w.number, %(bill)s, w.holding_id, ',"code":', coalesce(to_json(w.code)::text, 'null'),
        ',"number":', to_json(w.number_written), ',"ward":', w.ward_id, w.mahalla, w.road, ',"old_number":', to_json(w.old_number),
        '}},"payer":{{"name_bn":', coalesce(to_json(w.payer)::text, '""'), ',"guardian":', coalesce(to_json(w.guardian)::text, '""'),
        '}},"assessment":{{"id":', w.assessment_id, ',"annual_value":"', w.annual_value, '","gross_rent":"', w.gross_rent_amount,
        '","yearly_tax":"', w.yearly_tax_amount, '","rule_set":"', w.rule_set, '","steps":', w.explanation -> 'steps',
        '}},"lines":[', w.lines, '],"arrears":[', w.arrear_lines,
        '],"amounts":{{"principal":"', w.principal, '","arrears":"', w.arrears, '","surcharge":"', w.surcharge_amount,
        '","rebate":"', w.rebate_amount, '","rounding":"', w.rounding, '","advance":"', w.advance, '","payable":"', w.payable,
        '"}},"working":[', w.arrear_steps,
        CASE WHEN w.earlier > 0 THEN concat('{{', {label:surcharge}, ',"formula":"', w.earlier, ' × ', %(surcharge_text)s,
                                            ' %%","result":"', w.surcharge_amount, '"}},') END,
        CASE WHEN w.overdue > 0 THEN concat('{{', {label:overdue}, ',"formula":"', w.overdue_formula, '","result":"', w.overdue, '"}},') END,
        CASE WHEN w.current > 0 THEN concat('{{', {label:current}, ',"formula":"', w.current_formula, '","result":"', w.current, '"}},') END,
        CASE WHEN w.begun > 0 THEN concat('{{', {label:begun}, ',"formula":"', w.begun_formula, '","result":"', w.begun, '"}},') END,
        CASE WHEN NOT w.plain THEN w.rebate_steps
             WHEN w.rebate_amount > 0 THEN concat('{{', {label:rebate}, ',"formula":"', w.asked, ' × ', %(rebate_now_text)s,
                                                  ' %%","result":"', w.rebate_amount, '"}},') END,
        CASE WHEN w.rounding <> 0 THEN concat('{{', {label:rounding}, ',"formula":"","result":"', w.rounding, '"}},') END,
        '{{', {label:payable}, ',"formula":"', w.asked + w.arrears, CASE WHEN w.surcharge_amount > 0 THEN concat(' + ', w.surcharge_amount) END,
        CASE WHEN w.rebate_amount > 0 THEN concat(' − ', w.rebate_amount) END,
        CASE WHEN w.rounding > 0 THEN concat(' + ', w.rounding) WHEN w.rounding < 0 THEN concat(' − ', abs(w.rounding)) END,
        '","result":"', w.payable, '"}}],"offers":[',
        concat_ws(',',
            CASE WHEN w.late > 0 THEN concat('{{', %(offer_overdue)s, ',"quarters":0,"rate":"0","payable":"', w.due_before, %(pay_by)s) END,
            CASE WHEN w.quarters[1] > 0 THEN concat('{{', %(offer_current)s, ',"quarters":', w.quarters[1], ',"rate":"', (%(rebate_texts)s::text[])[w.rated[1]],
                 '","payable":"', w.due_current, %(pay_by)s) END,
            CASE WHEN w.quarters[2] > w.quarters[1] THEN concat('{{', %(offer_begun)s, ',"quarters":', w.quarters[2], ',"rate":"', (%(rebate_texts)s::text[])[w.rated[2]],
                 '","payable":"', w.due_begun, %(pay_by)s) END,
            CASE WHEN w.quarters[4] - w.quarters[1] > 2 THEN concat('{{', %(offer_next_two)s, ',"quarters":', w.quarters[3], ',"rate":"', (%(rebate_texts)s::text[])[w.rated[3]],
                 '","payable":"', w.due_next_two, %(pay_by)s) END,
            CASE WHEN w.quarters[4] > w.quarters[2] THEN concat('{{', %(offer_year)s, ',"quarters":', w.quarters[4], ',"rate":"', (%(rebate_texts)s::text[])[w.rated[4]],
                 '","payable":"', w.due_year, %(pay_by)s) END),
        ']}}')::json AS snapshot
    FROM written w
    OFFSET 0  -- a fence: the cast would else be done again for the hash
)
INSERT INTO tax_bill (id, number, run_id, holding_id, ward_id, assessment_id, fiscal_year, quarter, issued_on, due_on, route_order,
                      principal_amount, arrears_amount, surcharge_amount, rebate_amount, rounding_amount, advance_amount, payable_amount, snapshot, row_hash)
SELECT bill_id, number, run_id, holding_id, ward_id, assessment_id, %(fiscal_year)s, %(quarter)s, %(issued_on)s, %(due_on)s, route_order,
       principal, arrears, surcharge_amount, rebate_amount, rounding, advance, payable, snapshot,
       tax_bill_hash(bill_id, number, holding_id, assessment_id, %(fiscal_year)s, %(quarter)s, %(issued_on)s, %(due_on)s, principal, arrears,
                     surcharge_amount, rebate_amount, rounding, advance, payable, snapshot)
FROM printed
