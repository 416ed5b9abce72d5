"""What the door says when it does not pass a request on, in the words of OGC."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from django.http import HttpResponse

_WMS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ServiceExceptionReport version="1.3.0" xmlns="http://www.opengis.net/ogc">'
    "<ServiceException code={code}>{text}</ServiceException></ServiceExceptionReport>\n"
)
_OWS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ows:ExceptionReport version="2.0.0" '
    'xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Exception exceptionCode={code}>'
    "<ows:ExceptionText>{text}</ows:ExceptionText></ows:Exception></ows:ExceptionReport>\n"
)


class Refusal(Exception):
    """A request that is not passed on; `code` is OGC's, `text` a sentence for people."""

    def __init__(self, code: str, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.code, self.text, self.status = code, text, status


def response(service: str, refusal: Refusal) -> HttpResponse:
    """The refusal as the XML that clients of the service understand, with an honest status."""
    form = _WMS if service == "WMS" else _OWS
    body = form.format(code=quoteattr(refusal.code), text=escape(refusal.text))
    answer = HttpResponse(body, status=refusal.status, content_type="text/xml; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    if refusal.status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="IMIS", charset="UTF-8"'
    return answer
