"""Words for the kinds of thing the register knows (glossary.csv)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Structure(TextChoices):
    PUCCA = "pucca", _("Pucca")
    SEMI_PUCCA = "semi_pucca", _("Semi-pucca")
    TIN_SHED = "tin_shed", _("Tin-shed")
    KATCHA = "katcha", _("Katcha")


class Use(TextChoices):
    RESIDENTIAL = "residential", _("Residential")
    COMMERCIAL = "commercial", _("Commercial")
    INDUSTRIAL = "industrial", _("Industrial")
    MIXED = "mixed", _("Mixed")
    RELIGIOUS = "religious", _("Religious institution")
    INSTITUTIONAL = "institutional", _("Institution")
    VACANT_LAND = "vacant_land", _("Vacant land")
    UNDER_CONSTRUCTION = "under_construction", _("Under construction")


class Frontage(TextChoices):
    """Where the holding stands, as the rent tables ask (tax-rules.md §2)."""

    MAIN_ROAD = "main_road", _("On a main road")
    LANE = "lane", _("On a lane within 300 ft of a main road")
    BEYOND = "beyond", _("Beyond 300 ft of a main road")


class Occupancy(TextChoices):
    OWNER = "owner", _("Own use")
    LET = "let", _("Let")
    VACANT = "vacant", _("Vacant")
