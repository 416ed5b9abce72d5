"""REST doors of the sludge service: emptying requests and what happened to them, read only."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from drf_spectacular.contrib.rest_framework_gis import build_point_geo_schema
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from fsm.models import Event, Request, State
from fsm.queries.people import sees_people
from fsm.queries.requests import events_of
from holdings.api import InDegrees
from imis import bangla
from imis.api import FeaturesByCursor, Scoped
from imis.models import User


class RequesterOut(serializers.Serializer[Any]):
    """Who asks, and where in their own words."""

    name = serializers.CharField(source="requester_name")
    mobile = serializers.CharField(source="requester_mobile")
    address = serializers.CharField()


@extend_schema_field(build_point_geo_schema())  # type: ignore[no-untyped-call]  # the library has no types
class Place(InDegrees):
    """A point of another row; the library can only describe shapes of the row itself."""


class RequestOut(GeoFeatureModelSerializer):  # type: ignore[misc]  # the library has no types
    """A request as a GeoJSON feature: where its containment lies, else its building, else nowhere.

    `requester` is null for readers who may not see people.
    """

    geom = Place(source="place", precision=7, allow_null=True)
    ward = serializers.IntegerField(source="ward_id")
    holding = serializers.IntegerField(source="holding_id", allow_null=True)
    building = serializers.IntegerField(source="building_id", allow_null=True)
    containment = serializers.CharField(source="containment.code", default=None, allow_null=True)
    requester = serializers.SerializerMethodField()

    class Meta:
        model = Request
        geo_field = "geom"
        fields = (
            "id", "number", "state", "channel", "ward", "urgent", "wanted_on", "requested_at", "holding", "building",
            "containment", "requester",
        )  # fmt: skip

    def sees_people(self, request: Request) -> bool:
        """Whether the reader may see who lives in the request's ward, as on the request's page."""
        return sees_people(cast(User, self.context["request"].user), request.ward_id)

    @extend_schema_field(RequesterOut(allow_null=True))
    def get_requester(self, request: Request) -> Any:
        """Who asks."""
        return RequesterOut(request).data if self.sees_people(request) else None


class FeatureSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # the library has no types; it registers the class
    """Describes a request in the document, with all that is always there."""

    target_class = RequestOut
    match_subclasses = True
    priority = 1

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """The schema of the feature."""
        facts = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        parts = {"type": {"type": "string", "enum": ["Feature"]}}
        parts |= {"id": facts["properties"].pop("id"), "geometry": facts["properties"].pop("geom")}
        facts["required"] = sorted(facts["properties"])
        return {
            "type": "object",
            "required": sorted([*parts, "properties"]),
            "properties": {**parts, "properties": facts},
        }


class EventOut(serializers.ModelSerializer[Event]):
    """One step. `reason` is free text that may name people: null for readers who may not see them."""

    reason = serializers.CharField(allow_null=True)

    class Meta:
        model = Event
        fields = ("n", "step", "before", "after", "trip", "volume_m3", "reason", "at", "recorded_at")


class RequestWithEvents(RequestOut):
    """A request with its steps in order."""

    events = serializers.SerializerMethodField()

    class Meta(RequestOut.Meta):
        fields = (*RequestOut.Meta.fields, "events")  # type: ignore[assignment]  # one longer than the tuple above

    @extend_schema_field(EventOut(many=True))
    def get_events(self, request: Request) -> Any:
        """The steps so far."""
        steps = EventOut(events_of(request), many=True).data
        return steps if self.sees_people(request) else [{**step, "reason": None} for step in steps]


def _requests() -> QuerySet[Request]:
    return Request.objects.select_related("containment").annotate(
        place=Coalesce("containment__geom", "building__point")
    )


class NewestFirst(FeaturesByCursor):
    """Pages of requests, the newest first."""

    ordering = ("-requested_at", "pk")


class RequestList(Scoped, ListAPIView[Request]):
    """Requests of the reader's wards."""

    serializer_class = RequestOut
    pagination_class = NewestFirst
    filters = {"ward": "ward_id", "state": "state", "number": "number"}

    def get_queryset(self) -> QuerySet[Request]:
        """All requests with their place: a fixed number of queries a page."""
        return _requests()

    def _filtered(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        if name == "state" and text not in State.values:
            raise ValidationError({name: _("This value is not understood.")})
        return super()._filtered(rows, name, bangla.latin(text) if name == "number" else text)

    @extend_schema(
        operation_id="requests",
        parameters=[
            OpenApiParameter("ward", int, description="ward number"),
            OpenApiParameter("state", str, enum=State.values),
            OpenApiParameter("number", str),
        ],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """A page of requests, the newest first."""
        return super().get(request, *args, **kwargs)


class RequestOne(Scoped, RetrieveAPIView[Request]):
    """One request with its steps; 404 outside the reader's wards."""

    serializer_class = RequestWithEvents

    def get_queryset(self) -> QuerySet[Request]:
        """All requests."""
        return _requests()

    @extend_schema(operation_id="request")
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """One request."""
        return super().get(request, *args, **kwargs)
