"""Forms of sign-in, password, second factor, people and the audit log: cleaning only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from imis.bangla import latin
from imis.models import User
from imis.roles import Role

_CURRENT = {"autocomplete": "current-password"}
_NEW = {"autocomplete": "new-password"}


class SignInForm(AuthenticationForm):
    """Name and password; the error never says which of the two is wrong."""

    error_messages = {
        "invalid_login": _("The user name or the password is wrong. After five wrong tries sign-in is locked."),
        "inactive": _("This account is closed. Ask an administrator."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")


class ChangePasswordForm(forms.Form):
    """The old password and a new one, twice."""

    old = forms.CharField(label=_("Present password"), strip=False, widget=forms.PasswordInput(attrs=_CURRENT))
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs=_NEW),
        help_text=password_validators_help_text_html(),
    )
    again = forms.CharField(label=_("New password again"), strip=False, widget=forms.PasswordInput(attrs=_NEW))

    def __init__(self, request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user

    def clean_old(self) -> str:
        """The present password must be right; wrong ones count as those at sign-in do, and lock in the end."""
        known = authenticate(self.request, username=self.user.username, password=self.cleaned_data["old"])
        if known != self.user:
            raise ValidationError(_("The present password is wrong."))
        return str(self.cleaned_data["old"])

    def clean_new(self) -> str:
        """The new password passes the validators and differs from the old one."""
        new = str(self.cleaned_data["new"])
        validate_password(new, self.user)
        if new == self.cleaned_data.get("old"):
            raise ValidationError(_("The new password is the old one."))
        return new

    def clean(self) -> dict[str, Any]:
        """Both new passwords are the same."""
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("The two new passwords differ."))
        return data


class CodeForm(forms.Form):
    """A code from the telephone or from the paper with backup codes."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """Bangla digits and spaces are welcome."""
        return latin(self.cleaned_data["code"]).replace(" ", "").lower()


class PersonForm(forms.Form):
    """A member of staff: names, offices and wards."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=[ASCIIUsernameValidator()],
        help_text=_("Latin letters and digits; it cannot be changed later."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name_bn = forms.CharField(label=_("Name in Bangla"), max_length=150)
    name_en = forms.CharField(label=_("Name in English"), max_length=150, required=False)
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    all_wards = forms.BooleanField(label=_("Works in all wards"), required=False)
    ward_numbers = forms.CharField(
        label=_("Wards"),
        required=False,
        help_text=_("Numbers with commas or a range, such as 22, 23 or 1-5. Not needed with “Works in all wards”."),
    )

    def __init__(self, *args: Any, adding: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not adding:
            del self.fields["username"]

    def clean_ward_numbers(self) -> list[int]:
        """Numbers and ranges in either script, sorted."""
        return parse_wards(self.cleaned_data["ward_numbers"])

    def clean(self) -> dict[str, Any]:
        """Someone with a role works somewhere."""
        data = super().clean() or {}
        if data.get("roles") and not data.get("all_wards") and data.get("ward_numbers") == []:
            self.add_error("ward_numbers", _("Name the wards or tick “Works in all wards”."))
        return data


def parse_wards(text: str) -> list[int]:
    """Ward numbers from "22, 23, 1-5" in either script; raises ValidationError naming what it cannot read."""
    wards: set[int] = set()
    for part in latin(text).replace("–", "-").replace(";", ",").split(","):
        part = part.strip()
        first, dash, last = part.partition("-")
        if not part:
            continue
        if not first.strip().isdecimal() or (dash and not last.strip().isdecimal()):
            raise ValidationError(_("“%(part)s” is not a ward number."), params={"part": part})
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= 99:
            raise ValidationError(_("“%(part)s” is not a ward number."), params={"part": part})
        wards.update(range(low, high + 1))
    return sorted(wards)


class AuditFilterForm(forms.Form):
    """What to look for in the audit log."""

    by = forms.CharField(label=_("User name"), required=False, max_length=150)
    action = forms.CharField(label=_("Action"), required=False, max_length=60, widget=forms.Select)
    object_type = forms.CharField(label=_("Kind of object"), required=False, max_length=60, widget=forms.Select)
    object_id = forms.CharField(label=_("Object"), required=False, max_length=64)
    ward = forms.IntegerField(label=_("Ward"), required=False, min_value=1, max_value=99)
    since = forms.DateField(label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
