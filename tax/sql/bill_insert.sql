-- Writes the bills with all that is printed on them. What each asks is tax.rules.allocation.quote on the last date,
-- written for a whole city at once; a test compares the two offer by offer. 
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
), by_year AS (
    SELECT holding_id, fiscal_year, sum(amount) AS amount, bool_and(grp = 'earlier_years') AS earlier
    FROM open WHERE grp IN ('earlier_years', 'overdue') GROUP BY holding_id, fiscal_year
), arrears AS MATERIALIZED (
    SELECT holding_id, sum(amount) AS amount, coalesce(sum(amount) FILTER (WHERE earlier), 0.00) AS earlier,
           string_agg('{{"fiscal_year":' || fiscal_year::text || ',"principal":"' || amount::text || '","surcharge":"'
                      || round(CASE WHEN earlier THEN amount * %(surcharge)s / 100 ELSE 0 END, 2)::text || '"}}', ',' ORDER BY fiscal_year) AS lines,
           string_agg('{{' || {label:arrears} || ',"formula":"","result":"' || amount::text || '","inputs":{{"fiscal_year":'
                      || fiscal_year::text || '}}}},', '' ORDER BY fiscal_year) FILTER (WHERE earlier) AS steps
    FROM by_year GROUP BY holding_id
), overdue AS MATERIALIZED (
    SELECT holding_id, sum(amount) AS amount, string_agg(amount::text, ' + ' ORDER BY fiscal_year, quarter) AS formula
    FROM open WHERE grp = 'overdue' GROUP BY holding_id
), special AS MATERIALIZED (
    -- Holdings for which "the same charges in every quarter left" does not hold: a quarter of it is billed already,
    -- or another version governs it.
    SELECT b.holding_id FROM tax_bill b JOIN bill_pick p ON p.holding_id = b.holding_id
    WHERE b.ward_id = ANY(%(wards)s) AND b.fiscal_year = %(fiscal_year)s AND b.quarter > %(quarter)s
    UNION
    SELECT holding_id FROM bill_pick_line WHERE rest < 0.04
    UNION
    SELECT a.holding_id FROM bill_pick p JOIN tax_assessment a ON a.holding_id = p.holding_id
    WHERE a.state IN ('in_force', 'superseded') AND lower(a.valid) > %(starts_on)s AND lower(a.valid) <= %(year_end)s
), coming AS (
    SELECT s.holding_id, later.quarter, x.amount
    FROM special s
    CROSS JOIN unnest(%(later_quarters)s::int[], %(later_starts)s::date[]) AS later (quarter, starts_on)
    CROSS JOIN LATERAL (
        SELECT a.charges FROM tax_assessment a
        WHERE a.holding_id = s.holding_id AND a.state IN ('in_force', 'superseded') AND a.valid @> later.starts_on
        ORDER BY (a.state = 'superseded'), a.version DESC LIMIT 1
    ) g
    CROSS JOIN LATERAL (
        SELECT sum(tax_instalments(c.yearly_amount, later.quarter - 1, later.quarter)) AS amount
        FROM jsonb_to_recordset(g.charges) AS c (yearly_amount numeric)
    ) x
    WHERE x.amount > 0 AND NOT EXISTS (SELECT 1 FROM tax_bill b WHERE b.holding_id = s.holding_id
                      AND b.fiscal_year = %(fiscal_year)s AND b.quarter = later.quarter)
    UNION ALL
    SELECT holding_id, quarter, amount FROM open WHERE grp = 'future' AND holding_id IN (SELECT holding_id FROM special)
), ahead AS MATERIALIZED (
    SELECT s.holding_id, coalesce(sum(c.amount), 0) AS rest, count(c.amount) AS quarters,
           coalesce(sum(c.amount) FILTER (WHERE c.place <= 2), 0) AS next_two
    FROM special s
    LEFT JOIN (SELECT *, row_number() OVER (PARTITION BY holding_id ORDER BY quarter) AS place FROM coming) c ON c.holding_id = s.holding_id
    GROUP BY s.holding_id
), sums AS (
    SELECT p.*, q.principal, coalesce(credit.amount, 0.00) AS advance, q.principal - coalesce(credit.amount, 0.00) AS asked, q.lines, coalesce(r.amount, 0.00) AS arrears, coalesce(r.earlier, 0.00) AS earlier,
           r.lines AS arrear_lines, r.steps AS arrear_steps, o.amount AS overdue, o.formula AS overdue_formula,
           coalesce(ahead.rest, q.rest) AS rest, coalesce(ahead.next_two, q.next_two) AS next_two,
           coalesce(ahead.quarters, 4 - %(quarter)s) AS quarters_ahead,
           coalesce(r.earlier, 0) * %(surcharge)s / 100 AS surcharge,
           (q.principal - coalesce(credit.amount, 0)) * %(rebate_now)s / 100 AS rebate,
           CASE WHEN q.principal > coalesce(credit.amount, 0) THEN 1 ELSE 0 END AS quarters_now
    FROM bill_pick p
    JOIN asked q ON q.bill_id = p.bill_id
    LEFT JOIN arrears r ON r.holding_id = p.holding_id
    LEFT JOIN overdue o ON o.holding_id = p.holding_id
    LEFT JOIN ahead ON ahead.holding_id = p.holding_id
    LEFT JOIN (SELECT bill_id, sum(amount + rebate) AS amount FROM advance_use GROUP BY bill_id) credit ON credit.bill_id = p.bill_id
), priced AS (
    SELECT s.*, round(s.surcharge, 2) AS surcharge_amount, round(s.rebate, 2) AS rebate_amount,
           round(round((s.asked + s.arrears + s.surcharge - s.rebate) / %(unit)s) * %(unit)s, 2) AS payable,
           round(round((s.arrears + s.surcharge) / %(unit)s) * %(unit)s, 2) AS due_before,
           round(round((s.asked + s.next_two + s.arrears + s.surcharge
                 - (s.asked + s.next_two) * (%(rebates)s::numeric[])[s.quarters_now + 2] / 100) / %(unit)s) * %(unit)s, 2) AS due_next_two,
           round(round((s.asked + s.rest + s.arrears + s.surcharge
                 - (s.asked + s.rest) * (%(rebates)s::numeric[])[s.quarters_now + s.quarters_ahead] / 100) / %(unit)s) * %(unit)s, 2) AS due_year
    FROM sums s
    OFFSET 0
), rounded AS (
    SELECT p.*, p.payable - (p.asked + p.arrears + p.surcharge_amount - p.rebate_amount) AS rounding FROM priced p
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
        CASE WHEN %(in_time)s THEN concat(
            CASE WHEN w.overdue > 0 THEN concat('{{', {label:overdue}, ',"formula":"', w.overdue_formula, '","result":"', w.overdue, '"}},') END,
            CASE WHEN w.asked > 0 THEN concat('{{', {label:current}, ',"formula":"', w.principal,
                CASE WHEN w.advance > 0 THEN concat(' − ', w.advance) END, '","result":"', w.asked, '"}},') END,
            CASE WHEN w.rebate > 0 THEN concat('{{', {label:rebate}, ',"formula":"', w.asked, ' × ', %(rebate_now_text)s,
                                               ' %%","result":"', w.rebate_amount, '"}},') END)
        ELSE concat('{{', {label:overdue}, ',"formula":"', w.overdue_formula || ' + ', w.principal,
                    CASE WHEN w.advance > 0 THEN concat(' − ', w.advance) END, '","result":"', coalesce(w.overdue, 0) + w.asked, '"}},') END,
        CASE WHEN w.rounding <> 0 THEN concat('{{', {label:rounding}, ',"formula":"","result":"', w.rounding, '"}},') END,
        '{{', {label:payable}, ',"formula":"', w.asked + w.arrears, CASE WHEN w.surcharge_amount > 0 THEN concat(' + ', w.surcharge_amount) END,
        CASE WHEN w.rebate_amount > 0 THEN concat(' − ', w.rebate_amount) END,
        CASE WHEN w.rounding > 0 THEN concat(' + ', w.rounding) WHEN w.rounding < 0 THEN concat(' − ', abs(w.rounding)) END,
        '","result":"', w.payable, '"}}],"offers":[',
        CASE WHEN NOT %(in_time)s THEN concat('{{', %(offer_overdue)s, ',"quarters":0,"rate":"0","payable":"', w.payable, %(pay_by)s)
        ELSE concat(
            CASE WHEN w.arrears > 0 THEN concat('{{', %(offer_overdue)s, ',"quarters":0,"rate":"0","payable":"', w.due_before, %(pay_by)s, ',') END,
            CASE WHEN w.asked > 0 THEN concat('{{', %(offer_current)s, ',"quarters":1,"rate":"', %(rebate_now_text)s, '","payable":"',
                                              w.payable, %(pay_by)s) END,
            CASE WHEN w.quarters_ahead > 2 THEN concat(CASE WHEN w.asked > 0 THEN ',' END, '{{', %(offer_next_two)s, ',"quarters":', w.quarters_now + 2,
                                                       ',"rate":"', (%(rebate_texts)s::text[])[w.quarters_now + 2],
                                                       '","payable":"', w.due_next_two, %(pay_by)s) END,
            CASE WHEN w.quarters_ahead > 0 THEN concat(CASE WHEN w.asked > 0 OR w.quarters_ahead > 2 THEN ',' END, '{{', %(offer_year)s,
                                                       ',"quarters":', w.quarters_now + w.quarters_ahead, ',"rate":"',
                                                       (%(rebate_texts)s::text[])[w.quarters_now + w.quarters_ahead], '","payable":"', w.due_year, %(pay_by)s) END)
        END, ']}}')::json AS snapshot
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
