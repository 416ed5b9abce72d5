"""Layers of holding tax, for tax staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from layers.catalogue.shared import BUILDINGS, SMALL_POLYGON, WARD
from layers.spec import Attribute, Audience, Band, Class, Cut, Geometry, Kind, Layer, Level, Paint

STATUSES = (
    Class("paid", _("Paid"), "#9ccabd"),
    Class("current", _("This year's tax due"), "#f3d88f"),
    Class("arrears_1", _("One year in arrears"), "#e3954f"),
    Class("arrears_2", _("Two years or more in arrears"), "#a8383b"),
    Class("not_billed", _("Not billed"), "#ded9cf"),
)
_SHARES = (
    Class(0, _("Under 10 %"), "#d5e5df"),
    Class(10, _("10 to 24 %"), "#f3e3b8"),
    Class(25, _("25 to 49 %"), "#e9b274"),
    # xgettext:no-python-format
    Class(50, _("50 % or more"), "#b8504a"),
)
_ARREARS = Attribute("arrears_percent", Kind.INTEGER, _("Buildings in arrears, %"), Audience.TAX)

BUILDINGS_BY_TAX_STATUS = Layer(
    name="buildings_by_tax_status",
    title=_("Tax payment status"),
    group="tax",
    audience=Audience.TAX,
    theme="buildings",
    scoped=True,
    bands=(
        Band(
            "tax_status_by_ward",
            _("Billed buildings in arrears, by ward"),
            8,
            12,
            Geometry.POLYGON,
            Cut.LARGE,
            (WARD, BUILDINGS, _ARREARS),
            (Paint("fill", by="arrears_percent", classes=_SHARES, opacity=((0, 0.8),), level=Level.SUMMARY),),
            simplify=1.0,
        ),
        Band(
            "tax_status_by_cell",
            _("Billed buildings in arrears, by 70 m square"),
            13,
            14,
            *SMALL_POLYGON,
            (WARD, BUILDINGS, _ARREARS),
            (Paint("fill", by="arrears_percent", classes=_SHARES, opacity=((0, 0.85),), level=Level.SUMMARY),),
        ),
        Band(
            "buildings_by_tax_status",
            _("Tax payment status"),
            15,
            18,
            *SMALL_POLYGON,
            (
                WARD,
                Attribute("status", Kind.TEXT, _("Status"), Audience.TAX),
                Attribute("holdings", Kind.INTEGER, _("Holdings"), Audience.TAX, in_tile=False),
                Attribute("oldest_unpaid_year", Kind.INTEGER, _("Oldest unpaid year"), Audience.TAX, in_tile=False),
                Attribute("bin", Kind.TEXT, _("Building no."), Audience.STAFF, in_tile=False),
            ),
            (Paint("fill", by="status", classes=STATUSES, outline="#8a8072"),),
        ),
    ),
)
