"""The loader refuses a pack whose yearly procedures could not be begun, asked or published as it says."""

from __future__ import annotations

from importlib.resources import files

import pytest

from rules.loading import PackRefused, load_text

GUANGZHOU = files("rules").joinpath("packs", "guangzhou.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("value: {year_of: city}", "value: {year_of: city, days: 365}", "begins_in_no_one_way"),
        ("value: {year_of: city}", "value: {days: 365}", "begins_in_no_one_way"),
        ("value: {days: 365}", "value: {year_of: provider}", "begins_in_no_one_way"),
        ("each: [sector_opinion]", "each: [public_consultation]", "each_of_one"),
        ("each: [sector_opinion]", "each: [sector_opinions]", "unknown_stage"),
        (
            "publishes: {stage: drafting, to: everybody}",
            "publishes: {stage: determination, to: everybody}",
            "publishes_the_undecided",
        ),
        (
            'value: {requires: [{any_of: [reason]}]}, cite: "measures 6.1"',
            'value: {leads_to: drafting, requires: [{any_of: [reason]}]}, cite: "measures 6.1"',
            "one_leads_for_all",
        ),
    ],
)
def test_what_is_done_once_a_year_can_be_done(old: str, new: str, rule: str) -> None:
    assert old in GUANGZHOU
    with pytest.raises(PackRefused) as refused:
        load_text(GUANGZHOU.replace(old, new), "guangzhou.yaml")
    assert rule in {problem.rule for problem in refused.value.problems}
