"""Writes to the books: every service that takes or raises money posts through these."""

from __future__ import annotations

from imis.ledger.rules.drafts import LineDraft, UnbalancedDraft
from imis.ledger.services.idempotency import KeyReused, recall, remember
from imis.ledger.services.notices import NoticeUsed, check_again, check_notice
from imis.ledger.services.posting import AlreadyPosted, NoTransaction, PostedBatch, post, post_set, reverse
from imis.ledger.services.proving import request_proof
from imis.ledger.services.receipts import (
    ReceiptDraft,
    VerifiedReceipt,
    issue_receipt,
    issue_receipts,
    receipt_address,
    receipt_series,
    receipt_token,
    reserve_receipt,
    verify_token,
)
from imis.ledger.services.sealing import seal_day

__all__ = [
    "AlreadyPosted",
    "KeyReused",
    "LineDraft",
    "NoTransaction",
    "NoticeUsed",
    "PostedBatch",
    "ReceiptDraft",
    "UnbalancedDraft",
    "VerifiedReceipt",
    "check_again",
    "check_notice",
    "issue_receipt",
    "issue_receipts",
    "post",
    "post_set",
    "recall",
    "receipt_address",
    "receipt_series",
    "receipt_token",
    "remember",
    "request_proof",
    "reserve_receipt",
    "reverse",
    "seal_day",
    "verify_token",
]
