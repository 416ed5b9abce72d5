"""A real Chromium in front of a real server: what a person at the counter would see.

Chromium is Debian's; Playwright drives it. With IMIS_SCREENSHOTS=1 the pictures of the guide in
docs/img are taken anew, otherwise they go to a temporary folder.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from imis.models import User

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]
PASSWORD = "Sundarban-tiger-7742"


def _chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    pytest.fail("No Chromium: `bin/imis test` installs it with apt; without root set it on PATH.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One headless Chromium for a file of tests, gone with its event loop before the next file begins."""
    with pytest.MonkeyPatch.context() as patch:
        # Playwright runs an event loop in this thread; Django would refuse the ORM beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=_chromium(), args=CHROMIUM_FLAGS)
            yield chromium
            chromium.close()


@pytest.fixture()
def page(browser: Browser) -> Iterator[Page]:
    """A fresh, empty profile; a JavaScript error or a refused resource fails the test."""
    context = browser.new_context(viewport={"width": 1360, "height": 850}, locale="bn-BD")
    page = context.new_page()
    page.set_default_timeout(20_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            errors.append(message.text)
            if message.type == "error" and "Content Security Policy" in message.text
            else None
        ),
    )
    yield page
    context.close()
    assert errors == []


@pytest.fixture()
def picture(tmp_path: Path) -> Callable[[Page, str], Path]:
    """Saves what the page shows as NAME.png, under docs/img when IMIS_SCREENSHOTS=1."""
    keep = os.environ.get("IMIS_SCREENSHOTS") == "1"
    folder = Path(__file__).resolve().parents[2] / "docs" / "img" if keep else tmp_path

    def save(page: Page, name: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        return path

    return save


@pytest.fixture()
def sign_in(live_server: object) -> Callable[[Page, User], None]:
    """Signs a user in through the sign-in page, as a person does."""

    def sign(page: Page, user: User) -> None:
        page.context.clear_cookies()
        page.goto(f"{live_server}/sign-in/")
        page.fill("input[name=username]", user.username)
        page.fill("input[name=password]", PASSWORD)
        page.click("main form button")
        page.wait_for_url(lambda url: "/sign-in" not in url)

    return sign
