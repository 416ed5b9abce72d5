"""What every REST door shares: who may enter, pages by cursor, and one way to refuse.

The doors only read. A program signs in as a person does and sees what that person may see.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import ValidationError as NotAValue
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response

from imis.access import SIGNED_IN, Guard, in_scope
from imis.models import User
from imis.roles import Permission, may

View = Callable[..., HttpResponseBase]


def api_permission(permission: Guard) -> Callable[[View], View]:
    """Guards a REST view: 403 without `permission` as JSON; the gate answers strangers with 401."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # The gate has let nobody through who is not signed in.
            if permission is not SIGNED_IN and not may(cast(User, request.user), cast(Permission, permission)):
                return JsonResponse({"detail": _("Your office may not do this.")}, status=403)
            response = view(request, *args, **kwargs)
            response.headers["Cache-Control"] = "private, no-store"
            return response

        guarded.imis_permission = permission  # type: ignore[attr-defined]
        guarded.imis_api = True  # type: ignore[attr-defined]
        guarded.imis_says_no = _not_understood  # type: ignore[attr-defined]  # a mark on the view
        return guarded

    return decorate


def _not_understood(parameter: str) -> HttpResponseBase:
    return JsonResponse({parameter: [_("This value is not understood.")]}, status=400)


class ByCursor(CursorPagination):
    """Pages that follow the key: the thousandth costs what the first one does. A made-up cursor is a 404."""

    ordering: str | tuple[str, ...] = "pk"
    page_size = 100
    max_page_size = 1000
    page_size_query_param = "limit"

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """The rows of the page. A cursor holds a value of the key; one that holds none is somebody's invention."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, NotAValue) as error:
            if self.cursor_query_param not in request.query_params:
                raise  # nobody sent a cursor, so the mistake is ours
            raise NotFound(self.invalid_cursor_message) from error


class FeaturesByCursor(ByCursor):
    """The same for GeoJSON: the page is a feature collection."""

    def get_paginated_response(self, data: Any) -> Response:
        return Response({**data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {"allOf": [schema, {"type": "object", "properties": {"next": link, "previous": link}}]}


class Scoped(GenericAPIView[Any]):
    """Rows of the reader's wards; `ward_field` leads from a row to its ward number."""

    pagination_class = ByCursor
    ward_field = "ward_id"
    filters: dict[str, str] = {}

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in scope that have the values asked for; an unknown parameter is refused by name."""
        rows = in_scope(queryset, cast(User, self.request.user), self.ward_field)
        known = {*self.filters, "cursor", "limit", "format", "lang"}
        for name, text in self.request.query_params.items():
            if name not in known:
                raise ValidationError({name: _("unknown parameter")})
            if name in self.filters:
                rows = self._filtered(rows, name, str(text))
        return rows

    def _filtered(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        if name == "ward" and not (text.isascii() and text.isdigit() and len(text) < 6):
            raise ValidationError({name: _("This value is not understood.")})
        return rows.filter(**{self.filters[name]: text})


class Taka(serializers.DecimalField):
    """An amount of money with its paisa, as text: a float would lie."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **options)
