-- The accepted price with its reasons, step by step, as tax.rules.allocation writes it: one JSON list a holding.
CREATE TEMP TABLE demo_working ON COMMIT DROP AS
WITH by_year AS (
    SELECT holding_id, string_agg('{{' || {label:arrears} || ',"formula":"","result":"' || amount || '","inputs":{{"fiscal_year":'
                                  || fiscal_year || '}}}}', ',' ORDER BY fiscal_year) AS steps
    FROM (SELECT holding_id, fiscal_year, round(sum(unpaid) / 100.0, 2) AS amount
          FROM demo_open WHERE grp = 'earlier_years' GROUP BY holding_id, fiscal_year) y
    GROUP BY holding_id
), quarter AS (
    SELECT holding_id, grp, quarter, sum(unpaid) AS unpaid FROM demo_open WHERE grp <> 'earlier_years'
    GROUP BY holding_id, grp, quarter
), grouped AS (
    SELECT holding_id, grp, ',"formula":"' || string_agg(round(unpaid / 100.0, 2)::text, ' + ' ORDER BY quarter) || '","result":"'
           || round(sum(unpaid) / 100.0, 2) || '"}}' AS step
    FROM quarter GROUP BY holding_id, grp
), taka AS (
    SELECT p.holding_id, round(p.principal / 100.0, 2) AS principal, round(p.arrears / 100.0, 2) AS arrears,
           round(p.in_time / 100.0, 2) AS in_time, round(p.surcharge / 100.0, 2) AS surcharge, round(p.rebate / 100.0, 2) AS rebate,
           p.rate, round(p.payable / 100.0, 2) AS payable,
           round((p.payable - p.principal - p.surcharge + p.rebate) / 100.0, 2) AS rounding
    FROM demo_price p
)
SELECT t.holding_id, ('[' || concat_ws(',',
    y.steps,
    CASE WHEN t.arrears > 0 THEN '{{' || {label:surcharge} || ',"formula":"' || t.arrears || ' × ' || %(surcharge_text)s || ' %%","result":"'
        || t.surcharge || '"}}' END,
    '{{' || {label:overdue} || o.step, '{{' || {label:current} || c.step, '{{' || {label:future} || f.step,
    CASE WHEN t.in_time * t.rate > 0 THEN '{{' || {label:rebate} || ',"formula":"' || t.in_time || ' × ' || trim_scale(t.rate)
        || ' %%","result":"' || t.rebate || '"}}' END,
    CASE WHEN t.rounding <> 0 THEN '{{' || {label:rounding} || ',"formula":"","result":"' || t.rounding || '"}}' END,
    '{{' || {label:payable} || ',"formula":"' || t.principal
        || CASE WHEN t.surcharge > 0 THEN ' + ' || t.surcharge ELSE '' END || CASE WHEN t.rebate > 0 THEN ' − ' || t.rebate ELSE '' END
        || CASE WHEN t.rounding > 0 THEN ' + ' || t.rounding WHEN t.rounding < 0 THEN ' − ' || -t.rounding ELSE '' END
        || '","result":"' || t.payable || '"}}',
    '{{' || {label:paid} || ',"formula":"' || t.payable || '","result":"' || t.payable || '"}}'
) || ']')::jsonb AS steps
FROM taka t
LEFT JOIN by_year y ON y.holding_id = t.holding_id
LEFT JOIN grouped o ON o.holding_id = t.holding_id AND o.grp = 'overdue'
LEFT JOIN grouped c ON c.holding_id = t.holding_id AND c.grp = 'current'
LEFT JOIN grouped f ON f.holding_id = t.holding_id AND f.grp = 'future'
