"""Routes of the ground floor: home, sign-in, language, health."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
