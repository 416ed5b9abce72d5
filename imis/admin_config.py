"""Makes the read-only site of `imis.admin_site` Django's default admin site."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class OfficeAdminConfig(AdminConfig):
    """Stands apart from the site: settings load it before any model exists."""

    default_site = "imis.admin_site.OfficeAdminSite"
