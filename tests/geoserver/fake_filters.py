"""What the fake understands of filters: enough of OGC XML and CQL to prove that none is lost on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from geoserver.xmltext import parsed

_OPERATORS = {
    "PropertyIsEqualTo": "=",
    "PropertyIsNotEqualTo": "<>",
    "PropertyIsLessThan": "<",
    "PropertyIsGreaterThan": ">",
    "PropertyIsLessThanOrEqualTo": "<=",
    "PropertyIsGreaterThanOrEqualTo": ">=",
}


class NoSuchProperty(ValueError):
    """A filter names what the feature type does not have."""


@dataclass(frozen=True)
class Condition:
    """SQL with its values, and the columns it names."""

    sql: str = "true"
    values: list[Any] = field(default_factory=list)
    names: frozenset[str] = frozenset()


def both(query: dict[str, str]) -> Condition:
    """The filter of a GetFeature: XML or CQL, never both (as the real one has it)."""
    if "filter" in query and ("cql_filter" in query or "bbox" in query):
        raise NoSuchProperty("filter and bbox and cql_filter are mutually exclusive")
    if "filter" in query:
        return _element(parsed(query["filter"])[0])
    return cql(query.get("cql_filter", "INCLUDE"))


def cql(text: str) -> Condition:
    """INCLUDE, or `name IN (1, 2)`, or `name = 1`."""
    if text == "INCLUDE":
        return Condition()
    if text == "EXCLUDE":
        return Condition("false")
    found = re.fullmatch(r"(\w+) IN \(([\d, -]+)\)", text)
    if found:
        return Condition(f"{found[1]} = ANY(%s)", [[int(each) for each in found[2].split(",")]], frozenset({found[1]}))
    found = re.fullmatch(r"(\w+) ?= ?(\d+)", text)
    if found:
        return Condition(f"{found[1]} = %s", [int(found[2])], frozenset({found[1]}))
    raise ValueError(f"the fake does not understand {text}")


def _element(node: Element) -> Condition:
    tag = node.tag.rpartition("}")[2]
    if tag in ("And", "Or"):
        parts = [_element(each) for each in node]
        word = " AND " if tag == "And" else " OR "
        return Condition(
            "(" + word.join(part.sql for part in parts) + ")",
            [value for part in parts for value in part.values],
            frozenset().union(*(part.names for part in parts)),
        )
    if tag == "Not":
        inner = _element(node[0])
        return Condition(f"NOT ({inner.sql})", inner.values, inner.names)
    if tag == "BBOX":
        return _box(node)
    name = (node[0].text or "").strip().rpartition(":")[2]
    literal = (node[1].text or "").strip()
    return Condition(f"{name}::text {_OPERATORS[tag]} %s", [literal], frozenset({name}))


def _box(node: Element) -> Condition:
    numbers = [
        float(part)
        for each in node.iter()
        if each.tag.rpartition("}")[2] in ("lowerCorner", "upperCorner")
        for part in (each.text or "").split()
    ]
    return Condition("geom && ST_MakeEnvelope(%s, %s, %s, %s, 3857)", list(numbers))
