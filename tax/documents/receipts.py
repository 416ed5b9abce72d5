"""Receipts of tax payments as PDF: the form that every service's receipts have."""

from __future__ import annotations

from imis.ledger.paper import receipt_pdf

__all__ = ["receipt_pdf"]
