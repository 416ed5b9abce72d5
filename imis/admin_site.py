"""Django's admin site as a window for administrators: it shows, it never writes.

Writes go through services, which audit them; so every model here is read-only.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from imis.access import permission_required
from imis.roles import Permission, may


class OfficeAdminSite(AdminSite):
    """Open to those who manage people; signs in through the ordinary page."""

    site_header = _("IMIS administration")
    site_title = _("IMIS administration")
    index_title = _("Technical records (read only)")

    def has_permission(self, request: HttpRequest) -> bool:
        """True for an administrator; the gate has asked for the second factor before."""
        return may(request.user, Permission.MANAGE_PEOPLE)  # type: ignore[arg-type]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every admin page carries the permission, so that the gate and the route test see it."""
        return permission_required(Permission.MANAGE_PEOPLE)(super().admin_view(view, cacheable))

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Takes read-only pages alone: the pages that libraries bring along can write, so they are passed over."""
        if admin_class is not None and issubclass(admin_class, ReadOnly):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[Any]:
        """The admin's pages without its own sign-in, sign-out and password pages."""
        own = {"login", "logout", "password_change", "password_change_done"}
        urls = [url for url in super().get_urls() if getattr(url, "name", None) not in own]
        for url in urls:
            _guard(url)
        return urls


def _guard(url: Any) -> None:
    for inner in getattr(url, "url_patterns", []):
        _guard(inner)
    callback = getattr(url, "callback", None)
    if callback is not None and not hasattr(callback, "imis_permission"):
        url.callback = permission_required(Permission.MANAGE_PEOPLE)(callback)


class ReadOnly(ModelAdmin):
    """Lists and shows rows; adding, changing and deleting are refused to everyone."""

    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Follows the site."""
        return may(request.user, Permission.MANAGE_PEOPLE)  # type: ignore[arg-type]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Follows the site."""
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: services write."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: services write."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: services write."""
        return False
