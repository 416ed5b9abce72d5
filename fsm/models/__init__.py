"""Tables of the sludge service, one file a topic."""

from __future__ import annotations

from fsm.models.choices import (
    Channel,
    CrewKind,
    Outlet,
    PayChannel,
    PlantKind,
    Shape,
    Standing,
    State,
    Step,
    Technology,
)
from fsm.models.containments import Containment, ContainmentBuilding
from fsm.models.fleet import CrewMember, Population, Provider, SludgeRate, Tariff, TreatmentPlant, Vehicle
from fsm.models.money import Charge, Payment, Reversal
from fsm.models.requests import Assignment, Delivery, Event, Photo, Request, Trip

__all__ = [
    "Assignment",
    "Channel",
    "Charge",
    "Containment",
    "ContainmentBuilding",
    "CrewKind",
    "CrewMember",
    "Delivery",
    "Event",
    "Outlet",
    "PayChannel",
    "Payment",
    "Photo",
    "PlantKind",
    "Population",
    "Provider",
    "Request",
    "Reversal",
    "Shape",
    "SludgeRate",
    "Standing",
    "State",
    "Step",
    "Tariff",
    "Technology",
    "TreatmentPlant",
    "Trip",
    "Vehicle",
]
