INSERT INTO tax_allocation (payment_id, bill_id, head_id, kind, amount, policy)
SELECT c.id, s.bill_id, s.head_id, s.kind, s.amount, %(policy)s FROM demo_share s JOIN demo_claim c ON c.holding_id = s.holding_id
ORDER BY c.turn, s.bill_id, s.kind
