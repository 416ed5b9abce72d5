"""Routes of OGC API Features."""

from __future__ import annotations

from django.urls import path

from layers.views import ogc

app_name = "layers_ogc"
urlpatterns = [
    path("", ogc.landing, name="landing"),
    path("conformance", ogc.conformance, name="conformance"),
    path("api", ogc.api, name="api"),
    path("collections", ogc.collections, name="collections"),
    path("collections/<str:name>", ogc.collection, name="collection"),
    path("collections/<str:name>/items", ogc.items, name="items"),
    path("collections/<str:name>/items/<str:written>", ogc.item, name="item"),
]
