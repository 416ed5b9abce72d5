"""Paper of the tax: bills and receipts as PDF, typeset from frozen snapshots only.

The way of a page: snapshot (JSON) → content.py (every string ready, in one language) → typst template in templates/
(layout only) → PDF by imis.paper, which also holds the receipt's form. bills.py and receipts.py are the doors for rows
of the database; the modules behind them know neither Django nor the clock nor the network.
"""
