"""Routes of the register and of survey files."""

from __future__ import annotations

from django.urls import path, re_path

from holdings.views import problems, register, surveys

app_name = "holdings"
urlpatterns = [
    path("", register.register, name="register"),
    path("search/", register.search, name="search"),
    path("<int:holding_id>/", register.detail, name="detail"),
    path("<int:holding_id>/panel/", register.panel, name="panel"),
    path("surveys/", surveys.surveys, name="surveys"),
    path("surveys/<int:file_id>/", surveys.survey, name="survey"),
    path("surveys/<int:file_id>/columns/", surveys.columns, name="survey_columns"),
    path("surveys/<int:file_id>/srid/", surveys.srid, name="survey_srid"),
    path("surveys/<int:file_id>/check/", surveys.check, name="survey_check"),
    path("surveys/<int:file_id>/apply/", surveys.apply, name="survey_apply"),
    path("surveys/<int:file_id>/problems/", problems.table, name="survey_problems"),
    path("surveys/<int:file_id>/problems.geojson", problems.on_map, name="survey_map"),
    path("surveys/<int:file_id>/rows/<int:number>/", problems.row, name="survey_row"),
    path("surveys/<int:file_id>/settle/", problems.settle, name="survey_settle"),
    re_path(r"^surveys/(?P<file_id>\d+)/report\.(?P<kind>csv|xlsx)$", problems.report, name="survey_report"),
]
