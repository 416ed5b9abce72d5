"""Bangla first: every string is translated, every template marks its text, numbers follow the language."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import django
import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from imis import borrowed
from imis.roles import Role
from imis.templatetags import imis_text
from tests.imis.fresh_settings import environment

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "imis/locale/bn/LC_MESSAGES/django.po"
# Every app of ours, also the one that comes next.
APPS = sorted({top for name in settings.INSTALLED_APPS if (ROOT / (top := name.split(".")[0])).is_dir()})
TEMPLATES = sorted(path for app in APPS for path in (ROOT / app).rglob("templates/**/*.html"))


def tool(*command: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, done.stderr
    return done.stdout


def messages(po: Path, *choice: str) -> list[str]:
    """The message ids that msgattrib chooses, without the header."""
    listed = tool("msgattrib", "--no-obsolete", "--no-wrap", "--no-location", "--sort-output", *choice, str(po))
    blocks = [block for block in listed.split("\n\n") if 'msgid ""\nmsgstr' not in block]
    return [found[1] for block in blocks if (found := re.search(r'^msgid "(.*)"$', block, re.M))]


@pytest.fixture(scope="module")
def fresh_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue as makemessages would leave it now, made in a copy of the tree."""
    tree = tmp_path_factory.mktemp("tree")
    for app in APPS:
        shutil.copytree(ROOT / app, tree / app, ignore=shutil.ignore_patterns("static", "__pycache__", "*.mo"))
    shutil.copy(ROOT / "manage.py", tree)
    tool(sys.executable, "manage.py", "makemessages", "-l", "bn", "--no-wrap", "--no-location", "-v0", cwd=tree)
    return tree / CATALOGUE.relative_to(ROOT)


def test_no_string_is_untranslated(fresh_catalogue: Path) -> None:
    # makemessages fills a new string with a guess where it can: that is no translation either.
    assert messages(fresh_catalogue, "--untranslated") + messages(fresh_catalogue, "--only-fuzzy") == []


def test_no_translation_is_a_guess() -> None:
    assert messages(CATALOGUE, "--only-fuzzy") == []


def test_the_catalogue_is_sound_and_has_no_dead_rows() -> None:
    tool("msgfmt", "--check", "-o", "/dev/null", str(CATALOGUE))
    assert "#~ msgid" not in CATALOGUE.read_text(encoding="utf-8"), "run makemessages and drop obsolete rows"


BANGLA = re.compile("[\u0980-\u09ff]")
# Names that are written in Latin letters in Bangla text too.
LATIN_ALIKE = {"SHA-256"}


def test_each_translation_is_bangla() -> None:
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', CATALOGUE.read_text(encoding="utf-8"), re.M)
    assert len(pairs) > 500
    assert [english for english, bangla in pairs if not BANGLA.search(bangla) and english not in LATIN_ALIKE] == []


GLOSSARY = {
    "holding number": "হোল্ডিং নম্বর", "road": "রাস্তা", "building": "ইমারত", "arrears": "বকেয়া", "demand": "দাবি",
    "surcharge": "সারচার্জ", "rebate": "রিবেট", "instalment": "কিস্তি", "fiscal year": "অর্থবছর", "receipt": "রশিদ",
    "Last date": "জমাদানের শেষ তারিখ", "Issue date": "ইস্যুর তারিখ", "Advance": "অগ্রিম", "Pucca": "পাকা",
    "actual annual value": "প্রকৃত বার্ষিক মূল্যায়ন", "old holding no.": "পুরাতন হোল্ডিং নং",
}  # fmt: skip


def test_the_corporations_own_words_are_used() -> None:
    pairs = dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', CATALOGUE.read_text(encoding="utf-8"), re.M))
    assert {english: pairs.get(english) for english in GLOSSARY} == GLOSSARY


# What remains of a template when tags, variables, comments and translated text are gone, must hold no letters.
_HIDDEN = re.compile(
    r"\{#.*?#\}|\{% comment.*?endcomment %\}|\{% blocktrans(?:late)?\b.*?endblocktrans(?:late)? %\}"
    r"|\{% block (?:body|main)_class %\}.*?\{% endblock %\}"
    r"|<code>.*?</code>|<script.*?</script>|<style.*?</style>|<!--.*?-->|<!doctype[^>]*>",
    re.S | re.I,
)
_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)
_ATTRIBUTES = re.compile(r'\b(?:title|alt|placeholder|aria-label|data-confirm)="([^"]*)"', re.I)
_ELEMENT = re.compile(r"<[^>]*>", re.S)
_ENTITY = re.compile(r"&#?\w+;")
_LETTERS = re.compile("[A-Za-z\u0980-\u09ff]{2,}")
# A language is named in its own script everywhere; coordinate systems, formats of files and systems have one name.
_NAMES = re.compile("বাংলা|English|EPSG|WGS|CSV|GeoJSON|Windows|Linux")


def bare_text(source: str) -> list[str]:
    """Words of a template that no translation reaches."""
    left = _TAGS.sub(" ", _HIDDEN.sub(" ", source))
    texts = [*_ATTRIBUTES.findall(left), _ENTITY.sub(" ", _ELEMENT.sub(" ", left))]
    return [word for text in texts for word in _LETTERS.findall(_NAMES.sub(" ", text))]


