"""Who may get what, written by hand. Nothing here is computed from the catalogue, the permissions or the views.

A new role, layer, column or address fails `test_table.py` until somebody decides here who may see it. Changing a line
is a decision about people's data, not a repair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

PUBLIC, STAFF, TAX = 1, 2, 3
CITY = frozenset({22, 23})


class Office(NamedTuple):
    """What an office may do: the widest circle of layers, and five doors."""

    circle: int
    opens_map: bool
    takes_files: bool
    sees_people: bool
    sees_tax: bool
    sees_sludge: bool


#                             circle  map    files  people tax    sludge
OFFICES: dict[str, Office] = {
    "": Office(PUBLIC, False, False, False, False, False),  # a stranger
    "administrator": Office(TAX, True, True, True, True, True),
    "assessor": Office(TAX, True, True, True, True, False),
    "approver": Office(TAX, True, False, True, True, False),
    "collection_officer": Office(TAX, True, True, True, True, True),
    "collector": Office(TAX, True, False, True, True, False),
    "cashier": Office(TAX, True, False, True, True, True),
    "planner": Office(STAFF, True, True, False, False, True),
    "auditor": Office(TAX, True, False, True, True, True),
    "fsm_officer": Office(STAFF, True, True, True, False, True),
    # They may work for a company: on the map they are strangers.
    "driver": Office(PUBLIC, False, False, False, False, False),
    "plant_operator": Office(PUBLIC, False, False, False, False, False),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True)
class Band:
    """A band: a zoom at which tiles show it, what its tiles say, and its columns; `staff` has those that
    the public does not get of a public layer."""

    zoom: int
    tile: frozenset[str]
    columns: frozenset[str]
    staff: frozenset[str] = frozenset()

    def seen_by(self, circle: int) -> frozenset[str]:
        """The columns for a circle that the layer is open to."""
        return self.columns | self.staff if circle >= STAFF else self.columns


@dataclass(frozen=True)
class Row:
    """A layer: its circle, its bands (the last has the features), and whether people see only their own wards of it."""

    circle: int
    bands: dict[str, Band]
    own_wards: bool = False


def _band(zoom: int, tile: str, columns: str, staff: str = "") -> Band:
    return Band(zoom, _words(tile), _words(columns), _words(staff))


def _line(tile: str, columns: str) -> dict[str, Band]:
    return {"": _band(16, f"ward {tile}", f"ward code length_m road provider {columns}")}


_COUNT = ("ward buildings", "ward buildings")
_CONNECTIONS = {"": _band(16, "ward status", "ward status providers accounts bin")}
_ARREARS = ("ward buildings arrears_percent", "ward buildings arrears_percent")

# An empty name of a band stands for the layer's own.
_LAYERS: dict[str, Row] = {
    "wards": Row(PUBLIC, {"": _band(15, "ward", "ward zone name_bn name_en")}),
    "roads": Row(PUBLIC, {"": _band(16, "ward hierarchy", "ward hierarchy code name_bn name_en")}),
    "buildings": Row(
        PUBLIC,
        {
            "buildings_by_ward": _band(11, *_COUNT),
            "buildings_by_cell": _band(14, *_COUNT),
            "": _band(16, "ward", "ward storeys use structure", staff="bin"),
        },
    ),
    "treatment_plants": Row(PUBLIC, {"": _band(16, "ward", "ward kind capacity_m3_day name_bn name_en")}),
    "drains": Row(STAFF, _line("cover", "cover surface material width_mm")),
    "sewers": Row(STAFF, _line("", "side material diameter_mm plant")),
    "water_mains": Row(STAFF, _line("rank", "rank material diameter_mm")),
    "electricity_lines": Row(STAFF, _line("voltage", "voltage carried")),
    "water_connections": Row(STAFF, _CONNECTIONS, own_wards=True),
    "sewer_connections": Row(STAFF, _CONNECTIONS, own_wards=True),
    "electricity_connections": Row(STAFF, _CONNECTIONS, own_wards=True),
    "buildings_near_sewers": Row(STAFF, {"": _band(16, "ward reach", "ward reach distance_m sewer bin")}),
    "containments": Row(
        STAFF,
        {
            "": _band(
                16,
                "ward technology",
                "ward technology outlet volume_m3 standing needs_verification times_emptied code",
            )
        },
    ),
    "requests_by_state": Row(STAFF, {"": _band(16, "ward state", "ward state urgent number")}, own_wards=True),
    "buildings_by_tax_status": Row(
        TAX,
        {
            "tax_status_by_ward": _band(11, *_ARREARS),
            "tax_status_by_cell": _band(14, *_ARREARS),
            "": _band(16, "ward status", "ward status holdings oldest_unpaid_year bin"),
        },
        own_wards=True,
    ),
}
LAYERS = {
    name: Row(row.circle, {band or name: facts for band, facts in row.bands.items()}, row.own_wards)
    for name, row in _LAYERS.items()
}


@dataclass(frozen=True)
class Resource:
    """An address of the REST doors: which right opens it, and the fields it answers; a dot leads into a part.

    `people` are the fields that stand for `withheld`, which is null to those who may not see people.
    """

    right: str
    fields: frozenset[str]
    withheld: str = ""
    people: frozenset[str] = frozenset()

    def seen_by(self, office: Office) -> frozenset[str]:
        """The fields for an office that the address is open to."""
        if not self.withheld:
            return self.fields
        return self.fields | (self.people if office.sees_people else frozenset({self.withheld}))


_HOLDING = "id code number old_number ward road_bn mahalla_bn frontage state buildings"
_OWNERS = _words("owners.name_bn owners.name_en owners.percent")
_BUILDING = _words("id bin ward storeys structure use area_m2")
_REQUEST = "id number state channel ward urgent wanted_on requested_at holding building containment"
_REQUESTER = _words("requester.name requester.mobile requester.address")
_EVENTS = " ".join(f"events.{each}" for each in "n step before after trip volume_m3 at recorded_at reason".split())
_LINE = "lines.bill lines.fiscal_year lines.quarter lines.head lines.unpaid"
_OFFER = " ".join(
    f"offers.{each}" for each in "plan quarters principal arrears surcharge rebate rounding payable".split()
)

REST: dict[str, Resource] = {
    "holdings": Resource("opens_map", _words(_HOLDING), "owners", _OWNERS),
    "holding": Resource("opens_map", _words(_HOLDING), "owners", _OWNERS),
    "buildings": Resource("opens_map", _BUILDING),
    "building": Resource("opens_map", _BUILDING),
    "dues": Resource("sees_tax", _words("holding ward unpaid_amount oldest_unpaid_year last_billed_year")),
    "holding_dues": Resource("sees_tax", _words(f"holding value_date advance {_LINE} {_OFFER}")),
    "requests": Resource("sees_sludge", _words(_REQUEST), "requester", _REQUESTER),
    "request": Resource("sees_sludge", _words(f"{_REQUEST} {_EVENTS}"), "requester", _REQUESTER),
}

# What a click on a building brings for each holding: which right opens it, and what of people it may tell to those who
# may see people; to others nothing.
PANELS: dict[str, tuple[str, frozenset[str]]] = {
    "holdings:panel": ("opens_map", frozenset({"owner"})),
    "tax:holding_panel": ("sees_tax", frozenset({"owner", "father"})),
    "utilities:holding_panel": ("opens_map", frozenset({"account", "meter"})),
    "fsm:holding_panel": ("sees_sludge", frozenset()),
}

# What was written into the rows of the town and may be read nowhere, but for the exceptions below.
SECRETS = {
    "owner": "SENTINELOWNER",
    "father": "SENTINELFATHER",
    "owner's mobile": "01799990001",
    "owner's NID": "19901234567890123",
    "owner's e-mail": "owner.sentinel@mail.example",
    "requester": "SENTINELASKS",
    "requester's mobile": "01799990002",
    "requester's address": "SENTINELHOUSE",
    "reason": "SENTINELREASON",
    "account": "SENTINELACCOUNT",
    "meter": "SENTINELMETER",
    "staff e-mail": "staff.sentinel@mail.example",
    "building number": "SENTINELBIN",
}
_OF_REQUESTS = {"requester", "requester's mobile", "requester's address"}


def allowed_secrets(office: Office, door: str, thing: str) -> set[str]:
    """Which of them somebody of an office may read at a door, of a layer or address."""
    allowed = {"building number"} if office.circle >= STAFF else set()
    if door == "REST" and office.sees_people:
        allowed |= {"owner"} if thing in ("holdings", "holding") else set()
        allowed |= _OF_REQUESTS if thing in ("requests", "request") else set()
        allowed |= {"reason"} if thing == "request" else set()
    if door == "panel" and office.sees_people:
        allowed |= PANELS[thing][1]
    return allowed
