-- Values and charges every holding in scope by the rule set: tax.rules.charges.assess, written for a whole city at once.
-- A test compares both, paisa and step for step. Text is put together by concat() in one go.
-- scope is one of two conditions on h; a label is a step's code and words, ready as JSON.
WITH scope AS MATERIALIZED (
    SELECT h.id, h.frontage, w.zone FROM holdings_holding h JOIN holdings_ward w ON w.number = h.ward_id
    WHERE {scope} AND h.state = 'active'
), rate AS MATERIALIZED (
    SELECT DISTINCT ON (r.zone, r.use, r.frontage, r.structure, storey)
           r.zone, r.use, r.frontage, r.structure, storey, r.monthly_rate
    FROM tax_rentrate r CROSS JOIN LATERAL generate_series(r.storey_from::int, r.storey_to::int) AS storey
    WHERE r.rule_set_id = %(rule_set)s
    ORDER BY r.zone, r.use, r.frontage, r.structure, storey, r.storey_from DESC
), unit AS (
    SELECT h.id AS holding_id, u.id, u.storey, u.use, u.structure, u.occupancy, u.area_sqft,
           u.monthly_rent_amount AS rent, rate.monthly_rate AS rate,
           round(coalesce(u.monthly_rent_amount, u.area_sqft * rate.monthly_rate) * 12, 2) AS gross
    FROM scope h
    JOIN holdings_unit u ON u.holding_id = h.id AND u.valid @> %(valid_from)s::date
    LEFT JOIN rate ON rate.zone = h.zone AND rate.use = u.use AND rate.frontage = h.frontage
                  AND rate.structure = u.structure AND rate.storey = u.storey
), rented AS (
    SELECT holding_id, sum(gross) AS gross, coalesce(sum(gross) FILTER (WHERE occupancy = 'owner'), 0.00) AS own,
           sum(area_sqft) AS area, bool_or(gross IS NULL) AS no_rate,
           string_agg(gross::text, ' + ' ORDER BY storey, id) AS formula,
           string_agg(concat('{{', {label:unit_rent}, ',"formula":"', coalesce(rent::text, concat(area_sqft, ' × ', rate)),
                             ' × 12","result":"', gross, '","inputs":{{"unit":', id, ',"storey":', storey, ',"use":', to_json(use),
                             CASE WHEN rent IS NULL THEN concat(',"structure":', to_json(structure)) END,
                             CASE WHEN occupancy = 'owner' THEN ',"occupancy":"owner"' END, '}}}}'), ',' ORDER BY storey, id) AS leaves,
           string_agg(concat(storey, ',', use, ',', structure, ',', occupancy, ',', area_sqft, ',', rent, ',', rate), ';'
                      ORDER BY storey, id) AS facts
    FROM unit GROUP BY holding_id
), loan AS MATERIALIZED (
    SELECT holding_id, sum(yearly_interest_amount) AS interest, min(upper(valid)) AS until FROM tax_buildingloan
    WHERE valid @> %(valid_from)s::date GROUP BY holding_id
), first_value AS (
    SELECT r.*, m.maintenance, r.gross - m.maintenance AS first, coalesce(loan.interest, 0.00) AS interest,
           loan.until
    FROM rented r
    CROSS JOIN LATERAL (SELECT tax_quotient(r.gross * %(months)s, 12) AS maintenance) m
    LEFT JOIN loan ON loan.holding_id = r.holding_id
    WHERE NOT r.no_rate
    OFFSET 0  -- a fence, as below: each figure would else be worked out again wherever it is used
), relieved AS (
    SELECT f.*, b.base, b.relief,
           CASE WHEN %(either)s THEN greatest(b.relief, f.interest) ELSE b.relief + f.interest END AS deducted
    FROM first_value f
    CROSS JOIN LATERAL (
        SELECT base, tax_quotient(base * %(relief_percent)s, 100) AS relief
        FROM (SELECT CASE WHEN f.own = 0 OR %(relief_on_gross)s THEN f.own
                          ELSE tax_quotient(f.first * f.own, f.gross) END AS base OFFSET 0) x
        OFFSET 0
    ) b
    OFFSET 0
), valued AS (
    SELECT r.*, greatest(r.first - r.deducted, 0.00) AS net,
           greatest(r.first - r.deducted, 0.00, %(floor)s) AS annual_value
    FROM relieved r
), charge AS (
    SELECT v.holding_id, head.n, head.code, head.percent, tax_quotient(v.annual_value * head.percent::numeric, 100) AS amount
    FROM valued v
    CROSS JOIN unnest(%(heads)s::text[], %(percents)s::text[]) WITH ORDINALITY AS head (code, percent, n)
), exempted AS MATERIALIZED (
    SELECT c.holding_id, c.n, e.id, e.kind, e.legal_ref, e.percent, upper(e.valid) AS until, least(e.area_cap_sqft, v.area) AS covered, v.area, c.amount,
           least(c.amount, sum(x.raw) OVER upto) AS relief,
           least(c.amount, sum(x.raw) OVER upto) - least(c.amount, sum(x.raw) OVER upto - x.raw) AS given
    FROM tax_exemption e
    JOIN valued v ON v.holding_id = e.holding_id
    JOIN charge c ON c.holding_id = e.holding_id
    CROSS JOIN LATERAL (
        SELECT tax_quotient(c.amount * e.percent * least(e.area_cap_sqft, v.area), 100 * v.area) AS raw
    ) x
    WHERE e.valid @> %(valid_from)s::date
    WINDOW upto AS (PARTITION BY c.holding_id, c.n ORDER BY e.id)
), exemption AS (
    SELECT holding_id, id, until,
           concat('{{', {label:exemption}, ',"formula":"', sum(amount), ' × ', percent, ' %%',
                  CASE WHEN covered <> area THEN concat(' × ', covered, ' ÷ ', area) END, '","result":"', sum(given),
                  '","inputs":{{"kind":', to_json(kind), ',"legal_ref":', to_json(legal_ref), '}}}}') AS step,
           id::text || ',' || percent::text || ',' || coalesce((SELECT e.area_cap_sqft::text FROM tax_exemption e WHERE e.id = x.id), '') AS fact
    FROM exempted x GROUP BY holding_id, id, until, kind, legal_ref, percent, covered, area
), exemptions AS MATERIALIZED (
    SELECT holding_id, string_agg(step, ',' ORDER BY id) AS steps, string_agg(fact, ';' ORDER BY id) AS facts,
           min(until) AS until
    FROM exemption GROUP BY holding_id
), relief AS MATERIALIZED (
    SELECT holding_id, n, max(relief) AS relief FROM exempted GROUP BY holding_id, n
), charged AS (
    SELECT c.holding_id, sum(c.amount - coalesce(r.relief, 0)) AS tax,
           string_agg((c.amount - coalesce(r.relief, 0))::text, ' + ' ORDER BY c.n) AS formula,
           concat('[', string_agg(concat('{{"head":"', c.code, '","rate":"', c.percent, '","yearly_amount":"',
                                         c.amount - coalesce(r.relief, 0), '"}}'), ',' ORDER BY c.n), ']') AS charges,
           string_agg(concat('{{', (%(head_labels)s::text[])[c.n], ',"formula":"', v.annual_value, ' × ', c.percent,
                             ' %%","result":"', c.amount, '","inputs":{{"head":"', c.code, '"}}}}'), ',' ORDER BY c.n) AS steps
    FROM charge c JOIN valued v ON v.holding_id = c.holding_id
    LEFT JOIN relief r ON r.holding_id = c.holding_id AND r.n = c.n
    GROUP BY c.holding_id
)
SELECT v.holding_id, v.gross, v.annual_value, c.tax, c.charges, least(v.until, e.until) AS until,
       concat('{{', {label:yearly_tax}, ',"formula":"', c.formula, '","result":"', c.tax, '","steps":[',
           '{{', {label:gross_rent}, ',"formula":"', v.formula, '","result":"', v.gross, '","steps":[', v.leaves, ']}}',
           ',{{', {label:maintenance}, ',"formula":"', v.gross, ' × ', %(months_text)s, ' ÷ 12","result":"', v.maintenance, '"}}',
           ',{{', {label:first_value}, ',"formula":"', v.gross, ' − ', v.maintenance, '","result":"', v.first, '"}}',
           CASE WHEN v.relief > 0 THEN concat(',{{', {label:owner_base}, ',"formula":"',
                                              CASE WHEN %(relief_on_gross)s THEN v.own::text WHEN v.own = v.gross THEN v.first::text
                                                   ELSE concat(v.first, ' × ', v.own, ' ÷ ', v.gross) END,
                                              '","result":"', v.base, '"}},{{', {label:owner_relief}, ',"formula":"', v.base, ' × ', %(relief_percent_text)s,
                                              ' %%","result":"', v.relief, '"}}') END,
           CASE WHEN v.interest > 0 THEN concat(',{{', {label:loan_interest}, ',"formula":"","result":"', v.interest, '"}}') END,
           CASE WHEN v.deducted > 0 THEN concat(',{{', {label:net_value}, ',"formula":"', v.first,
               CASE WHEN v.relief > 0 AND NOT (%(either)s AND v.interest > v.relief) THEN concat(' − ', v.relief) END,
               CASE WHEN v.interest > 0 AND NOT (%(either)s AND v.relief >= v.interest) THEN concat(' − ', v.interest) END,
               '","result":"', v.net, '"}}') END,
           ',{{', {label:annual_value}, ',"formula":"', v.net, CASE WHEN v.annual_value <> v.net THEN concat(' < ', %(floor)s) END,
           '","result":"', v.annual_value, '"}},', c.steps, ',' || e.steps,
           ',{{', {label:yearly_tax}, ',"formula":"', c.formula, '","result":"', c.tax, '"}}]}}') AS explanation,
       encode(sha256(convert_to(concat(%(checksum)s, '|', v.facts, '|', v.interest, '|', e.facts), 'UTF8')), 'hex') AS input_hash
FROM valued v
JOIN charged c ON c.holding_id = v.holding_id
LEFT JOIN exemptions e ON e.holding_id = v.holding_id
