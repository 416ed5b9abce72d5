"""Keeps a GeoServer equal to the catalogue."""

from django.apps import AppConfig


class GeoserverConfig(AppConfig):
    name = "geoserver"
    default_auto_field = "django.db.models.BigAutoField"
