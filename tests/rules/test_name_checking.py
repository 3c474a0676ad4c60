"""What is counted and compared across cities has the same name in each, and the loader says so."""

from __future__ import annotations

import pytest

from rules.loading import PackRefused, load_text
from tests.rules.cuts import INVENTED

TEXT = INVENTED.read_text(encoding="utf-8")
REQUEST, OBJECTION = "procedures.access_request", "procedures.objection"


def refused(old: str, new: str) -> list[tuple[str, str]]:
    """The path and the rule of every problem of the invented pack once every `old` in it is `new`."""
    assert old in TEXT
    with pytest.raises(PackRefused) as refusal:
        load_text(TEXT.replace(old, new), "yunmeng.yaml")
    return [(problem.path, problem.rule) for problem in refusal.value.problems]


def test_what_opens_access_is_called_granted() -> None:
    assert refused("granted", "admitted") == [(f"{REQUEST}.endings.admitted", "misnamed_ending")]


def test_what_is_called_granted_opens_access() -> None:
    assert (f"{REQUEST}.endings.granted", "misnamed_ending") in refused("{grants: true}", "{}")


def test_an_objection_that_withdraws_the_data_ends_as_data_withdrawn() -> None:
    uphold = f"{OBJECTION}.stages.ruling.outcomes.uphold"
    assert refused("data_withdrawn", "sunk") == [(uphold, "misnamed_ending")]


def test_an_objection_that_ends_as_data_withdrawn_withdraws_the_data() -> None:
    uphold = f"{OBJECTION}.stages.ruling.outcomes.uphold"
    assert refused("data: withdraw,", "data: serve,") == [(uphold, "misnamed_ending")]


def test_a_filing_that_names_no_urgency_has_one_that_the_city_knows() -> None:
    assert (f"{REQUEST}.choices.urgency", "no_ordinary_urgency") in refused("normal:", "calm:")
