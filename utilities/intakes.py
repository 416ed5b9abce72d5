"""What comes in from files: four networks, and the accounts of providers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from holdings.intake.spec import MILLIMETRES, Choice, Field, Intake, Kind, Shape, Text, Words, choices
from imis.roles import Permission
from utilities.models import Provider
from utilities.models.choices import Carried, Cover, Material, Rank, Service, Side, Status, Surface, Voltage
from utilities.statements import statement


def _providers() -> list[Choice]:
    rows = Provider.objects.order_by("code")
    return [Choice(row.code, row.code, (row.name_bn, row.name_en)) for row in rows]


_MATERIALS = choices(
    Material,
    {
        "concrete": ("rcc", "cement", "কংক্রিট", "আরসিসি"),
        "upvc": ("pvc", "u pvc", "পিভিসি"),
        "hdpe": ("pe", "পিই"),
        "gi": ("galvanized iron", "iron", "steel", "জিআই", "লোহা"),
        "ductile": ("di", "ci", "cast iron"),
        "brick": ("masonry", "ইট"),
        "earth": ("sand", "dirt", "natural", "gravel", "ground", "plants", "কাঁচা", "মাটি"),
        "other": ("asphalt", "stone", "metal"),
    },
)


def _common(*code_headings: str) -> tuple[Field, ...]:
    return (
        Field("code", _("Code"), headings=(*code_headings, "কোড"), required=True, most=20),
        Field("road", _("Road"), Kind.ROAD, headings=("road name", "street", "road code", "রাস্তা", "সড়ক")),
        Field("provider", _("Provider"), Kind.CHOICE, headings=("owner", "agency"), choices=_providers),
        Field("built_on", _("Built on"), Kind.DATE, headings=("construction date", "নির্মাণের তারিখ")),
    )


_MATERIAL = Field("material", _("Material"), Kind.CHOICE, headings=("উপাদান",), choices=_MATERIALS)
_PLANT = Field("plant", _("Treatment plant"), headings=("treatment plant", "শোধনাগার"), most=80)


def _across(name: str, title: Text, largest: str, *headings: str) -> Field:
    """A measure across a pipe or drain, in whole millimetres."""
    return Field(name, title, Kind.NUMBER, headings, units=MILLIMETRES, smallest="10", largest=largest, decimals=0)


def _network(kind: str, title: Text, table: str, fields: tuple[Field, ...]) -> Intake:
    """A network of lines: coded, inside the city, each linked to the road it lies along."""
    return Intake(
        kind=kind,
        title=title,
        fields=fields,
        shapes=(Shape.LINE,),
        key="code",
        known=f"SELECT upper(code) FROM {table}",  # noqa: S608 (a table of this app, named below)
        bring=Permission.IMPORT_UTILITIES,
        enter=Permission.IMPORT_UTILITIES,
        apply=(statement("near_roads"), statement(f"apply_{kind}")),
    )


DRAINS = _network(
    "drains",
    _("Drains"),
    "utilities_drain",
    (
        *_common("drain code", "drain no", "drain id", "ড্রেন নং"),
        Field(
            "cover",
            _("Cover"),
            Kind.CHOICE,
            headings=("covered", "cover type", "ঢাকনা"),
            choices=choices(Cover, {"open": ("no", "খোলা"), "covered": ("yes", "culvert", "house", "closed", "ঢাকা")}),
        ),
        Field(
            "surface",
            _("Surface"),
            Kind.CHOICE,
            headings=("lining", "lined"),
            choices=choices(Surface, {"lined": ("yes", "pucca", "পাকা"), "unlined": ("no", "katcha", "কাঁচা")}),
        ),
        _MATERIAL,
        _across("width_mm", _("Width"), "30000", "width", "width mm", "প্রস্থ"),
        _across("depth_mm", _("Depth"), "20000", "depth", "depth mm", "গভীরতা"),
        _PLANT,
    ),
)

SEWERS = _network(
    "sewers",
    _("Sewers"),
    "utilities_sewer",
    (
        *_common("sewer code", "sewer no", "sewer id", "pipe id"),
        Field("side", _("Side of the road"), Kind.CHOICE, headings=("location",), choices=choices(Side)),
        _MATERIAL,
        _across("diameter_mm", _("Diameter"), "5000", "diameter", "diameter mm", "dia", "ব্যাস"),
        _PLANT,
    ),
)

WATER_MAINS = _network(
    "water_mains",
    _("Water mains"),
    "utilities_watermain",
    (
        *_common("pipe id", "pipe code", "pipe no", "water main code"),
        Field(
            "rank",
            _("Rank"),
            Kind.CHOICE,
            headings=("pipe type", "class"),
            choices=choices(Rank, {"main": ("trunk", "transmission"), "distribution": ("service", "branch")}),
        ),
        _MATERIAL,
        _across("diameter_mm", _("Diameter"), "5000", "diameter", "diameter mm", "dia", "ব্যাস"),
        Field("project", _("Project"), headings=("scheme", "প্রকল্প"), most=80),
    ),
)

ELECTRICITY_LINES = _network(
    "electricity_lines",
    _("Electricity lines"),
    "utilities_electricityline",
    (
        *_common("line code", "line id", "feeder", "feeder code"),
        Field(
            "voltage",
            _("Voltage"),
            Kind.CHOICE,
            headings=("kv", "ভোল্টেজ"),
            choices=choices(
                Voltage, {"33kv": ("33000", "33"), "11kv": ("11000", "11"), "400v": ("400", "0.4", "0.4 kv", "lt")}
            ),
        ),
        Field(
            "carried",
            _("Carried"),
            Kind.CHOICE,
            headings=("type", "placement"),
            choices=choices(Carried, {"overhead": ("pole", "aerial"), "underground": ("cable", "buried")}),
        ),
    ),
)

ACCOUNTS = Intake(
    kind="accounts",
    title=_("Provider accounts"),
    hint=_("A table of accounts with the holding number; rows that match no holding wait."),
    bring=Permission.IMPORT_ACCOUNTS,
    enter=Permission.IMPORT_ACCOUNTS,
    fields=(
        Field(
            "provider", _("Provider"), Kind.CHOICE, headings=("agency", "প্রতিষ্ঠান"), required=True, choices=_providers
        ),
        Field(
            "service",
            _("Service"),
            Kind.CHOICE,
            headings=("service type", "সেবা"),
            choices=choices(
                Service, {"water": ("পানি",), "electricity": ("power", "বিদ্যুৎ"), "sewerage": ("sewer", "পয়ঃনিষ্কাশন")}
            ),
        ),
        Field("ward", _("Ward no."), Kind.WARD, headings=("ward", "ward no", "ওয়ার্ড", "ওয়ার্ড নং")),
        Field("road", _("Road"), Kind.ROAD, headings=("road name", "street", "road code", "রাস্তা", "সড়ক")),
        Field(
            "holding",
            _("Holding number"),
            Kind.HOLDING,
            headings=("holding no", "holding", "holding code", "house no", "হোল্ডিং নম্বর", "হোল্ডিং নং", "হোল্ডিং"),
            required=True,
        ),
        Field(
            "account",
            _("Account number"),
            headings=("account no", "account", "consumer no", "customer no", "consumer number", "হিসাব নং", "গ্রাহক নং"),
            most=40,
            numbering=True,
        ),
        Field(
            "meter",
            _("Meter number"),
            headings=("meter no", "meter", "মিটার নং", "মিটার নম্বর"),
            most=40,
            numbering=True,
        ),
        Field(
            "status",
            _("Status"),
            Kind.CHOICE,
            headings=("connection status", "অবস্থা"),
            required=True,
            choices=choices(
                Status,
                {
                    "connected": ("active", "live", "running", "yes", "সংযুক্ত", "চালু", "সচল"),
                    "disconnected": ("inactive", "cut", "closed", "বিচ্ছিন্ন", "বন্ধ"),
                    "never": ("none", "no", "not connected", "সংযোগ নেই", "নেই"),
                },
            ),
        ),
        Field(
            "since",
            _("Since"),
            Kind.DATE,
            headings=("date", "status date", "connection date", "connected on", "তারিখ", "সংযোগের তারিখ"),
        ),
    ),
    check=(statement("check_accounts"),),
    apply=(statement("apply_accounts"),),
    problems={
        "which_service": Words(
            _("Service not said"),
            _("%(value)s has several services and the row does not say which."),
            _("Name the column of the service, or state it for all rows."),
        ),
        "wrong_service": Words(
            _("Service of another"),
            _("The provider does not offer the service “%(value)s”."),
            _("Correct the provider or the service."),
        ),
        "missing_account": Words(
            _("No account number"),
            _("A connection needs its account number."),
            _("Complete the file, or write that the holding was never connected."),
        ),
        "duplicate_account": Words(
            _("Account stands twice"),
            _("Row %(first)s has the same account already."),
            _("Leave one of the two rows out."),
        ),
        "future_date": Words(
            _("Date lies ahead"), _("%(value)s has not come yet."), _("Correct the date; what is not yet is not known.")
        ),
        "not_newer": Words(
            _("Something newer is known"),
            _("A state from %(known)s is known; this row would change what lies before it."),
            _("Leave the row out. History is added to, never rewritten."),
        ),
        "has_account": Words(
            _("There is an account"),
            _("The row says “never connected”, but the holding has an account with this provider."),
            _("Leave the row out, or write “disconnected” with the account number."),
        ),
    },
)

INTAKES = (DRAINS, SEWERS, WATER_MAINS, ELECTRICITY_LINES, ACCOUNTS)
