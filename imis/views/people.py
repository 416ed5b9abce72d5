"""The administrator's pages about staff."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from imis import queries
from imis.access import permission_required
from imis.errors import BadInput, IMISError
from imis.forms import PersonForm
from imis.models import User
from imis.roles import Permission
from imis.services import people as services

PAGE = 50


@require_GET
@permission_required(Permission.MANAGE_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """Staff, with their roles, wards and second factor."""
    text = request.GET.get("q", "").strip()
    page = Paginator(queries.people(text), PAGE).get_page(request.GET.get("page"))
    return render(request, "imis/people.html", {"page": page, "text": text})


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(Permission.MANAGE_PEOPLE)
def add_person(request: HttpRequest) -> HttpResponse:
    """Adds a person and shows the temporary password once."""
    form = PersonForm(request.POST or None, adding=True)
    if form.is_valid():
        try:
            user, password = services.add_user(**form.cleaned_data, by=cast(User, request.user), at=timezone.now())
        except BadInput as refusal:
            form.add_error(refusal.field or None, f"{refusal.message} {refusal.remedy}")
        else:
            return render(request, "imis/temporary_password.html", {"person": user, "password": password})
    return render(request, "imis/person.html", {"form": form})


@require_http_methods(["GET", "POST"])
@permission_required(Permission.MANAGE_PEOPLE)
def edit_person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Names, roles and wards of one person."""
    person = get_object_or_404(queries.people(), pk=user_id)
    initial = {
        "name_bn": person.name_bn,
        "name_en": person.get_full_name(),
        "roles": person.roles,
        "all_wards": person.all_wards,
        "ward_numbers": ", ".join(map(str, person.ward_numbers)),
    }
    form = PersonForm(request.POST or None, initial=initial, adding=False)
    if form.is_valid():
        try:
            services.edit_user(user=person, **form.cleaned_data, by=cast(User, request.user), at=timezone.now())
        except IMISError as refusal:
            form.add_error(None, f"{refusal.message} {refusal.remedy}")
        else:
            messages.success(request, _("Saved."))
            return redirect("people")
    return render(request, "imis/person.html", {"form": form, "person": person})


@require_POST
@permission_required(Permission.MANAGE_PEOPLE)
def set_active(request: HttpRequest, user_id: int) -> HttpResponse:
    """Closes or reopens an account (`active` = 0 or 1)."""
    person = get_object_or_404(User, pk=user_id)
    active = request.POST.get("active") == "1"
    try:
        services.set_active(user=person, active=active, by=cast(User, request.user), at=timezone.now())
    except IMISError as refusal:
        messages.error(request, f"{refusal.message} {refusal.remedy}")
    else:
        messages.success(request, _("The account is open again.") if active else _("The account is closed."))
    return redirect("edit_person", user_id=person.pk)


@never_cache
@require_POST
@permission_required(Permission.MANAGE_PEOPLE)
def reset_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """A temporary password, shown once."""
    person = get_object_or_404(User, pk=user_id)
    try:
        password = services.reset_password(user=person, by=cast(User, request.user), at=timezone.now())
    except IMISError as refusal:
        messages.error(request, f"{refusal.message} {refusal.remedy}")
        return redirect("edit_person", user_id=person.pk)
    return render(request, "imis/temporary_password.html", {"person": person, "password": password})


@require_POST
@permission_required(Permission.MANAGE_PEOPLE)
def reset_second_factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """Forgets a lost telephone."""
    person = get_object_or_404(User, pk=user_id)
    try:
        services.reset_second_factor(user=person, by=cast(User, request.user), at=timezone.now())
    except IMISError as refusal:
        messages.error(request, f"{refusal.message} {refusal.remedy}")
    else:
        messages.success(request, _("The second factor is reset; it is set up anew at the next sign-in."))
    return redirect("edit_person", user_id=person.pk)
