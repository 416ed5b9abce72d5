-- Payments with their entries and receipts.
INSERT INTO tax_payment (id, holding_id, channel, reference, amount, value_date, recorded_at, payer_name, taken_by_id, working, entry_id, receipt_id)
SELECT c.id, c.holding_id, c.channel, c.reference, c.amount, c.value_date, c.recorded_at, c.payer_name, c.taken_by, c.working, e.id, r.id
FROM demo_claim c
JOIN ledger_entry e ON e.source = c.channel || ':' || c.reference
JOIN ledger_receipt r ON r.entry_id = e.id
ORDER BY c.turn
