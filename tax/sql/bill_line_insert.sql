INSERT INTO tax_billline (bill_id, head_id, amount) SELECT bill_id, head, amount FROM bill_pick_line WHERE amount > 0
