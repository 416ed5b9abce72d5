"""Finds holdings by number, owner or mobile, inside the wards of the user (performance.md §Search).

Every step reads an index: number by equality, prefix or trigram; names by word. A word is matched against the
dictionary of distinct words first, also misspelt, and only then against the owners: match the word, not the row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from holdings.models import Holding
from holdings.rules.identity import number_key
from imis.access import ward_scope
from imis.bangla import digits, fold
from imis.models import User
from imis.roles import Permission, may

AT_MOST = 50
_MOST_WORDS = 5
_MOBILE = re.compile(r"^(?:\+?88)?(01[3-9]\d{8})$")
_CODE = re.compile(r"^\d{2}-[\d-]*$")


@dataclass(frozen=True)
class Found:
    """One holding of a search; `owners` is "" for those who may not see people."""

    id: int
    code: str
    number: str
    ward: int
    address: str
    owners: str

    @property
    def title(self) -> str:
        """The number as it is spoken of, in the digits of the language."""
        text = f"{self.number} · {self.code}" if self.code else self.number
        return digits(text) if _bangla() else text

    @property
    def subtitle(self) -> str:
        """Ward, address and owners."""
        ward = _("Ward %(number)s") % {"number": digits(self.ward) if _bangla() else self.ward}
        return " · ".join(filter(None, [ward, self.address, self.owners]))


def search_holdings(text: str, user: User, *, ward: int | None = None, limit: int = AT_MOST) -> list[Found]:
    """Up to `limit` holdings for a number, code, owner's name or mobile; the closest kind of match first.

    Only wards of the user's scope are looked at; names and mobiles only for those who may see people.
    """
    scope = ward_scope(user)
    if ward is not None:
        scope = [ward] if scope is None or ward in scope else []
    plain = fold(text.replace("\0", "")).strip()  # PostgreSQL takes no NUL
    if not plain or scope == []:
        return []
    ids = _ids(plain, scope, limit, people=may(user, Permission.SEE_PEOPLE))
    return _rows(ids, people=may(user, Permission.SEE_PEOPLE))


def _ids(plain: str, scope: list[int] | None, limit: int, *, people: bool) -> list[int]:
    mobile = _MOBILE.match(re.sub(r"[\s-]", "", plain))
    if mobile:
        return _by_owner("o.mobile = %(mobile)s", {"mobile": mobile.group(1)}, scope, limit) if people else []
    found: dict[int, None] = {}
    if any(sign.isdigit() for sign in plain):
        for condition, parameters in _number_steps(plain):
            if len(found) < limit:
                found.update(dict.fromkeys(_by_number(condition, parameters, scope, limit)))
    if people and not found:
        found.update(dict.fromkeys(_by_name(plain, scope, limit)))
    return list(found)[:limit]


def _number_steps(plain: str) -> list[tuple[str, dict[str, str]]]:
    """Conditions on a holding from the strictest to the loosest."""
    key = number_key(plain)
    if _CODE.match(plain):
        return [("h.code LIKE %(like)s", {"like": _like(plain) + "%"})]
    steps = [
        ("h.number_key = %(key)s", {"key": key}),
        ("h.number_key LIKE %(like)s", {"like": _like(key) + "%"}),
    ]
    if len(key) >= 3:
        steps.append(("h.number_key LIKE %(like)s", {"like": f"%{_like(key)}%"}))
    return steps


def _by_number(condition: str, parameters: dict[str, Any], scope: list[int] | None, limit: int) -> list[int]:
    sql = f"SELECT h.id FROM holdings_holding h WHERE {condition}"  # noqa: S608 (conditions are written above)
    return _fetch(sql, parameters, scope, limit)


def _by_name(plain: str, scope: list[int] | None, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT holdings_words(%s)", [plain])
        words = cursor.fetchone()[0][:_MOST_WORDS]
        meant = [_meant(cursor, word) for word in words]
    if not words or not all(meant):
        return []
    conditions = [f"holdings_words(o.name_bn || ' ' || o.name_en) && %(word{place})s" for place in range(len(meant))]
    parameters = {f"word{place}": known for place, known in enumerate(meant)}
    return _by_owner(" AND ".join(conditions), parameters, scope, limit)


def _meant(cursor: Any, word: str) -> list[str]:
    """The words of the dictionary that a typed word stands for: those that hold it, else those that sound like it."""
    cursor.execute(
        "SELECT word FROM holdings_nameword WHERE word LIKE %s ORDER BY word <> %s, length(word), word LIMIT 40",
        [f"%{_like(word)}%", word],
    )
    known = [row[0] for row in cursor.fetchall()]
    if not known:
        cursor.execute(
            "SELECT word FROM holdings_nameword WHERE word %% %s ORDER BY similarity(word, %s) DESC, word LIMIT 12",
            [word, word],
        )
        known = [row[0] for row in cursor.fetchall()]
    return known


def _by_owner(condition: str, parameters: dict[str, Any], scope: list[int] | None, limit: int) -> list[int]:
    sql = f"""
        SELECT h.id FROM holdings_owner o
        JOIN holdings_ownership s ON s.owner_id = o.id AND s.valid @> %(today)s
        JOIN holdings_holding h ON h.id = s.holding_id
        WHERE {condition}
    """  # noqa: S608 (conditions are written above)
    return _fetch(sql, {**parameters, "today": timezone.localdate()}, scope, limit)


def _fetch(sql: str, parameters: dict[str, Any], scope: list[int] | None, limit: int) -> list[int]:
    inside = "" if scope is None else " AND h.ward_id = ANY (%(scope)s)"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql}{inside} LIMIT %(limit)s", {**parameters, "scope": scope, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def _like(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _rows(ids: list[int], *, people: bool) -> list[Found]:
    holdings = Holding.objects.filter(pk__in=ids).select_related("road", "mahalla")
    if people:
        today = timezone.localdate()
        holdings = holdings.annotate(
            owner_names=StringAgg(
                "ownerships__owner__name_bn",
                delimiter=", ",
                distinct=True,
                filter=Q(ownerships__valid__contains=today),
                default="",
            )
        )
    by_id = {holding.pk: holding for holding in holdings.annotate(ward_number=F("ward_id"))}
    return [_found(by_id[pk], people) for pk in ids if pk in by_id]


def _found(holding: Holding, people: bool) -> Found:
    name = "name_bn" if _bangla() else "name_en"
    places = [getattr(place, name) for place in (holding.road, holding.mahalla) if place is not None]
    return Found(
        id=holding.pk,
        code=holding.code or "",
        number=holding.number_written,
        ward=holding.ward_id,
        address=", ".join(filter(None, places)),
        # The stubs do not know what _rows annotates.
        owners=holding.owner_names if people else "",  # type: ignore[attr-defined]
    )


def _bangla() -> bool:
    return (get_language() or "bn").startswith("bn")
