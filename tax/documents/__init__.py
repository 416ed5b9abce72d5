"""Paper: bills and receipts as PDF, typeset from frozen snapshots only.

The way of a page: snapshot (JSON) → content.py / receipt_pages.py (every string ready, in one language) → typst
template in templates/ (layout only) → PDF. Data reaches typst as a JSON file, never as source, so text written by
people cannot be read as markup. bills.py and receipts.py are the doors for rows of the database; the modules behind
them know neither Django nor the clock nor the network.
"""
