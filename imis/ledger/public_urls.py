"""The public proof of a receipt. A QR code holds capital letters best, so the address is open in both cases."""

from __future__ import annotations

from django.urls import path

from imis.ledger import views

urlpatterns = [
    path("verify/", views.enter_receipt, name="enter_receipt"),
    path("verify/<slug:token>", views.verify_receipt, name="verify_receipt"),
    path("VERIFY/<slug:token>", views.verify_receipt, name="verify_receipt_capitals"),
]
