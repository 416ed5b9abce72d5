"""Filters of WFS: read from OGC XML into plain values, checked against the columns one may see, written anew.

Nothing of a client's text is passed on. What is written holds the client's condition and the wards of the person
side by side under one And, so that no condition can reach around the wards.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from geoserver.ows import literals
from geoserver.ows.refusals import Refusal
from geoserver.xmltext import Suspicious, parsed
from layers.spec import Attribute

Columns = Mapping[str, Attribute]
Element = ElementTree.Element
_COMPARISONS = {
    "PropertyIsEqualTo",
    "PropertyIsNotEqualTo",
    "PropertyIsLessThan",
    "PropertyIsGreaterThan",
    "PropertyIsLessThanOrEqualTo",
    "PropertyIsGreaterThanOrEqualTo",
}
_DEEPEST, _MOST = 20, 500
_OGC, _GML = "http://www.opengis.net/ogc", "http://www.opengis.net/gml"
_FES, _GML32 = "http://www.opengis.net/fes/2.0", "http://www.opengis.net/gml/3.2"


@dataclass(frozen=True)
class Logic:
    """And, Or, or Not of conditions."""

    word: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Compare:
    """A comparison of a column with a value; also IsLike (a pattern with our own signs) and IsNull (no value)."""

    operator: str
    name: str
    value: str = ""


@dataclass(frozen=True)
class Between:
    """A column between two values."""

    name: str
    low: str
    high: str


@dataclass(frozen=True)
class Box:
    """A box in a coordinate system, in that system's own order of axes as the client gave it."""

    low: tuple[float, float]
    high: tuple[float, float]
    srs: str


Condition = Logic | Compare | Between | Box


def read(text: str, columns: Columns, systems: frozenset[str]) -> Condition:
    """The condition of a filter. Raises Refusal for what is not understood and for columns one may not see."""
    try:
        root = parsed(text)
    except Suspicious as failure:
        raise Refusal("InvalidParameterValue", str(failure)) from failure
    if _tag(root) != "Filter" or sum(1 for _each in root.iter()) > _MOST:
        raise Refusal("InvalidParameterValue", _("FILTER must hold one filter of reasonable size."))
    parts = [_condition(each, columns, systems, 0) for each in root]
    if not parts:
        raise Refusal("InvalidParameterValue", _("The filter is empty."))
    # Several ids may stand side by side, which means any of them.
    return parts[0] if len(parts) == 1 else Logic("Or", tuple(parts))


def by_ids(ids: Iterable[str]) -> Condition:
    """Any of some feature ids such as `wards.22`. Raises Refusal for an id that is none of ours."""
    parts = tuple(_by_id(each) for each in ids)
    return parts[0] if len(parts) == 1 else Logic("Or", parts)


def in_wards(wards: tuple[int, ...]) -> Condition:
    """The features of some wards; of none when there are none."""
    parts = tuple(Compare("PropertyIsEqualTo", "ward", str(ward)) for ward in wards or (-1,))
    return parts[0] if len(parts) == 1 else Logic("Or", parts)


def every(*conditions: Condition | None) -> Condition | None:
    """All of the conditions that are given; None for none."""
    given = tuple(each for each in conditions if each is not None)
    if len(given) < 2:
        return given[0] if given else None
    return Logic("And", given)


def written(condition: Condition, version: str) -> str:
    """The filter as XML for a version of WFS (1.1.0 or 2.0.0)."""
    modern = version.startswith("2")
    space, gml = (_FES, _GML32) if modern else (_OGC, _GML)
    root = Element(f"{{{space}}}Filter")
    _write(root, condition, space, gml, "ValueReference" if modern else "PropertyName")
    return ElementTree.tostring(root, encoding="unicode")


def texts(condition: Condition) -> Iterator[tuple[str, bool]]:
    """Every value in a condition, and whether it is a pattern."""
    if isinstance(condition, Logic):
        for each in condition.parts:
            yield from texts(each)
    elif isinstance(condition, Between):
        yield from ((condition.low, False), (condition.high, False))
    elif isinstance(condition, Compare):
        yield condition.value, condition.operator == "PropertyIsLike"


def _condition(node: Element, columns: Columns, systems: frozenset[str], depth: int) -> Condition:
    tag = _tag(node)
    if depth > _DEEPEST:
        raise Refusal("InvalidParameterValue", _("The filter is too deep."))
    if tag in ("And", "Or", "Not"):
        parts = tuple(_condition(each, columns, systems, depth + 1) for each in node)
        if not parts or (tag == "Not" and len(parts) != 1):
            raise Refusal("InvalidParameterValue", _("The filter is not complete."))
        return Logic(tag, parts)
    if tag in ("ResourceId", "FeatureId", "GmlObjectId"):
        return _by_id(next(iter(node.attrib.values()), ""))
    if tag == "BBOX":
        return _box(node, systems)
    return _comparison(node, tag, columns)


