"""What goes back to the client: checked for errors in disguise, with our address in the place of every other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import structlog
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from geoserver.ows.asked import Asked
from geoserver.ows.refusals import Refusal
from geoserver.ows.upstream import Answer
from geoserver.xmltext import Suspicious, parsed

log = structlog.get_logger(__name__)
_TAIL = 8192
# The path of a service, however the map server calls itself; what follows is its question.
_SERVICE = re.compile(rb"(?:gwc/service/wmts|wms|wfs|ows|mapserv)/?(?=$|[?&])")
_RESOURCE = re.compile(rb"<ResourceURL\b[^>]*/>")
_FIRST_FEATURE = re.compile(rb"<(?:wfs|gml):(?:member|featureMembers?|boundedBy)\b")
_SCHEMAS = re.compile(rb"https?://[^\s\"'<>]*?/schemas/(?=[a-z])")
_ANY = re.compile(rb"https?://[^\s\"'<>]+")
_KNOWN = (
    b"http://www.opengis.net/",
    b"http://schemas.opengis.net/",
    b"http://www.w3.org/",
    b"http://mapserver.gis.umn.edu/",
)
_CODES = re.compile(r"[A-Za-z]{3,40}")


def relayed(asked: Asked, answer: Answer, root: str) -> HttpResponseBase:
    """The client's answer; `root` is the address of this door. Raises Refusal for what the map server refused."""
    kind = answer.kind.split(";")[0].strip().lower()
    first = next(answer.pieces, b"")
    if answer.status != 200 or not _expected(asked, kind) or b"Exception" in first[:1000] and b"<" in first[:10]:
        raise _refused(asked, answer.status, first, answer)
    pieces = chain((first,), answer.pieces)
    if asked.operation == "GetFeature":
        response: HttpResponseBase = StreamingHttpResponse(_features(pieces, answer, root), content_type=answer.kind)
    elif asked.operation in ("GetCapabilities", "DescribeFeatureType"):
        response = HttpResponse(rewritten(_whole(pieces, answer), root), content_type=answer.kind)
    else:
        response = HttpResponse(_whole(pieces, answer), content_type=kind)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _whole(pieces: Iterator[bytes], answer: Answer) -> bytes:
    body = b"".join(pieces)
    answer.end()
    return body


def _expected(asked: Asked, kind: str) -> bool:
    """Errors come as XML with status 200: where a picture or JSON was asked for, only that is an answer."""
    if asked.operation in ("GetMap", "GetTile", "GetLegendGraphic"):
        return kind.startswith("image/")
    wished = asked.parameters.get("outputformat") or asked.parameters.get("info_format") or ""
    if "json" in wished:
        return "json" in kind
    return "xml" in kind or kind == "text/plain" or "gml" in kind


def rewritten(body: bytes, root: str) -> bytes:
    """A document in which every address of a service is `root`, and no other host is named but those of schemas."""
    ours = root.encode()

    def one(found: re.Match[bytes]) -> bytes:
        address = found[0]
        if address.startswith((*_KNOWN, ours)):
            return address
        if _SCHEMAS.match(address):
            return _SCHEMAS.sub(b"http://schemas.opengis.net/", address)
        service = _SERVICE.search(address)
        return ours + address[service.end() :] if service else ours

    return _ANY.sub(one, _RESOURCE.sub(b"", body))


def _features(pieces: Iterator[bytes], answer: Answer, root: str) -> Iterator[bytes]:
    """Features as they come. Addresses stand before the first feature of XML and after the last one of JSON."""
    held = b""
    json = "json" in answer.kind
    try:
        for number, piece in enumerate(pieces):
            if number == 0 and not json:
                piece = _head_rewritten(piece, root)
            held += piece
            if len(held) > _TAIL:
                yield held[:-_TAIL]
                held = held[-_TAIL:]
        start = held.rfind(b'"links":') if json else -1
        yield held if start < 0 else held[:start] + rewritten(held[start:], root)
    finally:
        answer.end()


def _head_rewritten(head: bytes, root: str) -> bytes:
    found = _FIRST_FEATURE.search(head)
    cut = found.start() if found else len(head)
    return rewritten(head[:cut], root) + head[cut:]


def _refused(asked: Asked, status: int, first: bytes, answer: Answer) -> Refusal:
    """The map server's own words go to the log: they may name tables, paths and addresses."""
    answer.end()
    text = first[:50_000].decode("utf-8", "replace")
    code = "NoApplicableCode"
    try:
        for node in parsed(text).iter():
            found = node.get("code") or node.get("exceptionCode") or ""
            if _CODES.fullmatch(found):
                code = found
                break
    except Suspicious:
        pass
    log.warning("map_server_refused", status=status, operation=asked.operation, code=code, text=text[:500])
    if status >= 500 or status in (401, 403):
        return Refusal("NoApplicableCode", _("The map server could not answer."), 502)
    return Refusal(code, _("The map server did not accept the request."), 400)
