"""Words for the kinds of thing the sludge service knows; the codes are those of fsm.rules."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Technology(TextChoices):
    SEPTIC_TANK = "septic_tank", _("Septic tank")
    TWIN_PIT = "twin_pit", _("Twin pit")
    UNLINED_PIT = "unlined_pit", _("Unlined pit")
    LINED_PIT = "lined_pit", _("Lined pit")
    HOLDING_TANK = "holding_tank", _("Holding tank")
    ON_SITE_TREATMENT = "on_site_treatment", _("On-site treatment")
    COMPOSTING = "composting", _("Composting toilet")


class Outlet(TextChoices):
    SEWER = "sewer", _("Sewer")
    OPEN_DRAIN = "open_drain", _("Open drain")
    COVERED_DRAIN = "covered_drain", _("Covered drain")
    SOAK_PIT = "soak_pit", _("Soak pit")
    WATER_BODY = "water_body", _("Water body")
    OPEN_GROUND = "open_ground", _("Open ground")
    NONE = "none", _("No outlet")
    UNKNOWN = "unknown", _("Not known")


class Shape(TextChoices):
    CIRCULAR = "circular", _("Circular")
    RECTANGULAR = "rectangular", _("Rectangular")
    UNKNOWN = "unknown", _("Not known")


class Standing(TextChoices):
    IN_USE = "in_use", _("In use")
    REPLACED_BY_SEWER = "replaced_by_sewer", _("Replaced by a sewer")
    ABANDONED = "abandoned", _("Abandoned")


class State(TextChoices):
    """fsm.rules.workflow.State with its words."""

    REQUESTED = "requested", _("Requested")
    VERIFIED = "verified", _("Verified")
    ASSIGNED = "assigned", _("Assigned")
    EMPTYING = "emptying", _("Being emptied")
    IN_TRANSIT = "in_transit", _("On the way to the plant")
    RECEIVED = "received", _("Received at the plant")
    CLOSED = "closed", _("Request closed")
    FAILED = "failed", _("Visit failed")
    REJECTED = "rejected", _("Rejected")
    CANCELLED = "cancelled", _("Cancelled")


class Step(TextChoices):
    """fsm.rules.workflow.Step with its words."""

    REQUEST = "request", _("Asked for emptying")
    VERIFY = "verify", _("Verified the request")
    REJECT = "reject", _("Rejected the request")
    CANCEL = "cancel", _("Cancelled the request")
    ASSIGN = "assign", _("Gave it to a crew")
    START = "start", _("Began to empty")
    FAIL = "fail", _("Could not empty")
    DEPART = "depart", _("Left for the plant")
    FINISH = "finish", _("Tank is empty")
    RECEIVE = "receive", _("Received at the plant")
    CLOSE = "close", _("Closed the request")


class Channel(TextChoices):
    """How a request came in."""

    COUNTER = "counter", _("Counter")
    PHONE = "phone", _("By phone")
    WEB = "web", _("Website")
    SCHEDULED = "scheduled", _("Scheduled")


class PlantKind(TextChoices):
    FSTP = "fstp", _("Faecal sludge treatment plant")
    WWTP = "wwtp", _("Wastewater treatment plant")
    DECENTRALISED = "decentralised", _("Decentralised plant")
    CO_TREATMENT = "co_treatment", _("Co-treatment")


class CrewKind(TextChoices):
    DRIVER = "driver", _("Driver")
    EMPTIER = "emptier", _("Emptier")


class PayChannel(TextChoices):
    COUNTER = "counter", _("Counter")
    BANK = "bank", _("Bank")
    ONLINE = "online", _("Online")
