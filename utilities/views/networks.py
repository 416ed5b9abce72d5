"""How much of each network and how many connections there are, and the lines one by one."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from holdings.intake.registry import intakes_for
from imis.access import permission_required
from imis.models import User
from imis.roles import Permission
from utilities.forms import FindForm
from utilities.intakes import INTAKES
from utilities.models.networks import Line
from utilities.queries import NETWORKS, Network, connection_counts, network_lines, network_totals

PAGE = 50


@never_cache
@require_GET
@permission_required(Permission.SEE_UTILITIES)
def overview(request: HttpRequest) -> HttpResponse:
    """Lengths of the networks and connections by provider and status, in the user's wards."""
    user = cast(User, request.user)
    mine = [intake for intake in intakes_for(user) if intake in INTAKES]
    context = {"totals": network_totals(user), "counts": connection_counts(user), "intakes": mine}
    return render(request, "utilities/overview.html", context)


@never_cache
@require_GET
@permission_required(Permission.SEE_UTILITIES)
def network(request: HttpRequest, slug: str) -> HttpResponse:
    """The lines of one network, by a part of the code and by ward."""
    shown, form = NETWORKS[slug], FindForm(request.GET)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {"q": "", "ward": None}
    lines = network_lines(shown, cast(User, request.user), text=asked["q"], ward=asked["ward"])
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    titles = [shown.model._meta.get_field(name).verbose_name for name in shown.columns]  # type: ignore[union-attr]
    context = {
        "network": shown,
        "form": form,
        "page": page,
        "titles": titles,
        "rows": [(line, _cells(shown, line, titles)) for line in page],
        "asked": urlencode({"q": asked["q"], "ward": asked["ward"] or ""}),
    }
    return render(request, "utilities/network.html", context)


def _cells(shown: Network, line: Line, titles: list[Any]) -> list[tuple[Any, Any, bool]]:
    """What a line says in each column: the column's title, the value, and whether it is a number."""
    cells = []
    for title, name in zip(titles, shown.columns, strict=True):
        spoken = getattr(line, f"get_{name}_display", None)
        value = spoken() if spoken else getattr(line, name)
        cells.append((title, value, name.endswith("_mm")))
    return cells