def _comparison(node: Element, tag: str, columns: Columns) -> Condition:
    parts = list(node)
    if not parts or _tag(parts[0]) not in ("PropertyName", "ValueReference"):
        raise Refusal("InvalidParameterValue", _("The filter is not understood: %s") % tag)
    name = column(parts[0].text or "", columns)
    if tag in _COMPARISONS and len(parts) == 2:
        whole = tag in ("PropertyIsEqualTo", "PropertyIsNotEqualTo")
        return Compare(tag, name, literals.value(columns[name], _literal(parts[1]), whole=whole))
    if tag == "PropertyIsLike" and len(parts) == 2:
        return Compare(tag, name, literals.pattern(columns[name], node, _literal(parts[1])))
    if tag in ("PropertyIsNull", "PropertyIsNil") and len(parts) == 1:
        return Compare("PropertyIsNull", name)
    if tag == "PropertyIsBetween" and len(parts) == 3:
        low, high = (literals.value(columns[name], _literal(each), whole=False) for each in parts[1:])
        return Between(name, low, high)
    raise Refusal("InvalidParameterValue", _("The filter is not understood: %s") % tag)


def column(text: str, columns: Collection[str]) -> str:
    """A column's name without its prefix. Raises Refusal unless one may see it."""
    name = text.strip().rpartition("/")[2].rpartition(":")[2]
    if name not in columns:
        raise Refusal("InvalidParameterValue", _("There is no column of that name: %s") % text.strip()[:60])
    return name


def _literal(node: Element) -> str:
    tag = _tag(node)
    if tag in ("LowerBoundary", "UpperBoundary") and len(node) == 1:
        return _literal(node[0])
    if tag != "Literal" or len(node):
        raise Refusal("InvalidParameterValue", _("The filter is not understood: %s") % tag)
    return (node.text or "").strip()


def _by_id(text: str) -> Condition:
    found = re.fullmatch(r"(?:[a-z_]+:)?[a-z_]+\.([0-9]{1,18})", text.strip())
    if found is None:
        raise Refusal("InvalidParameterValue", _("There is no feature of that name: %s") % text.strip()[:60])
    return Compare("PropertyIsEqualTo", "id", found[1])


def _box(node: Element, systems: frozenset[str]) -> Condition:
    envelope = next((each for each in node if _tag(each) == "Envelope"), None)
    if envelope is None:
        raise Refusal("InvalidParameterValue", _("A box needs an envelope."))
    corners = {_tag(each): (each.text or "").split() for each in envelope}
    low, high = corners.get("lowerCorner", []), corners.get("upperCorner", [])
    return box([*low, *high], envelope.get("srsName", "EPSG:3857"), systems)


def box(numbers: list[str], srs: str, systems: frozenset[str]) -> Box:
    """A box of four numbers. Raises Refusal for anything else, or an unknown coordinate system."""
    if srs not in systems:
        raise Refusal("InvalidParameterValue", _("The coordinate system is not known here: %s") % srs[:60])
    if len(numbers) != 4 or not all(
        re.fullmatch(r"-?\d{1,12}(\.\d{1,20})?([eE][-+]?\d{1,2})?", each, re.ASCII) for each in numbers
    ):
        raise Refusal("InvalidParameterValue", _("A box has four numbers."))
    west, south, east, north = map(float, numbers)
    return Box((west, south), (east, north), srs)


def _write(parent: Element, condition: Condition, space: str, gml: str, reference: str) -> None:
    def add(to: Element, tag: str, text: str = "", in_space: str = space) -> Element:
        node = ElementTree.SubElement(to, f"{{{in_space}}}{tag}")
        node.text = text or None
        return node

    if isinstance(condition, Logic):
        node = add(parent, condition.word)
        for each in condition.parts:
            _write(node, each, space, gml, reference)
    elif isinstance(condition, Compare):
        node = add(parent, condition.operator)
        add(node, reference, condition.name)
        if condition.operator != "PropertyIsNull":
            add(node, "Literal", condition.value)
        if condition.operator == "PropertyIsLike":
            for name, sign in zip(("wildCard", "singleChar", "escapeChar"), literals.SIGNS, strict=True):
                node.set(name, sign)
    elif isinstance(condition, Between):
        node = add(parent, "PropertyIsBetween")
        add(node, reference, condition.name)
        add(add(node, "LowerBoundary"), "Literal", condition.low)
        add(add(node, "UpperBoundary"), "Literal", condition.high)
    else:
        node = add(parent, "BBOX")
        add(node, reference, "geom")
        envelope = add(node, "Envelope", in_space=gml)
        envelope.set("srsName", condition.srs)
        add(envelope, "lowerCorner", "{:.12g} {:.12g}".format(*condition.low), gml)
        add(envelope, "upperCorner", "{:.12g} {:.12g}".format(*condition.high), gml)


def _tag(node: Element) -> str:
    return str(node.tag).rpartition("}")[2]  # a comment has no tag but a function
