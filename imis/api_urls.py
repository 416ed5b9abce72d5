"""The roof over the REST doors: one address for all, and the document that describes them."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from fsm import api as sludge
from holdings import api as register
from imis.access import SIGNED_IN
from imis.api import api_permission
from imis.roles import Permission
from tax import api as tax

app_name = "api"
_register, _tax = api_permission(Permission.SEE_REGISTER), api_permission(Permission.SEE_TAX)
_sludge = api_permission(Permission.SEE_SLUDGE)
urlpatterns = [
    path("schema/", api_permission(SIGNED_IN)(SpectacularAPIView.as_view()), name="schema"),
    path("holdings/", _register(register.HoldingList.as_view()), name="holdings"),
    path("holdings/<int:pk>/", _register(register.HoldingOne.as_view()), name="holding"),
    path("holdings/<int:holding_id>/dues/", _tax(tax.HoldingDues.as_view()), name="holding_dues"),
    path("buildings/", _register(register.BuildingList.as_view()), name="buildings"),
    path("buildings/<int:pk>/", _register(register.BuildingOne.as_view()), name="building"),
    path("dues/", _tax(tax.DuesList.as_view()), name="dues"),
    path("requests/", _sludge(sludge.RequestList.as_view()), name="requests"),
    path("requests/<uuid:pk>/", _sludge(sludge.RequestOne.as_view()), name="request"),
]
