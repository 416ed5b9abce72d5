"""What the tax does: each public function is one use case, one transaction, one audit row."""

from tax.services.assessments import (
    AssessmentOutcome,
    approve_assessments,
    assess_ward,
    propose_assessment,
    reject_assessment,
)

__all__ = ["AssessmentOutcome", "approve_assessments", "assess_ward", "propose_assessment", "reject_assessment"]
