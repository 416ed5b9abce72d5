"""Words for the kinds of thing the utilities know."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Cover(TextChoices):
    OPEN = "open", _("Open")
    COVERED = "covered", _("Covered")
    UNKNOWN = "unknown", _("Not known")


class Surface(TextChoices):
    LINED = "lined", _("Lined")
    UNLINED = "unlined", _("Unlined")
    UNKNOWN = "unknown", _("Not known")


class Side(TextChoices):
    LEFT = "left", _("Left side")
    MIDDLE = "middle", _("Middle of the road")
    RIGHT = "right", _("Right side")
    UNKNOWN = "unknown", _("Not known")


class Rank(TextChoices):
    MAIN = "main", _("Trunk main")
    SECONDARY = "secondary", _("Secondary main")
    DISTRIBUTION = "distribution", _("Distribution pipe")
    UNKNOWN = "unknown", _("Not known")


class Material(TextChoices):
    CONCRETE = "concrete", _("Concrete")
    UPVC = "upvc", _("uPVC")
    HDPE = "hdpe", _("HDPE")
    GI = "gi", _("Galvanised iron")
    DUCTILE = "ductile", _("Ductile iron")
    BRICK = "brick", _("Brick")
    EARTH = "earth", _("Earth")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


class Voltage(TextChoices):
    HIGH = "33kv", _("33 kV")
    MEDIUM = "11kv", _("11 kV")
    LOW = "400v", _("400 V")
    UNKNOWN = "unknown", _("Not known")


class Carried(TextChoices):
    OVERHEAD = "overhead", _("Overhead")
    UNDERGROUND = "underground", _("Underground")
    UNKNOWN = "unknown", _("Not known")


class Service(TextChoices):
    WATER = "water", _("Water")
    SEWERAGE = "sewerage", _("Sewerage")
    ELECTRICITY = "electricity", _("Electricity")
    GAS = "gas", _("Gas")


class Status(TextChoices):
    CONNECTED = "connected", _("Connected")
    DISCONNECTED = "disconnected", _("Disconnected")
    NEVER = "never", _("Never connected")
