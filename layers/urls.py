"""Routes of the layers app."""

from __future__ import annotations

from django.urls import path

from layers.views import export, pages, points, qgis, tiles

app_name = "layers"
urlpatterns = [
    path("", pages.map_page, name="map"),
    path("style.json", pages.style_document, name="style"),
    path("export/", export.export, name="export"),
    path("qgis/", qgis.qgis_page, name="qgis"),
    path("qgis/project.qgs", qgis.qgis_project, name="qgis_project"),
    path("qgis/pg_service.conf", qgis.service_file, name="service_file"),
    path("count/", pages.count_again, name="count_again"),
    path("legend/<str:name>/", pages.legend_fragment, name="legend"),
    path("info/", points.info, name="info"),
    path("nearest-road/", points.nearest_road, name="nearest_road"),
    path("holding/<int:pk>/nearest-road/", points.holding_road, name="holding_road"),
    path("building/<int:pk>/", pages.building_panel, name="building_panel"),
    path("holding/<int:pk>/place.json", pages.holding_place, name="holding_place"),
    path("layers/<str:name>.json", pages.tilejson_document, name="tilejson"),
    path("tiles/<str:name>/<int:z>/<int:x>/<int:y>.mvt", tiles.tile, name="tile"),
]
