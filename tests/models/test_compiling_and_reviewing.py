"""Who compiles an entry, who has the last word on it, and that its class is one of three: the law of each city."""

from __future__ import annotations

from typing import Any

import pytest

from models import acts as a
from tests.models.bench import CITIES
from tests.models.updates import draft, pass_reviews, submitted, update_begun

LAST_WORD = {
    "nanning": ("review", "authority"),
    "yulin": ("city_compilation", "operator"),
    "guangzhou": ("review", "authority"),
    "lianyungang": ("publication", "provider"),
    "nanjing": ("review", "authority"),
}
"""City to the stage that publishes, once every other review has found for the draft, and its body."""


def officer(city: str, role: str) -> a.Actor:
    return a.Actor(account=f"acc_{city}.{role}_1", body=f"{city}.{role}")


ANSWERED: dict[str, dict[str, Any]] = {"guangzhou": {"subjects_consent": "given"}}
"""What a draft answers beside what every draft does."""


@pytest.mark.duty("NN-7.1", "YL-7c")
@pytest.mark.duty("NN-14", "YL-15a", "GZ-11", "NJ-16")
@pytest.mark.parametrize("city", CITIES)
def test_nobody_but_the_provider_compiles_the_entry(city: str) -> None:
    bench = update_begun(city)
    assert (bench.open_stages, bench.task("compilation").body) == ({"compilation"}, f"{city}.provider")
    for role in ("authority", "operator"):
        assert bench.decide("compilation", "submit", by=officer(city, role)) == "NotYourTask"
    assert draft(bench) == "accepted"
    assert bench.state.draft


@pytest.mark.duty("NN-14", "YL-6", "YL-15a", "GZ-11", "NJ-16")
@pytest.mark.parametrize("city", CITIES)
def test_no_draft_is_in_the_catalogue_before_the_body_that_has_the_last_word_says_so(city: str) -> None:
    bench = submitted(city, **ANSWERED.get(city, {}))
    stage, role = LAST_WORD[city]
    if bench.open_stages != {stage}:
        pass_reviews(bench, but={stage})
    assert (bench.open_stages, bench.task(stage).body) == ({stage}, f"{city}.{role}")
    for other in {"authority", "operator", "provider"} - {role}:
        assert bench.decide(stage, "publish", by=officer(city, other)) == "NotYourTask"
    assert bench.state.published is None
    assert bench.decide(stage, "publish") == "accepted"
    assert bench.state.published


@pytest.mark.duty("NN-14", "YL-6", "GZ-11", "NJ-16")
@pytest.mark.parametrize("city", ["nanning", "yulin", "guangzhou", "nanjing"])
def test_what_the_last_word_is_against_goes_back_with_a_reason(city: str) -> None:
    bench = submitted(city, **ANSWERED.get(city, {}))
    stage, _ = LAST_WORD[city]
    if bench.open_stages != {stage}:
        pass_reviews(bench, but={stage})
    assert bench.decide(stage, "return", given=()) == "RequirementMissing"
    assert bench.decide(stage, "return") == "accepted"
    assert (bench.open_stages, bench.state.published) == ({"compilation"}, None)


@pytest.mark.duty("NN-19", "YL-11", "LYG-6", "NJ-24")
@pytest.mark.parametrize("city", CITIES)
def test_a_class_is_one_of_three_and_without_one_there_is_no_draft(city: str) -> None:
    for openness in ("closed", "conditional", "unconditional"):
        assert draft(update_begun(city), {"openness": openness}) == "accepted"
    assert draft(update_begun(city), {"openness": "half_open"}) == "ChoiceNotOnRequest"
    assert draft(update_begun(city), without={"openness"}) == "RequirementMissing"
