"""Routes of the auditor's screens, under books/."""

from __future__ import annotations

from django.urls import path

from imis.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.day_book, name="day_book"),
    path("trial-balance/", views.trial_balance, name="trial_balance"),
    path("chain/", views.chain, name="chain"),
    path("chain/prove/", views.prove, name="prove"),
]
