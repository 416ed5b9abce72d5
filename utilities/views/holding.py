"""The connections of one holding, as a fragment for its page and for the map's panel; and the correction of one."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from holdings.models import Holding
from imis.access import permission_required, require_ward
from imis.errors import BadInput, IMISError
from imis.models import User
from imis.roles import Permission, may
from utilities.forms import CorrectionForm
from utilities.models import Connection
from utilities.queries import holding_services
from utilities.queries.reach import nearest_sewer
from utilities.services import correct_connection


@never_cache
@require_GET
@permission_required(Permission.SEE_UTILITIES)
def panel(request: HttpRequest, holding_id: int) -> HttpResponse:
    """Provider, status and dates of each service; account and meter numbers only for those who may see people."""
    holding = get_object_or_404(Holding, pk=holding_id)
    user = cast(User, request.user)
    require_ward(user, Permission.SEE_UTILITIES, holding.ward_id)
    context = {
        "holding": holding,
        "services": holding_services(holding.pk, timezone.localdate()),
        "reach": nearest_sewer(holding.pk),
        "sees_numbers": may(user, Permission.SEE_PEOPLE, ward=holding.ward_id),
        "corrects": may(user, Permission.CORRECT_CONNECTION, ward=holding.ward_id),
    }
    return render(request, "utilities/panel.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(Permission.CORRECT_CONNECTION)
def correct(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Account, meter and status of the connection in force, from a day on."""
    rows = Connection.objects.select_related("provider", "holding")
    row = get_object_or_404(rows, pk=connection_id)
    user = cast(User, request.user)
    require_ward(user, Permission.CORRECT_CONNECTION, row.holding.ward_id)
    known = {"status": row.status, "account_number": row.account_number, "meter_number": row.meter_number}
    form = CorrectionForm(request.POST or None, initial={**known, "since": timezone.localdate()})
    if form.is_valid():
        try:
            correct_connection(connection=row.pk, **form.cleaned_data, by=user, at=timezone.now())
        except IMISError as error:
            field = error.field if isinstance(error, BadInput) and error.field in form.fields else None
            form.add_error(field, f"{error.message} {error.remedy}".strip())
        else:
            messages.success(request, _("The connection is corrected; what was known before stays in its history."))
            return redirect("holdings:detail", row.holding_id)
    status = 400 if form.is_bound else 200
    return render(request, "utilities/correct.html", {"row": row, "form": form}, status=status)
