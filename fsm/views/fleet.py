"""What the office keeps: providers, vehicles, crews, plants, prices and assumptions, one form each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from fsm import services
from fsm.forms import fleet as forms
from fsm.queries import fleet as queries
from fsm.views.scope import person, say
from holdings.models import Ward
from imis.access import in_scope, permission_required, ward_scope
from imis.errors import IMISError
from imis.models import User
from imis.roles import Permission, may


@dataclass(frozen=True)
class Kept:
    """One kind of thing the office adds: its title, form and service."""

    title: Any
    form: type[Form]
    add: Callable[..., object]
    # Of one ward: an officer of that ward adds it. What serves every ward is for those who work in every ward.
    of_a_ward: bool = False


KEPT = {
    "provider": Kept(gettext_lazy("Add a provider"), forms.ProviderForm, services.add_provider),
    "vehicle": Kept(gettext_lazy("Add a vehicle"), forms.VehicleForm, services.add_vehicle),
    "crew": Kept(gettext_lazy("Add a driver or emptier"), forms.CrewForm, services.add_crew_member),
    "plant": Kept(gettext_lazy("Add a treatment plant"), forms.PlantForm, services.add_plant),
    "tariff": Kept(gettext_lazy("Adopt a tariff"), forms.TariffForm, services.adopt_tariff),
    "population": Kept(gettext_lazy("State the population"), forms.PopulationForm, services.state_population, True),
    "rate": Kept(gettext_lazy("State the sludge a head"), forms.RateForm, services.state_sludge_rate),
}


@require_GET
@permission_required(Permission.SEE_SLUDGE)
def fleet(request: HttpRequest) -> HttpResponse:
    """Fleet, plants, prices and assumptions on one page."""
    today, user = timezone.localdate(), person(request)
    manages = may(user, Permission.MANAGE_SLUDGE)
    context = {
        "providers": queries.providers(),
        "vehicles": queries.vehicles(),
        "crew": queries.crew(),
        "plants": queries.plants(),
        "tariffs": queries.tariffs(),
        "tariff": queries.tariff_on(today),
        "population": queries.population_without_sewer(today, ward_scope(user)),
        "rate": queries.sludge_rate_on(today),
        "may_state": manages,
        "may_manage": manages and user.all_wards,
    }
    return render(request, "fsm/fleet.html", context)


def _wards(kept: Kept, user: User) -> dict[str, Any]:
    """The wards that a form of one ward offers and takes: those of the officer."""
    return {"wards": in_scope(Ward.objects.order_by("number"), user, "number")} if kept.of_a_ward else {}


@require_http_methods(["GET", "POST"])
@permission_required(Permission.MANAGE_SLUDGE)
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of one kind of thing."""
    kept = KEPT.get(kind)
    if kept is None:
        raise Http404
    user = person(request)
    if not (kept.of_a_ward or user.all_wards):
        raise PermissionDenied(_("This concerns every ward: an officer for all wards does it."))
    form = kept.form(request.POST or None, **_wards(kept, user))
    if request.method == "POST" and form.is_valid():
        try:
            kept.add(**form.cleaned_data, by=user, at=timezone.now())
        except IMISError as error:
            say(form, error)
        else:
            messages.success(request, _("Recorded."))
            return redirect("fsm:fleet")
    context = {"form": form, "title": kept.title}
    return render(request, "fsm/add.html", context, status=400 if form.is_bound else 200)
