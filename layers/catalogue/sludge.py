"""Layers of the sludge service: containments and open requests for staff, treatment plants for everybody."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fsm.models import Outlet, PlantKind, Standing, Technology
from layers.catalogue.shared import WARD
from layers.spec import Attribute, Audience, Band, Class, Cut, Geometry, Kind, Layer, Level, Paint

STATES = (
    Class("requested", _("Requested"), "#d99a00"),
    Class("verified", _("Verified"), "#e0c04f"),
    Class("assigned", _("Assigned"), "#3f7fbf"),
    Class("emptying", _("Being emptied"), "#1d5a8f"),
    Class("in_transit", _("On the way to the plant"), "#6a4fa3"),
    Class("received", _("Received at the plant"), "#0b7a50"),
    Class("failed", _("Visit failed"), "#b3261e"),
)
_TECHNOLOGIES = (
    Class("septic_tank", _("Septic tank"), "#7a5b3a"),
    Class("lined_pit", _("Lined pit"), "#a9793f"),
    Class("unlined_pit", _("Unlined pit"), "#c46a3d"),
    Class("twin_pit", _("Twin pit"), "#8f8a3c"),
    Class("holding_tank", _("Holding tank"), "#5c6f7a"),
    Class("on_site_treatment", _("On-site treatment"), "#2f8f6b"),
    Class("composting", _("Composting toilet"), "#5da34a"),
)

CONTAINMENTS = Layer(
    name="containments",
    title=_("Containments"),
    group="sludge",
    audience=Audience.STAFF,
    bands=(
        Band(
            "containments",
            _("Containments"),
            15,
            18,
            Geometry.POINT,
            Cut.SMALL,
            (
                WARD,
                Attribute("technology", Kind.TEXT, _("Technology"), Audience.STAFF, choices=Technology),
                Attribute("outlet", Kind.TEXT, _("Outlet"), Audience.STAFF, in_tile=False, choices=Outlet),
                Attribute("volume_m3", Kind.NUMBER, _("Volume (m³)"), Audience.STAFF, in_tile=False),
                Attribute("standing", Kind.TEXT, _("Standing"), Audience.STAFF, in_tile=False, choices=Standing),
                Attribute("needs_verification", Kind.BOOLEAN, _("To be verified"), Audience.STAFF, in_tile=False),
                Attribute("times_emptied", Kind.INTEGER, _("Times emptied"), Audience.STAFF, in_tile=False),
                Attribute("code", Kind.TEXT, _("Containment no."), Audience.STAFF, in_tile=False),
            ),
            (
                Paint(
                    "circle",
                    by="technology",
                    classes=_TECHNOLOGIES,
                    outline="#ffffff",
                    width=((15, 1.6), (17, 3.5), (18, 5)),
                ),
            ),
        ),
    ),
)
REQUESTS_BY_STATE = Layer(
    name="requests_by_state",
    title=_("Emptying requests by state"),
    group="sludge",
    audience=Audience.STAFF,
    scoped=True,
    bands=(
        Band(
            "requests_by_state",
            _("Emptying requests by state"),
            10,
            18,
            Geometry.POINT,
            Cut.SMALL,
            (
                WARD,
                Attribute("state", Kind.TEXT, _("State"), Audience.STAFF),
                Attribute("urgent", Kind.BOOLEAN, _("Urgent"), Audience.STAFF, in_tile=False),
                Attribute("number", Kind.TEXT, _("Request no."), Audience.STAFF, in_tile=False),
            ),
            (
                Paint(
                    "circle",
                    by="state",
                    classes=STATES,
                    outline="#ffffff",
                    width=((10, 3), (14, 5), (18, 9)),
                    level=Level.BOUNDARY,
                ),
            ),
        ),
    ),
)
TREATMENT_PLANTS = Layer(
    name="treatment_plants",
    title=_("Treatment plants"),
    group="sludge",
    audience=Audience.PUBLIC,
    sources=("fsm_treatmentplant",),
    bands=(
        Band(
            "treatment_plants",
            _("Treatment plants"),
            8,
            18,
            Geometry.POINT,
            Cut.SMALL,
            (
                WARD,
                Attribute("kind", Kind.TEXT, _("Kind"), in_tile=False, choices=PlantKind),
                Attribute("capacity_m3_day", Kind.NUMBER, _("Capacity (m³ a day)"), in_tile=False),
                Attribute("name_bn", Kind.TEXT, _("Name in Bangla"), in_tile=False),
                Attribute("name_en", Kind.TEXT, _("Name in English"), in_tile=False),
            ),
            (
                Paint(
                    "circle",
                    "#0b4f3a",
                    outline="#ffffff",
                    width=((8, 4), (14, 8), (18, 12)),
                    label=_("Treatment plant"),
                    level=Level.BOUNDARY,
                ),
            ),
        ),
    ),
)
SLUDGE = (CONTAINMENTS, TREATMENT_PLANTS, REQUESTS_BY_STATE)
