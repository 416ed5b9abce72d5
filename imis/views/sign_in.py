"""Sign-in, one's own password, and the second factor."""

from __future__ import annotations

from base64 import b32encode
from io import BytesIO
from typing import Any, cast

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language as django_set_language
from django_otp import devices_for_user, match_token
from django_otp import login as otp_login
from django_otp.plugins.otp_totp.models import TOTPDevice

from imis.access import PUBLIC, SIGNED_IN, permission_required
from imis.errors import BadInput
from imis.forms import ChangePasswordForm, CodeForm, SignInForm
from imis.gate import before_second_factor
from imis.models import User
from imis.services import people
from imis.services import second_factor as factors

login = permission_required(PUBLIC)(
    LoginView.as_view(
        template_name="imis/sign_in.html", authentication_form=SignInForm, redirect_authenticated_user=True
    )
)
logout = before_second_factor(permission_required(SIGNED_IN)(LogoutView.as_view()))
set_language = permission_required(PUBLIC)(django_set_language)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permission_required(SIGNED_IN)
def change_password(request: HttpRequest) -> HttpResponse:
    """One's own new password; forced after a temporary one."""
    user = cast(User, request.user)
    form = ChangePasswordForm(request, user, request.POST or None)
    if form.is_valid():
        try:
            changed = people.change_own_password(password=form.cleaned_data["new"], by=user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error("new", refusal)
        else:
            update_session_auth_hash(request, changed)
            messages.success(request, _("Your password is changed. Other devices are signed out."))
            return redirect("home")
    return render(request, "imis/change_password.html", {"form": form, "forced": user.must_change_password})


@never_cache
@require_http_methods(["GET", "POST"])
@before_second_factor
@permission_required(SIGNED_IN)
def second_factor(request: HttpRequest) -> HttpResponse:
    """Asks for the code; sends those without a device to enrolment; shows the state when all is done."""
    user = cast(User, request.user)
    if not any(True for _device in devices_for_user(user)):
        return redirect("enrol_second_factor")
    if user.is_verified():  # type: ignore[attr-defined]
        return render(request, "imis/second_factor.html")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        device = match_token(user, form.cleaned_data["code"])
        if device is not None:
            otp_login(request, device)
            return redirect("home")
        form.add_error("code", _("This code is not right. After several wrong codes wait a little before the next."))
    return render(request, "imis/second_factor_code.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
@before_second_factor
@permission_required(SIGNED_IN)
def enrol_second_factor(request: HttpRequest) -> HttpResponse:
    """Shows the QR code for the telephone, confirms it with a code, then shows the backup codes once.

    Whoever has a device must prove it before replacing it.
    """
    user = cast(User, request.user)
    has_device = any(True for _device in devices_for_user(user))
    if has_device and not user.is_verified():  # type: ignore[attr-defined]
        return redirect("second_factor")
    # Two pages opened at once may have made two: the first is the one.
    waiting = TOTPDevice.objects.filter(user=user, confirmed=False).order_by("pk").first()
    device = waiting or TOTPDevice.objects.create(user=user, confirmed=False, name="telephone")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            codes = factors.confirm_second_factor(
                device=device, code=form.cleaned_data["code"], by=user, at=timezone.now()
            )
        except BadInput as refusal:
            form.add_error("code", f"{refusal.message} {refusal.remedy}")
        else:
            otp_login(request, device)
            return render(request, "imis/backup_codes.html", {"codes": codes})
    return render(request, "imis/second_factor_enrol.html", {"form": form, "qr": _qr(device), "key": _key(device)})


@never_cache
@require_http_methods(["POST"])
@permission_required(SIGNED_IN)
def renew_backup_codes(request: HttpRequest) -> HttpResponse:
    """New backup codes, shown once."""
    user = cast(User, request.user)
    if not user.is_verified():  # type: ignore[attr-defined]
        return redirect("second_factor")
    codes = factors.renew_backup_codes(by=user, at=timezone.now())
    return render(request, "imis/backup_codes.html", {"codes": codes})


def _qr(device: Any) -> SafeString:
    picture = BytesIO()
    segno.make(device.config_url, micro=False).save(
        picture, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2
    )
    # The text comes from segno, which writes only path data; nothing a person typed reaches it.
    return mark_safe(picture.getvalue().decode())  # noqa: S308


def _key(device: Any) -> str:
    key = b32encode(device.bin_key).decode()
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))