@pytest.mark.parametrize("path", TEMPLATES, ids=[str(path.relative_to(ROOT)) for path in TEMPLATES])
def test_templates_mark_their_text(path: Path) -> None:
    assert bare_text(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Pay now</p>", ["Pay", "now"]),
        ('<p>{% trans "Pay" %}</p>', []),
        ('<img alt="Receipt">', ["Receipt"]),
        ("<p>{{ x }} টাকা</p>", ["টাকা"]),
        ('{% blocktrans %}Pay{% endblocktrans %}<input title="{% trans "a" %}">', []),
        ("<b>{% if a %}x{% else %}due{% endif %}</b>&nbsp;·", ["due"]),
    ],
)
def test_the_scanner_finds_bare_text(source: str, found: list[str]) -> None:
    assert bare_text(source) == found


@pytest.mark.parametrize(
    ("expression", "bangla", "english"),
    [
        (
            "{{ amount|taka }}",
            "৳\u00a01,64,375".translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")),
            "৳\u00a01,64,375",
        ),
        ("{{ paisa|taka }}", "৳\u00a0১২.৫০", "৳\u00a012.50"),
        ("{{ none|taka }}{{ none|num }}{{ none|day }}{{ none|moment }}{{ none|figures }}", "–––––", "–––––"),
        ("{{ count|num }}", "৭৭,০০০", "77,000"),
        ("{{ area|num }}", "১,২৩৪.৫", "1,234.5"),
        ("{{ minus|num }}", "−৫", "−5"),
        ("{{ code|figures }}", "০২২-০০১২", "022-0012"),
        ("{{ day|day }}", "২২/১১/২০২২খ্রিঃ", "22/11/2022"),
        ("{{ moment|day }}", "২৩/১১/২০২২খ্রিঃ", "23/11/2022"),
        ("{{ moment|moment }}", "২৩/১১/২০২২খ্রিঃ ০১:৩০", "23/11/2022 01:30"),
        ("{{ year|fiscal_year }}", "২০২৬-২৭", "2026-27"),
        ("{{ rate|percent }}", "১৫%", "15%"),
    ],
)
def test_numbers_money_and_days_follow_the_language(expression: str, bangla: str, english: str) -> None:
    values = {
        "amount": Decimal("164375.00"), "paisa": Decimal("12.50"), "none": None, "count": 77000,
        "area": Decimal("1234.5"), "minus": -5, "code": "022-0012", "day": date(2022, 11, 22), "year": 2026,
        "rate": Decimal("15.00"), "moment": datetime(2022, 11, 22, 19, 30, tzinfo=timezone.utc),
    }  # fmt: skip
    template = Template("{% load imis_text %}" + expression)
    for language, wanted in (("bn", bangla), ("en", english)):
        with translation.override(language):
            assert template.render(Context(values)) == wanted


def test_bangla_comes_first_whatever_the_browser_wishes(signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.CASHIER)
    page = client.get("/", headers={"Accept-Language": "en-US,en"})
    assert '<html lang="bn">' in page.content.decode() and page["Content-Language"] == "bn"
    assert "খুলনা সিটি কর্পোরেশন" in page.content.decode()


def test_the_switch_changes_the_language_and_stays(signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.CASHIER)
    back = client.post("/language/", {"language": "en", "next": "/second-factor/"})
    assert back["Location"] == "/second-factor/"
    assert '<html lang="en">' in client.get("/").content.decode()
    client.cookies["django_language"] = "klingon"
    assert '<html lang="bn">' in client.get("/").content.decode()


def test_the_compiled_catalogue_reaches_the_page(signed_in: Callable[..., Client], tmp_path: Path) -> None:
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists():
        pytest.fail("no compiled catalogue: bin/imis compiles it, or run manage.py compilemessages --ignore .local")
    assert "প্রথম পাতা" in signed_in(Role.CASHIER).get("/").content.decode()


@pytest.mark.parametrize(
    ("sentence", "bangla"),
    [
        ("মান 5 এর চেয়ে বড়", "মান ৫ এর চেয়ে বড়"),
        ("“22” নেই; TAX-2627-000123 আছে, 3.5 ও", "“২২” নেই; TAX-2627-000123 আছে, ৩.৫ ও"),
        ("&#39;7&#39; ও 8", "&#39;7&#39; ও ৮"),
    ],
)
def test_figures_of_a_sentence_follow_the_language(sentence: str, bangla: str) -> None:
    with translation.override("bn"):
        assert imis_text.spoken(sentence) == bangla
    with translation.override("en"):
        assert imis_text.spoken(sentence) == sentence


def test_what_django_says_of_a_field_has_the_figures_of_the_language() -> None:
    class Few(forms.Form):
        ward = forms.IntegerField(min_value=5)
        kind = forms.ChoiceField(choices=[("1", "1")])

    with translation.override("bn"):
        said = str(Few({"ward": "3", "kind": "<2>"}))
    problems = " ".join(re.findall(r"<li>(.*?)</li>", said))
    assert "৫" in problems and "5" not in problems and "<2>" not in said, problems


def test_borrowed_sentences_still_stand_in_django() -> None:
    folder = Path(django.__file__).parent
    files = ["forms/fields.py", "forms/forms.py", "forms/models.py", "core/validators.py"]
    files += ["contrib/auth/password_validation.py", "contrib/auth/validators.py"]
    source = "".join((folder / name).read_text(encoding="utf-8") for name in files)
    flat = re.sub(r'"\s*"', "", source)
    assert [sentence for sentence in borrowed.SENTENCES if sentence not in flat] == []


def test_django_speaks_bangla_about_passwords(signed_in: Callable[..., Client]) -> None:
    page = signed_in(Role.CASHIER).get("/password/").content.decode()
    assert "Your password" not in page and "১২" in page
