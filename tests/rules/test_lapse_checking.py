"""What the loader refuses of a period that passes undecided, and of a clock that runs from an earlier stage."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.loading import PackRefused, load_text

HEYANG = Path(__file__).parents[1] / "seventh_city" / "heyang.yaml"
DEEMED = "leads_to: choice, when_passed: deemed"
SILENCE = "value: {when_passed: alone}"
ANSWERED_IN = "value: {normal: 15d}"
MONTHS = '      mo: [{in_force_from: 2023-07-01, value: moves_to_next_working_day, cite: "civil_code 203"}]\n'
FROM = "clock_from_stage: {answer: look_through}"


def refused(*changes: tuple[str, str]) -> list[tuple[str, str]]:
    """What is refused of Heyang's pack with each change made at its first place."""
    text = HEYANG.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"nothing to change: {old}"
        text = text.replace(old, new, 1)
    try:
        load_text(text, "heyang.yaml")
    except PackRefused as refusal:
        return [(each.path.removeprefix("procedures.access_request."), each.rule) for each in refusal.problems]
    return []


def test_a_city_that_knows_silence_and_months_is_fit() -> None:
    assert refused() == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("value: {leads_to: granted}", "value: {leads_to: granted, when_passed: deemed}"), "lapses_twice"),
        ((ANSWERED_IN, "value: promptly"), "never_passes"),
        ((SILENCE, "value: {when_passed: alone, requires: [{any_of: [reason]}]}"), "time_states_nothing"),
        ((SILENCE, "value: {when_passed: alone, period: 1wd}"), "time_states_nothing"),
        (
            ("value: {leads_to: review}, cite", "value: {leads_to: review, when_passed: alone}, cite"),
            "nobody_decides",
        ),
        ((FROM, "clock_from_stage: {answer: answer}"), "clock_never_begins"),
        ((FROM, "clock_from_stage: {answer: no_stage}"), "clock_never_begins"),
        ((FROM, f"{FROM}\n          clock_from: {{answer: receipt}}"), "two_beginnings"),
        ((FROM, f"{FROM}\n          outlasting: [look_through]"), "lapses_beside"),
        ((MONTHS, ""), "counting_missing"),
    ],
)
def test_time_decides_only_what_time_can_decide(change: tuple[str, str], found: str) -> None:
    assert found in [rule for _, rule in refused(change)]
