"""REST doors of holding tax: what is due, read only."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from holdings.models import Holding
from imis.access import require_ward
from imis.api import Scoped, Taka
from imis.models import User
from imis.roles import Permission
from tax.models import Standing
from tax.queries import quote_for


class StandingOut(serializers.ModelSerializer[Standing]):
    """What a holding owes of principal, in taka."""

    holding = serializers.IntegerField(source="holding_id")
    ward = serializers.IntegerField(source="holding.ward_id")

    class Meta:
        model = Standing
        fields = ("holding", "ward", "unpaid_amount", "oldest_unpaid_year", "last_billed_year")


class DuesList(Scoped, ListAPIView[Standing]):
    """The standing of every billed holding in the reader's wards."""

    serializer_class = StandingOut
    ward_field = "holding__ward_id"
    filters = {"ward": "holding__ward_id"}

    def get_queryset(self) -> QuerySet[Standing]:
        """All standings."""
        return Standing.objects.select_related("holding")

    @extend_schema(operation_id="dues", parameters=[OpenApiParameter("ward", int)])
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """A page of standings by holding."""
        return super().get(request, *args, **kwargs)


class LineOut(serializers.Serializer[Any]):
    """Unpaid demand of one quarter under one charge head; `bill` is null while the quarter is not billed yet."""

    bill = serializers.IntegerField(allow_null=True)
    fiscal_year = serializers.IntegerField(source="period.fiscal_year")
    quarter = serializers.IntegerField(source="period.quarter")
    head = serializers.CharField()
    unpaid = Taka()


class OfferOut(serializers.Serializer[Any]):
    """One way to pay, with its price taken apart."""

    plan = serializers.CharField(source="plan.value", allow_null=True, default=None)
    quarters = serializers.IntegerField()
    principal = Taka()
    arrears = Taka()
    surcharge = Taka()
    rebate = Taka()
    rounding = Taka()
    payable = Taka()


class QuoteOut(serializers.Serializer[Any]):
    """What a holding owes on a day and the ways to pay it."""

    holding = serializers.IntegerField(source="position.holding")
    value_date = serializers.DateField()
    advance = Taka(source="position.advance")
    lines = LineOut(source="position.lines", many=True)
    offers = OfferOut(many=True)


class HoldingDues(APIView):
    """What one holding owes today."""

    @extend_schema(operation_id="holding_dues", responses=QuoteOut)
    def get(self, request: Any, holding_id: int) -> Response:
        """The quote of today; 404 when there is no such holding, 403 outside the reader's wards."""
        holding = get_object_or_404(Holding, pk=holding_id)
        require_ward(cast(User, request.user), Permission.SEE_TAX, holding.ward_id)
        return Response(QuoteOut(quote_for(holding.pk, timezone.localdate())).data)
