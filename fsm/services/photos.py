"""Pictures of a visit: read with care, drawn anew, and kept without what a telephone writes into them."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps

from fsm.models import Photo, Request
from fsm.queries.requests import assignment_of, driver_of
from fsm.services.events import locked
from fsm.services.requests import note
from fsm.services.words import bad
from imis import spoken
from imis.errors import BadInput, NotAllowed, Refused
from imis.models import User

LARGEST_BYTES = 12 * 1024 * 1024
LARGEST_PIXELS = 60_000_000
LONGEST_SIDE = 1600
AT_MOST = 12
_FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True)
class Cleaned:
    """A picture drawn anew as JPEG, and what its file said about time (city's zone) and place (lon, lat)."""

    jpeg: bytes
    width: int
    height: int
    taken_at: datetime | None
    place: tuple[float, float] | None


def add_photo(*, photo_id: UUID, request: UUID, content: bytes, by: User, at: datetime) -> Photo:
    """Keeps a picture of a visit; the same `photo_id` with the same content again returns the first.

    BadInput for what is no picture or too large; NotAllowed for a driver who was not sent. Place and time are kept
    only when the requester consented.
    """
    mark = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        row = locked(request)
        earlier = Photo.objects.filter(pk=photo_id).first()
        if earlier is not None:
            if (earlier.request_id, earlier.sent_sha256) != (request, mark):
                raise Refused(_("This picture's number was used for another one."))
            return earlier
        _may_add(row, by)
        if row.photos.count() >= AT_MOST:
            raise Refused(_("A visit keeps %(n)s pictures at most.") % {"n": spoken.number(AT_MOST)})
        clean = cleaned(content)
        place = Point(*clean.place, srid=4326) if clean.place and row.consents_to_place else None
        photo = Photo(
            id=photo_id,
            request=row,
            sent_sha256=mark,
            width=clean.width,
            height=clean.height,
            taken_at=clean.taken_at if row.consents_to_place else None,
            place=place,
            added_at=at,
            added_by=by,
        )
        _store(photo_path(photo), clean.jpeg)
        photo.save(force_insert=True)
        note(row, "add_sludge_photo", by, at, photo=photo.pk)
    return photo


def photo_path(photo: Photo) -> Path:
    """Where a picture lies."""
    return Path(settings.MEDIA_ROOT) / photo.file_name


def cleaned(content: bytes) -> Cleaned:
    """The picture turned upright, made smaller and drawn anew: nothing of the sent file is kept but its look.

    BadInput when it is too large, no JPEG, PNG or WebP, or damaged.
    """
    if len(content) > LARGEST_BYTES:
        raise bad("photo", _("A picture may have 12 MB at most."))
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as sent:
            if sent.width * sent.height > LARGEST_PIXELS:
                raise bad("photo", _("The picture has too many pixels."))
            exif = sent.getexif()
            picture = ImageOps.exif_transpose(sent).convert("RGB")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            facts = _taken_at(exif), _place(exif)
    except BadInput:
        raise
    except Exception as error:  # whatever it is that damaged bytes make Pillow stumble over (struct.error, KeyError …)
        raise bad("photo", _("This file is not a picture that can be read.")) from error
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, optimize=True, exif=b"")
    return Cleaned(out.getvalue(), picture.width, picture.height, *facts)


def _taken_at(exif: Image.Exif) -> datetime | None:
    said = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
    try:
        return datetime.strptime(str(said), "%Y:%m:%d %H:%M:%S").replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    except ValueError:
        return None


def _place(exif: Image.Exif) -> tuple[float, float] | None:
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    try:
        latitude = _degrees(gps[ExifTags.GPS.GPSLatitude]) * (-1 if gps[ExifTags.GPS.GPSLatitudeRef] == "S" else 1)
        longitude = _degrees(gps[ExifTags.GPS.GPSLongitude]) * (-1 if gps[ExifTags.GPS.GPSLongitudeRef] == "W" else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return (longitude, latitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _degrees(parts: tuple[float, float, float]) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


def _may_add(row: Request, by: User) -> None:
    assignment, driver = assignment_of(row), driver_of(by)
    if assignment is None or driver is None or assignment.driver_id != driver.pk:
        raise NotAllowed(_("This job was given to another crew."), remedy=_("Load your list of jobs again."))


def _store(path: Path, content: bytes) -> None:
    """Whole or not at all; an orphan of a failed transaction is overwritten by the retry."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.new")
    draft.write_bytes(content)
    draft.replace(path)
