"""Routes of the layers app."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "layers"
urlpatterns: list[URLPattern] = []
