"""Writes of the sludge service: one function a use case, each with its audit row."""

from __future__ import annotations

from fsm.services.containments import Found, register_containment
from fsm.services.fleet import (
    add_crew_member,
    add_plant,
    add_provider,
    add_vehicle,
    adopt_tariff,
    state_population,
    state_sludge_rate,
)
from fsm.services.payments import reverse_fee, take_fee
from fsm.services.photos import add_photo
from fsm.services.plant import receive_load
from fsm.services.requests import (
    Wish,
    assign_request,
    cancel_request,
    close_request,
    reject_request,
    request_emptying,
    verify_request,
)
from fsm.services.visits import finish_emptying, report_failure, send_load, start_emptying

__all__ = [
    "Found",
    "Wish",
    "add_crew_member",
    "add_photo",
    "add_plant",
    "add_provider",
    "add_vehicle",
    "adopt_tariff",
    "assign_request",
    "cancel_request",
    "close_request",
    "finish_emptying",
    "receive_load",
    "register_containment",
    "reject_request",
    "report_failure",
    "request_emptying",
    "reverse_fee",
    "send_load",
    "start_emptying",
    "state_population",
    "state_sludge_rate",
    "take_fee",
    "verify_request",
]
