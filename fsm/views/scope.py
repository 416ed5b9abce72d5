"""Finds the object a page is about, within the wards of the user; outside them it does not exist."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language

from fsm.models import Payment, Request
from imis.access import require_ward
from imis.errors import BadInput, IMISError
from imis.models import User
from imis.roles import Permission


def person(request: HttpRequest) -> User:
    """The signed-in user (the guard of every view has seen to that)."""
    return cast(User, request.user)


def language() -> str:
    """The active language, bn or en."""
    return "bn" if (get_language() or "bn").startswith("bn") else "en"


def asked_or_403(request: HttpRequest, permission: Permission, request_id: UUID) -> Request:
    """The emptying request with its place, if the user may do `permission` in its ward."""
    rows = Request.objects.select_related("ward", "holding", "building", "containment", "requested_by", "charge")
    asked = get_object_or_404(rows, pk=request_id)
    require_ward(person(request), permission, asked.ward_id)
    return asked


def payment_or_403(request: HttpRequest, permission: Permission, payment_id: UUID) -> Payment:
    """The payment with its receipt, if the user may do `permission` in the ward of its request."""
    rows = Payment.objects.select_related("charge__request__holding", "receipt", "taken_by", "entry")
    payment = get_object_or_404(rows, pk=payment_id)
    require_ward(person(request), permission, payment.charge.request.ward_id)
    return payment


def say(form: Form, error: IMISError) -> None:
    """Puts a refusal where a person looks: at its field, or above the form."""
    field = error.field if isinstance(error, BadInput) and error.field in form.fields else None
    form.add_error(field, f"{error.message} {error.remedy}".strip())
