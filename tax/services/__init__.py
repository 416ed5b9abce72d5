"""What the tax does: each public function is one use case, one transaction, one audit row."""

from tax.services.assessments import (
    AssessmentOutcome,
    approve_assessments,
    assess_ward,
    propose_assessment,
    reject_assessment,
)
from tax.services.bills import BillRunOutcome, issue_bills
from tax.services.payments import take_payment
from tax.services.reversals import reverse_payment
from tax.services.ward_bills import clear_ward_bills, request_ward_bills

__all__ = [
    "AssessmentOutcome",
    "BillRunOutcome",
    "approve_assessments",
    "assess_ward",
    "clear_ward_bills",
    "issue_bills",
    "propose_assessment",
    "reject_assessment",
    "request_ward_bills",
    "reverse_payment",
    "take_payment",
]
