"""Answers in the forms that GeoServer gives them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Answer:
    """Status, content type, body, further headers."""

    status: int
    kind: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def document(value: Any) -> Answer:
    """A JSON document."""
    return Answer(200, "application/json", json.dumps(value).encode())


def plain(status: int, text: str = "") -> Answer:
    """Plain text, as REST says yes and no."""
    return Answer(status, "text/plain", text.encode())


def html(status: int, text: str) -> Answer:
    """The error page of the servlet container."""
    return Answer(status, "text/html;charset=iso-8859-1", f"<html><h2>HTTP ERROR {status} {text}</h2></html>".encode())


def wms_error(text: str, code: str = "") -> Answer:
    """An error of WMS: status 200."""
    attribute = f' code="{code}"' if code else ""
    body = f'<?xml version="1.0"?><ServiceExceptionReport version="1.3.0"><ServiceException{attribute}>{escape(text)}'
    return Answer(200, "text/xml;charset=utf-8", f"{body}</ServiceException></ServiceExceptionReport>".encode())


def ows_error(text: str, status: int = 400, code: str = "NoApplicableCode") -> Answer:
    """An error of WFS and of the dispatcher."""
    body = (
        f'<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Exception '
        f'exceptionCode="{code}"><ows:ExceptionText>{escape(text)}</ows:ExceptionText></ows:Exception></ows:ExceptionReport>'
    )
    return Answer(status, "application/xml", body.encode())
