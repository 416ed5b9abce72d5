"""The tables of holding tax, one file a topic."""

from tax.models.assessment import Assessment, BuildingLoan, Exemption
from tax.models.billing import Bill, BillLine, BillRun, Standing
from tax.models.law import ChargeHead, RentRate, RuleSet
from tax.models.money_in import Allocation, Payment, Reversal

__all__ = [
    "Allocation",
    "Assessment",
    "Bill",
    "BillLine",
    "BillRun",
    "BuildingLoan",
    "ChargeHead",
    "Exemption",
    "Payment",
    "RentRate",
    "Reversal",
    "RuleSet",
    "Standing",
]
