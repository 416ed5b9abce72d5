"""Who may do what: one table of roles and permissions, and the ward scope of a person.

`may(user, Permission.X, ward=22)` is the only question any edge asks.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from imis.models import User


class Role(TextChoices):
    """Offices of the city corporation, as its staff name them."""

    ADMINISTRATOR = "administrator", _("Administrator")
    ASSESSOR = "assessor", _("Assessor")
    APPROVER = "approver", _("Approver")
    COLLECTION_OFFICER = "collection_officer", _("Collection officer")
    COLLECTOR = "collector", _("Collector")
    CASHIER = "cashier", _("Cashier")
    PLANNER = "planner", _("Planner")
    AUDITOR = "auditor", _("Auditor")
    FSM_OFFICER = "fsm_officer", _("FSM officer")
    DRIVER = "driver", _("Vacutug driver")
    PLANT_OPERATOR = "plant_operator", _("Plant operator")


class Permission(str, Enum):
    """One word per act; a view names exactly one."""

    SEE_REGISTER = "see_register"
    SEE_PEOPLE = "see_people"
    SEE_TAX = "see_tax"
    SEE_MAP = "see_map"
    IMPORT_SURVEY = "import_survey"
    APPLY_SURVEY = "apply_survey"
    ASSESS = "assess"
    APPROVE_ASSESSMENT = "approve_assessment"
    PREVIEW_BILLS = "preview_bills"
    ISSUE_BILLS = "issue_bills"
    PRINT_BILLS = "print_bills"
    TAKE_PAYMENT = "take_payment"
    REVERSE_PAYMENT = "reverse_payment"
    SEE_AUDIT = "see_audit"
    MANAGE_PEOPLE = "manage_people"
    SEE_JOBS = "see_jobs"
    EXPORT_LAYERS = "export_layers"
    IMPORT_FILES = "import_files"
    IMPORT_UTILITIES = "import_utilities"
    IMPORT_ACCOUNTS = "import_accounts"
    CORRECT_CONNECTION = "correct_connection"
    SEE_UTILITIES = "see_utilities"
    SEE_SLUDGE = "see_sludge"
    MANAGE_SLUDGE = "manage_sludge"
    TAKE_SLUDGE_FEE = "take_sludge_fee"
    DRIVE = "drive"
    RECEIVE_SLUDGE = "receive_sludge"


_R, _P = Role, Permission
_EVERY_STAFF = frozenset({_P.SEE_REGISTER, _P.SEE_MAP, _P.SEE_UTILITIES})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    _R.ADMINISTRATOR: _EVERY_STAFF
    | {_P.SEE_PEOPLE, _P.SEE_TAX, _P.SEE_SLUDGE, _P.SEE_AUDIT, _P.MANAGE_PEOPLE, _P.SEE_JOBS}
    | {_P.EXPORT_LAYERS},
    _R.ASSESSOR: _EVERY_STAFF
    | {_P.SEE_PEOPLE, _P.SEE_TAX, _P.IMPORT_SURVEY, _P.APPLY_SURVEY, _P.ASSESS, _P.EXPORT_LAYERS}
    | {_P.IMPORT_FILES, _P.IMPORT_ACCOUNTS, _P.CORRECT_CONNECTION},
    _R.APPROVER: _EVERY_STAFF | {_P.SEE_PEOPLE, _P.SEE_TAX, _P.APPROVE_ASSESSMENT},
    _R.COLLECTION_OFFICER: _EVERY_STAFF
    | {
        _P.SEE_PEOPLE,
        _P.SEE_TAX,
        _P.PREVIEW_BILLS,
        _P.ISSUE_BILLS,
        _P.PRINT_BILLS,
        _P.REVERSE_PAYMENT,
        _P.SEE_SLUDGE,
        _P.EXPORT_LAYERS,
    },
    _R.COLLECTOR: _EVERY_STAFF
    | {_P.SEE_PEOPLE, _P.SEE_TAX, _P.PREVIEW_BILLS, _P.ISSUE_BILLS, _P.PRINT_BILLS, _P.TAKE_PAYMENT},
    _R.CASHIER: _EVERY_STAFF | {_P.SEE_PEOPLE, _P.SEE_TAX, _P.TAKE_PAYMENT, _P.SEE_SLUDGE, _P.TAKE_SLUDGE_FEE},
    _R.PLANNER: _EVERY_STAFF | {_P.SEE_SLUDGE, _P.EXPORT_LAYERS, _P.IMPORT_FILES, _P.IMPORT_UTILITIES},
    _R.AUDITOR: _EVERY_STAFF | {_P.SEE_PEOPLE, _P.SEE_TAX, _P.SEE_AUDIT, _P.SEE_SLUDGE},
    _R.FSM_OFFICER: _EVERY_STAFF
    | {_P.SEE_PEOPLE, _P.SEE_SLUDGE, _P.MANAGE_SLUDGE, _P.TAKE_SLUDGE_FEE, _P.EXPORT_LAYERS, _P.IMPORT_FILES},
    # Drivers and plant operators may work for a company: their own jobs are all they see.
    _R.DRIVER: frozenset({_P.DRIVE}),
    _R.PLANT_OPERATOR: frozenset({_P.RECEIVE_SLUDGE}),
}


def may(user: User, permission: Permission, *, ward: int | None = None) -> bool:
    """True when one of the user's roles grants `permission` and `ward` lies in the user's scope.

    `ward` is a ward number; None asks about the permission alone (a list that is then filtered by
    `user.ward_numbers`). An inactive or anonymous user may do nothing.
    """
    if not user.is_active or not user.is_authenticated:
        return False
    if not any(permission in PERMISSIONS[Role(role)] for role in user.roles):
        return False
    return ward is None or user.all_wards or ward in user.ward_numbers
