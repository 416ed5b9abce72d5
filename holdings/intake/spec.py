"""What an app declares to have its files staged, checked and applied (docs/guide/house.md, "Files from outside").

Titles and words are lazy translations, so one declaration speaks Bangla and English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from django.db.models import TextChoices
from django.utils.functional import Promise

from imis.roles import Permission

Text = str | Promise
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,40}$")
# Columns of the temporary tables that no field may be called.
_TAKEN = frozenset({"row_id", "n", "decision", "geom", "in_ward"})


class Kind(str, Enum):
    """What a field's cell is read as.

    ROAD gives also `<name>_id`, the register's road in the row's ward; HOLDING gives `<name>_id`, the holding with
    that code, or with that number in the row's ward and road; BUILDING gives `<name>_id`, the building of that bin.
    """

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    WARD = "ward"
    ROAD = "road"
    HOLDING = "holding"
    BUILDING = "building"


class Shape(str, Enum):
    """A kind of geometry that a row may have."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


@dataclass(frozen=True, eq=False)
class Choice:
    """One word of a list: the code that is stored, its title, and what else a file may write for it."""

    code: str
    title: Text
    aliases: tuple[str, ...] = ()


def choices(of: type[TextChoices], aliases: Mapping[str, tuple[str, ...]] | None = None) -> Callable[[], list[Choice]]:
    """The choices of a model's field, with other words for some of them."""
    more = aliases or {}
    return lambda: [Choice(str(code), title, more.get(str(code), ())) for code, title in of.choices if code]


@dataclass(frozen=True, eq=False)
class Field:
    """One field of the app that a column of the file may feed.

    A `required` field that is empty or unreadable stops its row; another is named and left empty. Numbers lie in
    [`smallest`, `largest`] after they were brought to the field's unit: `units` maps what a file may measure in
    to the factor, the field's own unit first ("1"); a cell may carry its unit ("140 cm"), else the column has one.
    `choices` is called at each check, so it may read a table. `most` is the longest text.
    A text that is a `numbering` ("1001", of an account) loses the ".0" of a column of decimals, as the key does.
    """

    name: str
    title: Text
    kind: Kind = Kind.TEXT
    headings: tuple[str, ...] = ()
    required: bool = False
    choices: Callable[[], list[Choice]] | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    smallest: str = "0"
    largest: str = "999999999"
    decimals: int = 2
    most: int = 120
    numbering: bool = False

    def __post_init__(self) -> None:
        if not _NAME.match(self.name) or self.name in _TAKEN:
            raise ValueError(f"{self.name} cannot be a field of an intake")
        if (self.kind is Kind.CHOICE) != (self.choices is not None):
            raise ValueError(f"{self.name}: a choice has choices, and nothing else has")

    @property
    def unit(self) -> str:
        """The unit the value is kept in, "" for none."""
        return next(iter(self.units), "")


# Lengths across a pipe or drain, kept in millimetres.
MILLIMETRES = {"mm": "1", "cm": "10", "m": "1000", "in": "25.4", "inch": "25.4", "ft": "304.8"}
METRES = {"m": "1", "cm": "0.01", "mm": "0.001", "ft": "0.3048"}


@dataclass(frozen=True, eq=False)
class Words:
    """A problem as a person reads it; sentence and remedy may name %(value)s and what its details hold."""

    title: Text
    sentence: Text
    remedy: Text


@dataclass(frozen=True, eq=False)
class Intake:
    """One kind of file. `kind` stands in the database and in addresses: it never changes.

    `shapes` says which geometry a row may have (none: a table); with `placed` a row must have one, inside the city.
    `key` names the text field that may stand only once in a file; `known` is a SELECT of the keys already there
    (upper case). `check` and `apply` are SQL scripts, run after the general checks inside the caller's transaction:

    * both read `intake_cell` (apply: `intake_ready`, the rows that may enter) with columns row_id, n (the row's
      number), decision, geom (storage SRID, Multi… but for points), in_ward, and one column a field
      (text, integer, numeric, date; `<name>_id` beside ROAD, HOLDING and BUILDING), NULL where it is empty;
    * parameters: %(file)s, %(by)s, %(at)s, %(today)s, %(metric)s (the city's metric SRID), %(storage)s;
    * `check` says what is wrong: INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details);
    * `apply` writes the app's own rows, each with the row_id it came from.
    * A line of its own with ";" alone parts the statements of one script.

    `problems` are the words for the codes that `check` uses. `bring` is asked to stage and check, `enter` to apply.
    """

    kind: str
    title: Text
    fields: tuple[Field, ...]
    bring: Permission
    enter: Permission
    apply: tuple[str, ...]
    check: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = ()
    placed: bool = True
    key: str = ""
    known: str = ""
    problems: Mapping[str, Words] = field(default_factory=dict)
    hint: Text = ""

    def __post_init__(self) -> None:
        names = [one.name for one in self.fields]
        names += [f"{one.name}_id" for one in self.fields if one.kind in (Kind.ROAD, Kind.HOLDING, Kind.BUILDING)]
        if not _NAME.match(self.kind) or len(names) != len(set(names)):
            raise ValueError(f"{self.kind}: a kind is a plain word, and each field stands once")
        if self.key and self.field(self.key).kind is not Kind.TEXT:
            raise ValueError(f"{self.kind}: the key is a text")

    def field(self, name: str) -> Field:
        """The field of that name; raises KeyError."""
        return {one.name: one for one in self.fields}[name]

    def first(self, kind: Kind) -> Field | None:
        """The first field of a kind, None without one."""
        return next((one for one in self.fields if one.kind is kind), None)
