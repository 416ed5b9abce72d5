"""Routes of the holdings app."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "holdings"
urlpatterns: list[URLPattern] = []
