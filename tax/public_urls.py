"""The public proof of a printed bill, at the address its QR code carries."""

from __future__ import annotations

from django.urls import path

from tax.views.proof import verify_bill

urlpatterns = [path("verify/bill/<str:number>/<slug:check>", verify_bill, name="verify_bill")]
