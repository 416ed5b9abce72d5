"""The people of the story, and the real footprints it is told on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password

from imis.models import User
from imis.roles import Role
from tests.browser.conftest import browser, page, picture, sign_in

# The browser of tests/browser serves these stories too.
__all__ = ["browser", "page", "picture", "sign_in"]

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "khulna"
PASSWORD = "Sundarban-tiger-7742"


@pytest.fixture()
def footprints() -> Path:
    """The folder with Khulna's wards and real footprints of other cities; kept outside the project."""
    if not (SHARED / "khulna_buildings.gpkg").is_file():
        pytest.skip(f"the story is told on {SHARED}/khulna_buildings.gpkg, which is not beside this checkout")
    return SHARED


@pytest.fixture()
def staff(db: None) -> Callable[[Role], User]:
    """One officer a role, for all wards, made when first asked for."""
    made: dict[Role, User] = {}
    password = make_password(PASSWORD)

    def officer(role: Role) -> User:
        if role not in made:
            made[role] = User.objects.create(
                username=role.value, name_bn=str(role.label), roles=[role.value], all_wards=True, password=password
            )
        return made[role]

    return officer
