"""Filters: what is read is what is written, and the wards stand beside it whatever it says."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoserver.ows import filters
from geoserver.ows.filters import Between, Box, Compare, Logic
from geoserver.ows.refusals import Refusal
from geoserver.xmltext import parsed
from layers.spec import Attribute, Kind

_COLUMNS = {name: Attribute(name, Kind.TEXT, name) for name in ("ward", "use")}
_SYSTEMS = frozenset({"EPSG:3857"})
_TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co")), max_size=20)
_VALUES = _TEXT.map(str.strip)
_PATTERNS = st.from_regex(r"([a-zকখগ][*?]?(![*?!])?){1,5}", fullmatch=True)
_NAMES = st.sampled_from(sorted(_COLUMNS))
_NUMBERS = st.integers(-20_000_000, 20_000_000).map(float)
_LEAVES = st.one_of(
    st.builds(Compare, st.sampled_from(sorted(filters._COMPARISONS)), _NAMES, _VALUES),
    st.builds(Compare, st.just("PropertyIsLike"), _NAMES, _PATTERNS),
    st.builds(Compare, st.just("PropertyIsNull"), _NAMES),
    st.builds(Between, _NAMES, _VALUES, _VALUES),
    st.builds(Box, st.tuples(_NUMBERS, _NUMBERS), st.tuples(_NUMBERS, _NUMBERS), st.just("EPSG:3857")),
)
_CONDITIONS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(Logic, st.sampled_from(["And", "Or"]), st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Logic, st.just("Not"), st.tuples(inner)),
    ),
    max_leaves=12,
)


@given(condition=_CONDITIONS, version=st.sampled_from(["1.1.0", "2.0.0"]))
def test_what_is_written_is_read_back(condition: filters.Condition, version: str) -> None:
    assert filters.read(filters.written(condition, version), _COLUMNS, _SYSTEMS) == condition


@given(condition=_CONDITIONS, wards=st.lists(st.integers(1, 99), max_size=4).map(tuple))
def test_the_wards_stand_at_the_top_beside_any_condition(condition: filters.Condition, wards: tuple[int, ...]) -> None:
    text = filters.written(filters.every(condition, filters.in_wards(wards)) or condition, "2.0.0")
    root = parsed(text)
    assert len(root) == 1
    top = root[0]
    assert top.tag.endswith("}And") and len(top) == 2
    limit = top[1]
    named = [node.text for node in limit.iter() if node.tag.endswith("}ValueReference")]
    values = [node.text for node in limit.iter() if node.tag.endswith("}Literal")]
    assert set(named) == {"ward"} and values == [str(ward) for ward in wards or (-1,)]
    assert {node.tag.rpartition("}")[2] for node in limit.iter()} <= {
        "Or",
        "PropertyIsEqualTo",
        "ValueReference",
        "Literal",
    }


_EQUAL = "<Filter><PropertyIsEqualTo>{}{}</PropertyIsEqualTo></Filter>"


@given(value=_TEXT)
def test_a_value_stays_a_value(value: str) -> None:
    text = _EQUAL.format("<PropertyName>use</PropertyName>", f"<Literal>{escape(value)}</Literal>")
    found = filters.read(text, _COLUMNS, _SYSTEMS)
    assert found == Compare("PropertyIsEqualTo", "use", value.strip())


_INNER = "<PropertyIsEqualTo><PropertyName>use</PropertyName><Literal>x</Literal></PropertyIsEqualTo>"
_BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "text",
    [
        f"{_BOMB}<Filter>{_INNER}</Filter>",
        f'<!doctype x SYSTEM "file:///etc/passwd"><Filter>{_INNER}</Filter>',
        "<Filter>" + "<Not>" * 30 + _INNER + "</Not>" * 30 + "</Filter>",
        "<Filter><And>" + _INNER * 400 + "</And></Filter>",
        "<Filter><Or/></Filter>",
        f"<Filter><Not>{_INNER}{_INNER}</Not></Filter>",
        _EQUAL.format("<Function name='env'/>", "<Literal>x</Literal>"),
        _EQUAL.format("<PropertyName>use</PropertyName>", "<Function name='querySingle'/>"),
        _EQUAL.format("<PropertyName>bin</PropertyName>", "<Literal>x</Literal>"),
        _EQUAL.format("<PropertyName>use</PropertyName>", "<PropertyName>ward</PropertyName>"),
        "<Filter><DWithin><PropertyName>geom</PropertyName></DWithin></Filter>",
        "<Filter><BBOX><PropertyName>geom</PropertyName></BBOX></Filter>",
        "<Filter><FeatureId fid='wards.1 OR 1=1'/></Filter>",
        "<Filter>",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        filters.read(text, _COLUMNS, _SYSTEMS)


def test_ids_are_read_as_keys() -> None:
    text = "<Filter><FeatureId fid='wards.22'/><FeatureId fid='wards.23'/></Filter>"
    ids = tuple(Compare("PropertyIsEqualTo", "id", number) for number in ("22", "23"))
    assert filters.read(text, _COLUMNS, _SYSTEMS) == Logic("Or", ids)
    assert filters.by_ids(["gis_tax:wards.22", "wards.23"]) == Logic("Or", ids)
