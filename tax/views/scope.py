"""Finds the object a page is about, within the wards of the user; outside them it does not exist."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language

from holdings.models import Holding, Ward
from imis.access import require_ward
from imis.models import User
from imis.roles import Permission
from tax.models import Bill, Payment


def person(request: HttpRequest) -> User:
    """The signed-in user (the guard of every view has seen to that)."""
    return cast(User, request.user)


def language() -> str:
    """The active language, bn or en."""
    return "bn" if (get_language() or "bn").startswith("bn") else "en"


def ward_or_403(request: HttpRequest, permission: Permission, number: int) -> Ward:
    """The ward, if the user may do `permission` there; PermissionDenied else, Http404 if there is none."""
    ward = get_object_or_404(Ward, number=number)
    require_ward(person(request), permission, ward.number)
    return ward


def holding_or_403(request: HttpRequest, permission: Permission, holding_id: int) -> Holding:
    """The holding with its places, if the user may do `permission` in its ward."""
    holding = get_object_or_404(Holding.objects.select_related("ward", "road", "mahalla"), pk=holding_id)
    require_ward(person(request), permission, holding.ward_id)
    return holding


def payment_or_403(request: HttpRequest, permission: Permission, payment_id: UUID) -> Payment:
    """The payment with its holding and receipt, if the user may do `permission` in that ward."""
    payment = get_object_or_404(
        Payment.objects.select_related("holding", "receipt", "taken_by", "entry"), pk=payment_id
    )
    require_ward(person(request), permission, payment.holding.ward_id)
    return payment


def bill_or_403(request: HttpRequest, permission: Permission, bill_id: int) -> Bill:
    """The bill with its holding, if the user may do `permission` in its ward."""
    bill = get_object_or_404(Bill.objects.select_related("holding"), pk=bill_id)
    if bill.ward_id != bill.holding.ward_id and not person(request).all_wards:
        raise PermissionDenied
    require_ward(person(request), permission, bill.ward_id)
    return bill
