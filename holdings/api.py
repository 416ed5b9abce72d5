"""REST doors of the register: holdings and buildings, read only."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework_gis.fields import GeometryField
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from holdings.models import Building, Holding, Ownership
from holdings.rules.identity import number_key
from imis.api import FeaturesByCursor, Scoped
from imis.models import User
from imis.roles import Permission, may

_WARD = OpenApiParameter("ward", int, description="ward number")


class OwnerOut(serializers.Serializer[Any]):
    """One owner in force today, with the share in per cent."""

    name_bn = serializers.CharField(source="owner.name_bn")
    name_en = serializers.CharField(source="owner.name_en")
    percent = serializers.DecimalField(max_digits=6, decimal_places=2)


class HoldingOut(serializers.ModelSerializer[Holding]):
    """A holding. `owners` is null for readers who may not see people."""

    ward = serializers.IntegerField(source="ward_id")
    number = serializers.CharField(source="number_written")
    road_bn = serializers.CharField(source="road.name_bn", default=None)
    mahalla_bn = serializers.CharField(source="mahalla.name_bn", default=None)
    buildings = serializers.SerializerMethodField()
    owners = serializers.SerializerMethodField()

    class Meta:
        model = Holding
        fields = (
            "id", "code", "number", "old_number", "ward", "road_bn", "mahalla_bn", "frontage", "state", "buildings",
            "owners",
        )  # fmt: skip

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_buildings(self, holding: Holding) -> list[int]:
        """Ids of the buildings it stands in."""
        return sorted(link.building_id for link in holding.building_links.all())

    @extend_schema_field(OwnerOut(many=True, allow_null=True))
    def get_owners(self, holding: Holding) -> Any:
        """The owners of today, the largest share first."""
        if not may(cast(User, self.context["request"].user), Permission.SEE_PEOPLE, ward=holding.ward_id):
            return None
        return OwnerOut(holding.today, many=True).data  # type: ignore[attr-defined]  # prefetched


def _holdings() -> QuerySet[Holding]:
    owners = Ownership.objects.filter(valid__contains=timezone.localdate()).select_related("owner")
    return Holding.objects.select_related("road", "mahalla").prefetch_related(
        "building_links", Prefetch("ownerships", owners.order_by("-share", "pk"), to_attr="today")
    )


class HoldingList(Scoped, ListAPIView[Holding]):
    """Holdings of the reader's wards."""

    serializer_class = HoldingOut
    filters = {"ward": "ward_id", "number": "number_key", "code": "code"}

    def get_queryset(self) -> QuerySet[Holding]:
        """All holdings with what is shown of them: a fixed number of queries a page."""
        return _holdings()

    def _filtered(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        return super()._filtered(rows, name, number_key(text) if name == "number" else text)

    @extend_schema(
        operation_id="holdings", parameters=[_WARD, OpenApiParameter("number", str), OpenApiParameter("code", str)]
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """A page of holdings by id."""
        return super().get(request, *args, **kwargs)


class HoldingOne(Scoped, RetrieveAPIView[Holding]):
    """One holding; 404 outside the reader's wards."""

    serializer_class = HoldingOut

    def get_queryset(self) -> QuerySet[Holding]:
        """All holdings."""
        return _holdings()

    @extend_schema(operation_id="holding")
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """One holding."""
        return super().get(request, *args, **kwargs)


class InDegrees(GeometryField):  # type: ignore[misc]  # the library has no types
    """A stored shape, written in degrees."""

    def to_representation(self, value: Any) -> Any:
        """The shape as GeoJSON in EPSG:4326; None where there is none."""
        return None if value is None else super().to_representation(value.transform(4326, clone=True))


class BuildingOut(GeoFeatureModelSerializer):  # type: ignore[misc]  # the library has no types
    """A building as a GeoJSON feature."""

    geom = InDegrees(precision=7)
    ward = serializers.IntegerField(source="ward_id")

    class Meta:
        model = Building
        geo_field = "geom"
        fields = ("id", "bin", "ward", "storeys", "structure", "use", "area_m2")


class BuildingList(Scoped, ListAPIView[Building]):
    """Buildings of the reader's wards."""

    serializer_class = BuildingOut
    pagination_class = FeaturesByCursor
    filters = {"ward": "ward_id", "bin": "bin"}

    def get_queryset(self) -> QuerySet[Building]:
        """All buildings."""
        return Building.objects.defer("point")

    @extend_schema(operation_id="buildings", parameters=[_WARD, OpenApiParameter("bin", str)])
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """A page of buildings by id."""
        return super().get(request, *args, **kwargs)


class BuildingOne(Scoped, RetrieveAPIView[Building]):
    """One building; 404 outside the reader's wards."""

    serializer_class = BuildingOut

    def get_queryset(self) -> QuerySet[Building]:
        """All buildings."""
        return Building.objects.defer("point")

    @extend_schema(operation_id="building")
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """One building."""
        return super().get(request, *args, **kwargs)
