"""Routes of the tax app."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "tax"
urlpatterns: list[URLPattern] = []
