"""The page that hands out a layer as a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from imis.access import permission_required, ward_scope
from imis.fiscal import fiscal_year_of
from imis.models import User
from imis.roles import Permission
from imis.templatetags.imis_text import figures
from layers import access, queries
from layers.catalogue import BY_NAME
from layers.exports.files import FORMATS
from layers.features import Ask, TooMany
from layers.forms import ExportForm
from layers.services import export_layer


@permission_required(Permission.EXPORT_LAYERS)
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest) -> HttpResponseBase:
    """The form, or (POST) the file; what was taken is written down before the file leaves."""
    user = cast(User, request.user)
    scope = ward_scope(user)
    wards = [place.number for place in queries.ward_places() if scope is None or place.number in scope]
    form = ExportForm(
        request.POST if request.method == "POST" else None,
        initial=request.GET.dict(),
        layers=access.shown_to(request),
        wards=[(number, figures(number)) for number in wards],
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _file(request, form)
        except TooMany as error:
            said = _("That is %(found)s features; a file holds at most %(most)s. Choose a ward or a part of the map.")
            form.add_error(None, said % {"found": figures(error.found), "most": figures(error.most)})
    return render(request, "layers/export.html", {"form": form}, status=400 if form.errors else 200)


def _file(request: HttpRequest, form: ExportForm) -> FileResponse:
    given = form.cleaned_data
    layer, granted = BY_NAME[given["layer"]], access.granted_to(request)
    now = timezone.localtime()
    ask = Ask(
        audience=granted.audience,
        boxes=given["bbox"],
        wards=(given["ward"],) if given["ward"] else granted.scope(layer),
        year=fiscal_year_of(now.date()).start_year,
    )
    suffix, kind = FORMATS[given["format"]]
    with tempfile.TemporaryDirectory(prefix="imis-export-") as folder:
        made = export_layer(
            layer=layer, ask=ask, kind=given["format"], folder=Path(folder), by=cast(User, request.user), at=now
        )
        # Opened before its folder goes: the file lives until it is sent.
        response = FileResponse(
            made.path.open("rb"), as_attachment=True, filename=f"{layer.name}-{now:%Y-%m-%d}{suffix}", content_type=kind
        )
    response["Cache-Control"] = "private, no-store"
    return response
