"""The roof: joins every app's routes."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from layers.views.ogc import landing

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
    path("ows/", include("geoserver.urls")),
    path("api/v1/", include("imis.api_urls")),
    # QGIS does not follow a redirect from the address without the stroke.
    path("ogc", landing, name="ogc_landing"),
    path("ogc/", include("layers.ogc_urls")),
]

handler400 = "imis.views.refusals.bad_request"
handler403 = "imis.views.refusals.denied"
handler404 = "imis.views.refusals.missing"
handler500 = "imis.views.refusals.broken"
