"""The connections of one holding, as a fragment for its page and for the map's panel."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from holdings.models import Holding
from imis.access import permission_required, require_ward
from imis.models import User
from imis.roles import Permission, may
from utilities.queries import holding_services
from utilities.queries.reach import nearest_sewer


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
    }
    return render(request, "utilities/panel.html", context)
