"""Routes of the utilities."""

from __future__ import annotations

from django.urls import path, re_path

from utilities.views import holding, networks, sewers

app_name = "utilities"
urlpatterns = [
    path("", networks.overview, name="overview"),
    path("holdings/<int:holding_id>/panel/", holding.panel, name="holding_panel"),
    path("connections/<int:connection_id>/correct/", holding.correct, name="correct"),
    re_path(r"^sewers/(?P<sewer_id>\d+)/$", sewers.sewer, name="sewer"),
    re_path(r"^sewers/(?P<sewer_id>\d+)/buildings\.(?P<kind>csv|geojson)$", sewers.export, name="reach_file"),
    re_path(
        r"^(?P<slug>drains|sewers|water-mains|electricity-lines)/$",
        networks.network,
        name="network",
    ),
]
