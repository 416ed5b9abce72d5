"""The values of a filter: each fits its column's kind, and to MapServer goes only what it reads as text."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from geoserver.ows import filters, literals, reading
from geoserver.ows.asked import Asked
from geoserver.ows.by_geoserver import parameters as for_geoserver
from geoserver.ows.by_mapserver import parameters as for_mapserver
from geoserver.ows.filters import Compare
from geoserver.ows.refusals import Refusal
from holdings.models.choices import Use
from layers.spec import Attribute, Audience, Kind

_COLUMNS = {kind.value: Attribute(kind.value, kind, kind.value) for kind in Kind} | {
    "use": Attribute("use", Kind.TEXT, "use", choices=Use)
}
_CODE = str(Use.values[0])
# What broke out of MapServer's expression, was taken for a column, or ended its worker.
HOSTILE = [
    "x\\", 'x"', "x'", 'x\\"', "x\\'", 'x\\" OR 1=1', "`2020-01-01`", "2020-01-01' OR 1=1 --", "[use]", "[bin]",
    '[use" or 1=1 --]', "x]", "%wards%", "a;b", "a|b", "$$a$$", "{a}", "a=b", "a<b", "a#b", "a\u2028b",
    "((a+)+)+$",
]  # fmt: skip


def _compare(name: str, value: str, operator: str = "PropertyIsEqualTo", signs: tuple[str, ...] = ()) -> str:
    given = "".join(f" {sign}" for sign in signs)
    inside = f"<PropertyName>{name}</PropertyName><Literal>{escape(value)}</Literal>"
    return f"<Filter><{operator}{given}>{inside}</{operator}></Filter>"


def _read(text: str) -> filters.Condition:
    return filters.read(text, _COLUMNS, frozenset())


def _like(value: str, many: str = "*", one: str = "_", escaped: str = "!") -> str:
    signs = (f"wildCard={quoteattr(many)}", f"singleChar={quoteattr(one)}", f"escapeChar={quoteattr(escaped)}")
    return _compare("text", value, "PropertyIsLike", signs)


@pytest.mark.parametrize(
    ("kind", "text", "read"),
    [
        ("integer", " 22 ", "22"), ("integer", "-1", "-1"), ("integer", "2.5", "2.5"), ("number", "0.25", "0.25"),
        ("boolean", "true", "true"), ("boolean", "0", "false"), ("date", "2026-07-01", "2026-07-01"),
        ("text", "খুলনা শহর", "খুলনা শহর"), ("text", "O'Brien \"&\" Co", "O'Brien \"&\" Co"), ("text", "", ""),
        ("use", _CODE, _CODE), ("use", "", ""),
    ],
)  # fmt: skip
def test_a_value_that_fits_is_read(kind: str, text: str, read: str) -> None:
    assert _read(_compare(kind, text)) == Compare("PropertyIsEqualTo", kind, read)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", ""), ("integer", "x"), ("integer", "২২"), ("integer", "1_0"), ("integer", "1e5"),
        ("integer", "1" * 16), ("integer", "0) or (1=1"), ("integer", "1 or 1 = 1"), ("integer", "`2020-01-01`"),
        ("integer", "--1"),
        ("number", "nan"), ("number", "inf"), ("number", "1."), ("number", "0x10"), ("boolean", "yes"),
        ("date", "2026-13-01"), ("date", "2026-02-30"), ("date", "20260701"), ("date", "2026-W01-1"),
        ("date", "2020-01-01' OR 1=1"), ("date", "২০২৬-০৭-০১"), ("text", "x" * 201), ("text", "a\tb"),
        ("use", "no such code"), ("use", f"{_CODE}' OR 1=1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("operator", ["PropertyIsEqualTo", "PropertyIsNotEqualTo"])
def test_a_value_that_does_not_fit_is_refused(kind: str, text: str, operator: str) -> None:
    with pytest.raises(Refusal) as refused:
        _read(_compare(kind, text, operator))
    assert refused.value.status == 400 and kind in refused.value.text


def test_both_ends_are_read_by_the_columns_kind() -> None:
    text = "<Filter><PropertyIsBetween><PropertyName>{}</PropertyName>{}{}</PropertyIsBetween></Filter>"
    low, high = (f"<{side}Boundary><Literal>{{}}</Literal></{side}Boundary>" for side in ("Lower", "Upper"))
    assert _read(text.format("integer", low.format("1"), high.format("2"))) == filters.Between("integer", "1", "2")
    for ends in (("1) or (1=1", "2"), ("1", "2 or 1=1"), ("`2020-01-01`", "9"), ("a", "b")):
        with pytest.raises(Refusal):
            _read(text.format("integer", low.format(ends[0]), high.format(ends[1])))


def test_a_pattern_is_written_anew_with_our_signs() -> None:
    assert _read(_like("ab%c_!%d", "%", "_", "!")) == Compare("PropertyIsLike", "text", "ab*c?%d")
    # As QGIS writes it.
    assert _read(_like("100\\%%", "%", "_", "\\")) == Compare("PropertyIsLike", "text", "100%*")
    assert _read(_like("a*?b", "%", "_", "\\")) == Compare("PropertyIsLike", "text", "a!*!?b")
    assert _read(_like("a" + "*" * 90)) == Compare("PropertyIsLike", "text", "a*")


@pytest.mark.parametrize(
    "text",
    [
        _like("a*b*" * 6), _like("_" * 11), _like("*" * 3000 + "x"), _like("a" * 101), _like("ends!"),
        _like("a", many="**"), _like("a", one="x"), _like("a", many="_"), _like("a", escaped="é"), _like("a", many=" "),
        _compare("integer", "1*", "PropertyIsLike"), _compare("date", "2020*", "PropertyIsLike"),
    ],
)  # fmt: skip
def test_a_pattern_out_of_bounds_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        _read(text)


def _asked(text: str) -> Asked:
    query = QueryDict(mutable=True)
    query.update({"service": "WFS", "request": "GetFeature", "typenames": "roads", "filter": text})
    return reading.read(query, Audience.PUBLIC)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("operator", ["PropertyIsEqualTo", "PropertyIsLike", "PropertyIsGreaterThan"])
def test_to_mapserver_goes_no_sign_that_it_could_misread(value: str, operator: str) -> None:
    signs = ("wildCard='*'", "singleChar='_'", "escapeChar='!'") if operator == "PropertyIsLike" else ()
    asked = _asked(_compare("name_en", value, operator, signs))
    with pytest.raises(Refusal) as refused:
        for_mapserver(asked, None)
    assert refused.value.status == 400


@given(value=st.text(max_size=40))
def test_whatever_the_text_mapserver_gets_only_plain_signs(value: str) -> None:
    try:
        literals.plain(value)
    except Refusal:
        return
    assert not set(value) & set("\\\"'`[]%$;#*?!{}<>=|&~^+\n\t\0") and all(ord(each) > 31 for each in value)


def test_names_of_the_city_pass_to_both_map_servers() -> None:
    for name in ("শের-ই-বাংলা রোড", "ক্ষ্যাপা‌", "K.D.A. Avenue (East), 2/3", "12-A"):
        asked = _asked(_compare("name_bn", name))
        assert escape(name) in for_mapserver(asked, None)["filter"]
        assert escape(name) in for_geoserver(asked, None)["filter"]
