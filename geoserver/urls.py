"""Routes of the door."""

from __future__ import annotations

from django.urls import path, re_path

from geoserver import views

app_name = "geoserver"
urlpatterns = [
    path("connect/", views.connect, name="connect"),
    path("", views.door, name="door"),
    # The second form is what GeoServer itself makes of its address in capabilities.
    re_path(
        r"^(?:gis_)?(?P<audience>public|staff|tax)/(?:(?P<service>wms|wfs|wmts|ows|gwc/service/wmts)/?)?$",
        views.door,
        name="audience",
    ),
]
