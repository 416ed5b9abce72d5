"""A stranger's filter stays a filter: with the real door before a running MapServer, where one is installed."""

from __future__ import annotations

import contextlib
import json
from xml.sax.saxutils import escape

import psycopg2
import pytest
from django.test import Client

from geoserver.ows.workers import connection_string
from layers.spec import Audience
from tests.geoserver.test_literals import HOSTILE
from tests.matrix.map_doors import body_of

pytestmark = pytest.mark.usefixtures("doors")
_ASKED = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "outputformat": "application/json"}
_FILTER = '<fes:Filter xmlns:fes="http://www.opengis.net/fes/2.0">{}</fes:Filter>'
_SIGNS = "wildCard='*' singleChar='_' escapeChar='!'"


def compare(name: str, value: str, operator: str = "PropertyIsEqualTo") -> str:
    """A comparison as WFS 2.0 writes it."""
    inside = f"<fes:ValueReference>{name}</fes:ValueReference><fes:Literal>{escape(value)}</fes:Literal>"
    signs = f" {_SIGNS}" if operator == "PropertyIsLike" else ""
    return f"<fes:{operator}{signs}>{inside}</fes:{operator}>"


def select(words: str) -> str:
    """A literal that leaves MapServer's expression and adds a statement of its own, in pieces of 75 signs."""
    pieces = [""]
    for word in f" )::text)) UNION ALL {words} -- ".split(" "):
        if len(pieces[-1]) + len(word) > 74:
            pieces.append("")
        pieces[-1] += f"{word} "
    last = len(pieces) - 1
    dates = [
        f"[use] > `2020-01-01' {'*/ ' if place else ''}{piece}{'' if place == last else '/*'}`"
        for place, piece in enumerate(pieces)
    ]
    return 'x\\" OR ' + " OR ".join(dates) + ")"


OTHERS = select(
    "SELECT $$9$$ , $$1$$ , $$1$$ , ( current_user )::text , $$x$$ , "
    "ST_AsBinary( ST_MakeEnvelope(0,0,9,9) ,$$NDR$$) , $$9$$ "
)


def _status(client: Client, layer: str, inside: str) -> tuple[int, list[dict[str, object]] | bytes]:
    answer = client.get("/ows/public/", {**_ASKED, "typenames": layer, "filter": _FILTER.format(inside)})
    body = body_of(answer)
    return answer.status_code, json.loads(body)["features"] if answer.status_code == 200 else body


@pytest.mark.parametrize("operator", ["PropertyIsEqualTo", "PropertyIsNotEqualTo", "PropertyIsLike"])
@pytest.mark.parametrize("column", ["use", "name_en"])
def test_a_hostile_value_is_refused(served: object, client: Client, column: str, operator: str) -> None:
    """A 502 would say that the map server tried it."""
    if type(served).__name__ != "MapServer":
        pytest.skip("a GeoServer takes any text: it binds its values")
    layer = "roads" if column == "name_en" else "buildings"
    for value in (*HOSTILE, OTHERS):
        status, body = _status(client, layer, compare(column, value, operator))
        assert status == 400, (value, status, body)
        assert isinstance(body, bytes) and b"ExceptionReport" in body and b"mapserv" not in body


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        (compare("use", "residential"), 2), (compare("use", "commercial"), 0), (compare("use", ""), 0),
        (compare("use", "resid*", "PropertyIsLike"), 2), (compare("use", "*dent*", "PropertyIsLike"), 2),
        (compare("use", "_esidential", "PropertyIsLike"), 2), (compare("use", "x*", "PropertyIsLike"), 0),
        (compare("storeys", "2"), 2), (compare("storeys", "1.5", "PropertyIsGreaterThan"), 2),
        (compare("storeys", "2", "PropertyIsGreaterThan"), 0), (compare("ward", "22"), 1),
        ("<fes:Not>" * 18 + compare("use", "residential") + "</fes:Not>" * 18, 2),
        ("<fes:Or>" + compare("use", "residential") * 110 + "</fes:Or>", 2),
        ("<fes:PropertyIsBetween><fes:ValueReference>storeys</fes:ValueReference><fes:LowerBoundary><fes:Literal>1"
         "</fes:Literal></fes:LowerBoundary><fes:UpperBoundary><fes:Literal>3</fes:Literal></fes:UpperBoundary>"
         "</fes:PropertyIsBetween>", 2),
    ],
)  # fmt: skip
def test_an_honest_filter_still_filters(served: object, client: Client, inside: str, found: int) -> None:
    if type(served).__name__ != "MapServer":
        pytest.skip("the fake knows few words; tests/verification asks the real GeoServer")
    status, features = _status(client, "buildings", inside)
    assert (status, len(features)) == (200, found)


def test_a_name_in_bangla_is_found(served: object, client: Client) -> None:
    if type(served).__name__ != "MapServer":
        pytest.skip("the fake knows few words; tests/verification asks the real GeoServer")
    for operator, value in (("PropertyIsEqualTo", "ওয়ার্ড 22"), ("PropertyIsLike", "ওয়া*22")):
        status, features = _status(client, "wards", compare("name_bn", value, operator))
        assert (status, len(features)) == (200, 1), features


@pytest.mark.parametrize("audience", list(Audience), ids=lambda each: each.name)
def test_the_map_servers_login_can_become_nobody_else(served: object, audience: Audience) -> None:
    """Were a statement to get in all the same, it would find only what the audience may see anyway."""
    line = psycopg2.connect(connection_string(audience))
    line.autocommit = True
    with contextlib.closing(line), line.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user")
        assert cursor.fetchone() == (audience.login, audience.login)
        cursor.execute(f"SELECT count(*) > 0 FROM {audience.schema}.buildings")
        assert cursor.fetchone() == (True,)
        others = {name for each in Audience if each is not audience for name in (each.schema, each.login)}
        for role in (*others, "imis_app", "imis_owner"):
            for attempt in ("SET ROLE {}", "SET SESSION AUTHORIZATION {}", "SELECT set_config('role', '{}', false)"):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(attempt.format(role))
        for nothing in ("RESET ROLE", "SET ROLE none"):
            cursor.execute(nothing)
        for table in ("public.holdings_owner", *(f"{each.schema}.wards" for each in Audience if each is not audience)):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"SELECT * FROM {table} LIMIT 1")
