"""Columns are guessed, words understood, decisions limited, and footprints matched, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdings.problem_words import _WORDS, FIELD_WORDS, tell
from holdings.rules import survey as rules
from holdings.rules.matching import Candidate, verdicts


def test_columns_of_the_khulna_file_are_guessed() -> None:
    columns = ["bin", "ward_no", "thana", "levels", "house_no", "street_src", "structure", "use_type", "area_m2"]
    assert rules.guess_columns(columns) == {
        "bin": "bin",
        "ward": "ward_no",
        "road": "street_src",
        "number": "house_no",
        "storeys": "levels",
        "structure": "structure",
        "use": "use_type",
    }


def test_bangla_headings_are_guessed() -> None:
    columns = ["ওয়ার্ড নং", "হোল্ডিং নম্বর", "মালিকের নাম", "পিতা/স্বামীর নাম", "মোবাইল", "আয়তন (বর্গফুট)"]
    guessed = rules.guess_columns(columns)
    assert [guessed[f] for f in ("ward", "number", "owner_bn", "guardian", "mobile", "area_sqft")] == columns


@given(st.lists(st.text(min_size=1, max_size=12), max_size=12, unique=True))
def test_no_column_feeds_two_fields(columns: list[str]) -> None:
    guessed = rules.guess_columns(columns)
    assert len(set(guessed.values())) == len(guessed) and set(guessed.values()) <= set(columns)


@pytest.mark.parametrize(
    ("field", "written", "code"),
    [
        ("structure", "আধা পাকা", "semi_pucca"),
        ("structure", "Semi-Pucca", "semi_pucca"),
        ("structure", "RCC", "pucca"),
        ("structure", "টিনশেড", "tin_shed"),
        ("use", "আবাসিক", "residential"),
        ("use", "Place of Worship - Islam", "religious"),
        ("use", "moon base", None),
        ("occupancy", "ভাড়া", "let"),
        ("occupancy", "ভা\u09a1\u09bcা", "let"),
    ],
)
def test_words_of_both_languages_mean_one_thing(field: str, written: str, code: str | None) -> None:
    assert rules.meaning(field, written) == code


def test_a_row_may_be_decided_only_as_all_its_problems_allow() -> None:
    assert rules.allowed_decisions(["overlap"]) == {"new", "same", "further", "reject"}
    assert rules.allowed_decisions(["overlap", "duplicate_number"]) == {"further", "reject"}
    assert rules.allowed_decisions(["invalid_ring", "zero_area"]) == {"reject"}
    assert "reject" in rules.allowed_decisions(list(rules.PROBLEMS))


def test_every_problem_and_field_has_words() -> None:
    assert set(_WORDS) == set(rules.PROBLEMS)
    assert set(rules.FIELDS) <= set(FIELD_WORDS)
    for code in rules.PROBLEMS:
        told = tell(code, field="geometry", value="7", details={})
        assert told.title and told.sentence and told.remedy and "%(" not in told.sentence + told.remedy


def verdict(*candidates: Candidate) -> dict[int, str]:
    return {row: found.match for row, found in verdicts(candidates).items()}


def test_an_outline_drawn_again_is_the_same_building() -> None:
    assert verdict(Candidate(1, 9, 0.9, 0.95, False)) == {1: "same"}


def test_neighbours_that_touch_are_new() -> None:
    assert verdict(Candidate(1, 9, 0.05, 0.02, False)) == {1: "new"}


def test_half_on_a_registered_building_is_a_conflict() -> None:
    assert verdict(Candidate(1, 9, 0.4, 0.3, False)) == {1: "conflict"}


def test_pieces_of_one_building_are_a_split() -> None:
    assert verdict(Candidate(1, 9, 0.98, 0.5, False), Candidate(2, 9, 0.97, 0.49, False)) == {1: "split", 2: "split"}


def test_a_number_that_stands_elsewhere_is_a_conflict() -> None:
    assert verdict(Candidate(1, 9, 0, 0, True)) == {1: "conflict"}
    assert verdict(Candidate(1, 9, 0, 0, True), Candidate(1, 8, 0.9, 0.9, False)) == {1: "conflict"}


def test_two_outlines_cannot_both_be_one_building_but_two_points_can() -> None:
    drawn = [Candidate(row, 9, 0.9, 0.9, False) for row in (1, 2)]
    points = [Candidate(row, 9, 1, 1, False, outline=False) for row in (1, 2)]
    assert verdict(*drawn) == {1: "conflict", 2: "conflict"}
    assert verdict(*points) == {1: "same", 2: "same"}


@given(
    st.lists(
        st.builds(Candidate, st.integers(1, 4), st.integers(1, 4), st.floats(0, 1), st.floats(0, 1), st.booleans()),
        max_size=10,
    )
)
def test_matching_never_gives_one_building_to_two_outlines(candidates: list[Candidate]) -> None:
    found = verdicts(candidates)
    assert set(found) == {candidate.row for candidate in candidates}
    same = [verdict.building for verdict in found.values() if verdict.match == "same"]
    assert len(same) == len(set(same)) and None not in same


@given(
    st.lists(
        st.builds(Candidate, st.integers(1, 3), st.integers(1, 3), st.floats(0, 1), st.floats(0, 1), st.booleans()),
        max_size=8,
    )
)
def test_the_order_of_candidates_does_not_matter(candidates: list[Candidate]) -> None:
    unique = list({(c.row, c.building): c for c in candidates}.values())
    forth, back = verdicts(unique), verdicts(reversed(unique))
    assert {row: v.match for row, v in forth.items()} == {row: v.match for row, v in back.items()}
