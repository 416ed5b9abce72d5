"""The roof: joins every app's routes."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("imis.routes")),
    path("admin/", admin.site.urls),
    path("", include("imis.ledger.public_urls")),
    path("books/", include("imis.ledger.urls")),
    path("holdings/", include("holdings.urls")),
    path("intake/", include("holdings.intake.urls")),
    path("", include("tax.public_urls")),
    path("tax/", include("tax.urls")),
    path("sludge/", include("fsm.urls")),
    path("utilities/", include("utilities.urls")),
    path("map/", include("layers.urls")),
    path("api/v1/", include("imis.api_urls")),
    path("ogc/", include("layers.ogc_urls")),
]

handler400 = "imis.views.refusals.bad_request"
handler403 = "imis.views.refusals.denied"
handler404 = "imis.views.refusals.missing"
handler500 = "imis.views.refusals.broken"
