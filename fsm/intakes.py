"""What comes in from files: containments with the building whose toilets lead to them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fsm.models.choices import Outlet, Shape, Technology
from fsm.statements import statement
from holdings.intake.spec import METRES, Field, Intake, Kind, Text, Words, choices
from holdings.intake.spec import Shape as Drawn
from imis.roles import Permission

_TECHNOLOGIES = choices(
    Technology,
    {
        "septic_tank": ("septic", "সেপটিক ট্যাংক", "সেপটিক ট্যাঙ্ক"),
        "twin_pit": ("double pit", "জোড়া পিট"),
        "unlined_pit": ("permeable pit", "unlined", "pit latrine", "কাঁচা পিট"),
        "lined_pit": ("pit", "lined", "পাকা পিট"),
        "holding_tank": ("tank", "vault", "হোল্ডিং ট্যাংক"),
        "on_site_treatment": ("dewats", "digester", "biogas", "onsite treatment"),
        "composting": ("compost", "ecosan", "কম্পোস্টিং"),
    },
)
_OUTLETS = choices(
    Outlet,
    {
        "sewer": ("sewerage", "পয়ঃনালা"),
        "open_drain": ("drain", "নালা", "ড্রেন", "খোলা ড্রেন"),
        "covered_drain": ("closed drain", "ঢাকা ড্রেন"),
        "soak_pit": ("soakpit", "soak well", "সোক পিট", "সোক ওয়েল"),
        "water_body": ("pond", "river", "canal", "পুকুর", "খাল"),
        "open_ground": ("ground", "field", "খোলা জায়গা"),
        "none": ("no outlet", "no", "নেই"),
        "unknown": ("not known", "জানা নেই"),
    },
)


def _metres(name: str, title: Text, *headings: str) -> Field:
    return Field(name, title, Kind.NUMBER, headings, units=METRES, smallest="0.1", largest="30")


CONTAINMENTS = Intake(
    kind="containments",
    title=_("Containments"),
    hint=_("Septic tanks and pits as points, with technology, outlet, measures and the building they serve."),
    fields=(
        Field(
            "code",
            _("Containment no."),
            headings=("containment code", "containment id", "tank id", "কোড"),
            required=True,
            most=40,
        ),
        Field(
            "technology",
            _("Technology"),
            Kind.CHOICE,
            ("type", "containment type", "ধরন"),
            required=True,
            choices=_TECHNOLOGIES,
        ),
        Field("outlet", _("Outlet"), Kind.CHOICE, ("outlet to", "connected to", "নির্গমন"), choices=_OUTLETS),
        Field(
            "shape",
            _("Shape"),
            Kind.CHOICE,
            ("tank shape", "আকৃতি"),
            choices=choices(Shape, {"circular": ("round", "গোল"), "rectangular": ("square", "rectangle", "চারকোনা")}),
        ),
        _metres("diameter_m", _("Diameter (m)"), "diameter", "pit diameter", "ব্যাস"),
        _metres("length_m", _("Length (m)"), "length", "tank length", "দৈর্ঘ্য"),
        _metres("width_m", _("Width (m)"), "width", "tank width", "প্রস্থ"),
        _metres("depth_m", _("Depth (m)"), "depth", "গভীরতা"),
        Field(
            "stated_volume_m3",
            _("stated volume (m³)"),
            Kind.NUMBER,
            ("size", "volume", "volume m3", "আয়তন"),
            smallest="0.01",
            largest="5000",
        ),
        Field("toilets", _("toilets"), Kind.WHOLE, ("toilet count", "no of toilets", "টয়লেট"), largest="500"),
        Field("built_year", _("year built"), Kind.WHOLE, ("construction year",), smallest="1900", largest="2100"),
        Field("surveyed_on", _("surveyed on"), Kind.DATE, ("survey date", "surveyed at", "জরিপের তারিখ")),
        Field("building", _("Building no."), Kind.BUILDING, ("bin", "building", "responsible bin", "ইমারত নং")),
    ),
    shapes=(Drawn.POINT,),
    key="code",
    known="SELECT upper(code) FROM fsm_containment",
    bring=Permission.MANAGE_SLUDGE,
    enter=Permission.MANAGE_SLUDGE,
    check=(statement("check_containments"),),
    apply=(statement("apply_containments"),),
    problems={
        "no_volume": Words(
            _("No volume"),
            _("Neither a volume nor all measures of its shape are given: how much it holds stays unknown."),
            _("Measure it, or let the first visit do so."),
        ),
        "future_date": Words(
            _("Date lies ahead"), _("%(value)s has not come yet."), _("Correct the date; what is not yet is not known.")
        ),
        "far_from_building": Words(
            _("Far from its building"),
            _("It lies %(metres)s m from the building it is said to serve."),
            _("Compare the building's number with the point on the map."),
        ),
    },
)

INTAKES = (CONTAINMENTS,)
