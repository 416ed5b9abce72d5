"""Files brought in, for the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from holdings.intake.models import IntakeFile
from holdings.models import SurveyFile
from imis.models import User
from imis.roles import Permission, may
from imis.whereabouts import Addresses, Find, whole


def _surveys(keys: Sequence[str], user: User) -> Addresses:
    if not may(user, Permission.IMPORT_SURVEY):
        return {}
    found = SurveyFile.objects.filter(pk__in=whole(keys)).values_list("pk", flat=True)
    return {str(pk): reverse("holdings:survey", args=[pk]) for pk in found}


def _intakes(keys: Sequence[str], user: User) -> Addresses:
    if not may(user, Permission.IMPORT_FILES):
        return {}
    found = IntakeFile.objects.filter(pk__in=whole(keys)).values_list("pk", flat=True)
    return {str(pk): reverse("intake:file", args=[pk]) for pk in found}


THINGS: dict[str, Find] = {"survey_file": _surveys, "intake_file": _intakes}
