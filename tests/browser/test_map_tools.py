"""The map's tools in a real Chromium, on a desk and on a phone, in both languages."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from playwright.sync_api import Page, expect

from fsm.models import Containment
from imis.models import User
from imis.roles import Role
from tests.browser.conftest import PASSWORD
from tests.layers.conftest import City, city

__all__ = ["city"]

pytestmark = pytest.mark.django_db(transaction=True)
Sign = Callable[[Page, User], None]
Picture = Callable[[Page, str], Path]
SIZES = {"desk": (1360, 850), "phone": (390, 844)}
WORDS = {"bn": ("এখানে কী আছে", "নিকটতম সড়ক"), "en": ("What is here", "Nearest road")}


@pytest.fixture(params=[("desk", "bn"), ("phone", "en")], ids=["desk-bn", "phone-en"])
def at_map(
    request: pytest.FixtureRequest, city: City, live_server: Any, page: Page, sign_in: Sign
) -> tuple[Page, City, str]:
    """The map of the test city, opened by a collector at the zoom of single buildings."""
    size, language = request.param
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    user = User.objects.create(
        username="collector", roles=[Role.COLLECTOR], all_wards=True, password=make_password(PASSWORD)
    )
    sign_in(page, user)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": str(live_server)}])
    middle = city.buildings["mixed"].point.transform(4326, clone=True)
    page.goto(f"{live_server}{reverse('layers:map')}#18.5/{middle.y:.6f}/{middle.x:.6f}")
    expect(page.locator("#map[data-ready]")).to_be_attached(timeout=60_000)
    wait_drawn(page)
    return page, city, language


def wait_drawn(page: Page) -> None:
    """Until every tile in sight is drawn; asked again and again, as our policy lets no script wait by a text."""
    for _ in range(400):
        if page.evaluate("imisMap.current.vector.gl.areTilesLoaded() && !imisMap.current.vector.gl.isMoving()"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the map was not drawn within 40 s")


def click_map(page: Page, dx: float = 0, dy: float = 0) -> None:
    """Clicks so far from the middle of the map, in pixels."""
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2 + dx, box["y"] + box["height"] / 2 + dy)


def tool(page: Page, name: str) -> None:
    page.click(f"[data-tool={name}]")


def test_info_and_nearest_road(at_map: tuple[Page, City, str], picture: Picture) -> None:
    page, _city, language = at_map
    tool(page, "info")
    click_map(page)
    expect(page.locator("#map-panel h2")).to_have_text(WORDS[language][0])
    assert page.locator(".map-found").evaluate_all("all => all.map((each) => each.dataset.layer)") == [
        "buildings_by_tax_status",
        "wards",
    ]
    picture(page, f"map-info-{language}")
    page.click(".map-close")
    tool(page, "road")
    click_map(page, dy=-40)
    expect(page.locator("#map-panel h2")).to_have_text(WORDS[language][1])
    expect(page.locator(".leaflet-overlay-pane path[stroke-dasharray]")).to_have_count(1)
    picture(page, f"map-road-{language}")
    page.click(".map-close")
    tool(page, "clear")
    expect(page.locator(".leaflet-overlay-pane path[stroke-dasharray]")).to_have_count(0)
    # Without a tool a click opens the building again, whose panel knows its own road.
    click_map(page)
    page.click("#map-panel button[hx-target='#map-road']")
    expect(page.locator("#map-road .map-way")).to_be_attached()


def test_a_click_on_a_point_opens_its_panel_and_not_the_building_below(
    city: City, live_server: Any, page: Page, sign_in: Sign, picture: Picture
) -> None:
    house = city.buildings["mixed"]
    tank = Containment.objects.create(
        code="C22-7", ward_id=house.ward_id, technology="lined_pit", outlet="soak_pit", geom=house.point
    )
    titles = {Role.FSM_OFFICER: "C22-7", Role.APPROVER: "এখানে কী আছে"}
    for role, title in titles.items():
        page.context.clear_cookies()
        sign_in(
            page, User.objects.create(username=role, roles=[role], all_wards=True, password=make_password(PASSWORD))
        )
        middle = tank.geom.transform(4326, clone=True)
        page.goto("about:blank")
        page.goto(f"{live_server}{reverse('layers:map')}?show=containments#18/{middle.y:.6f}/{middle.x:.6f}")
        expect(page.locator("#map[data-ready]")).to_be_attached(timeout=60_000)
        wait_drawn(page)
        click_map(page)
        expect(page.locator("#map-panel h2")).to_contain_text(title)
        expect(page.locator("#map-panel")).to_contain_text("সোক পিট")
        # Where the layer is switched off, the building is clicked.
        page.uncheck("input[value=containments]")
        page.evaluate("new Promise((done) => imisMap.current.vector.gl.once('idle', () => done()).triggerRepaint())")
        click_map(page)
        expect(page.locator("#map-panel h2").first).to_contain_text("ইমারত")


def _middle_colour(page: Page) -> list[int]:
    """The colour that the map shows in its middle, read from WebGL itself."""
    found: list[int] = page.evaluate(
        """() => new Promise((done) => {
          const gl = imisMap.current.vector.gl;
          gl.once("render", () => {
            const web = gl.painter.context.gl;
            const pixel = new Uint8Array(4);
            const [x, y] = [web.drawingBufferWidth / 2, web.drawingBufferHeight / 2];
            web.readPixels(x, y, 1, 1, web.RGBA, web.UNSIGNED_BYTE, pixel);
            done([...pixel]);
          });
          gl.triggerRepaint();
        })"""
    )
    return found


def test_opacity(at_map: tuple[Page, City, str]) -> None:
    """The building in the middle is two years in arrears: dark red, and paler when its layer is faded."""
    page, _city, _language = at_map
    full = _middle_colour(page)
    page.evaluate("document.getElementById('map-key').open = true")
    page.locator("[data-fade=buildings_by_tax_status]").fill("30")
    wait_drawn(page)
    page.wait_for_timeout(500)
    faded = _middle_colour(page)
    assert full[:3] == pytest.approx([0xA8, 0x38, 0x3B], abs=6)
    assert all(pale > dark + 30 for pale, dark in zip(faded[:3], full[:3], strict=True))
    page.locator("[data-fade=buildings_by_tax_status]").fill("100")
    page.wait_for_timeout(500)
    assert _middle_colour(page)[:3] == pytest.approx(full[:3], abs=6)


def test_print(at_map: tuple[Page, City, str], tmp_path: Path, picture: Picture) -> None:
    """One sheet A4 with title, legend in both languages, scale, date, and the map itself, as PDF."""
    page, _city, language = at_map
    tool(page, "print")
    expect(page.locator("#map-sheet[data-ready=yes]")).to_be_visible(timeout=60_000)
    page.locator("#map-sheet-title").fill("Ward 22 on paper")
    picture(page, f"map-sheet-{language}")
    pdf = tmp_path / "map.pdf"
    page.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    for wanted in ("Ward 22 on paper", "Khulna City Corporation", "Two years or", "Ward boundary", "1 : ", "/20"):
        assert wanted in text
    assert "১ : " in text and text.count("\f") == 1
    subprocess.run(["pdftoppm", "-r", "60", pdf, tmp_path / "sheet"], check=True)
    assert _share_of_colour(next(tmp_path.glob("sheet*.ppm")), (0xA8, 0x38, 0x3B)) > 0.001
    page.click("[data-paper=turn]")
    expect(page.locator("#map-sheet[data-ready=yes]")).to_be_visible(timeout=60_000)
    page.click("[data-paper=close]")
    expect(page.locator("#map-sheet")).to_be_hidden()
    wait_drawn(page)
    assert _middle_colour(page)[:3] == pytest.approx([0xA8, 0x38, 0x3B], abs=6)


def _share_of_colour(path: Path, colour: tuple[int, int, int]) -> float:
    """How much of a picture (binary PPM) has nearly this colour; the legend's sign alone is 0.0004."""
    dots = path.read_bytes().split(b"\n", 3)[3]
    near = sum(all(abs(dots[at + part] - colour[part]) < 25 for part in range(3)) for at in range(0, len(dots) - 2, 3))
    return near * 3 / len(dots)
