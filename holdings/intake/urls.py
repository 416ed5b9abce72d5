"""Routes of files brought in."""

from __future__ import annotations

from django.urls import path, re_path

from holdings.intake.views import files, problems

app_name = "intake"
urlpatterns = [
    path("", files.files, name="files"),
    path("<int:file_id>/", files.file, name="file"),
    path("<int:file_id>/columns/", files.columns, name="columns"),
    path("<int:file_id>/srid/", files.srid, name="srid"),
    path("<int:file_id>/check/", files.check, name="check"),
    path("<int:file_id>/apply/", files.apply, name="apply"),
    path("<int:file_id>/problems/", problems.table, name="problems"),
    path("<int:file_id>/problems.geojson", problems.on_map, name="map"),
    path("<int:file_id>/rows/<int:number>/", problems.row, name="row"),
    path("<int:file_id>/settle/", problems.settle, name="settle"),
    re_path(r"^(?P<file_id>\d+)/report\.(?P<kind>csv|xlsx)$", problems.report, name="report"),
]
