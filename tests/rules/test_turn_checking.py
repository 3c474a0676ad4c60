"""What the loader refuses of updates that wait for their turn: Nanning's pack, changed."""

from __future__ import annotations

from importlib.resources import files

import pytest

from rules.loading import PackRefused, load_text

TEXT = (files("rules.packs") / "nanning.yaml").read_text(encoding="utf-8")
AHEAD = "          ahead_of_turn: [compilation]\n"


def refused(ahead: str) -> set[tuple[str, str]]:
    """Path and rule of what is refused of the pack with this in the place of who does not wait."""
    assert AHEAD in TEXT
    with pytest.raises(PackRefused) as refusal:
        load_text(TEXT.replace(AHEAD, ahead), "nanning.yaml")
    return {(problem.path, problem.rule) for problem in refusal.value.problems}


def test_a_clock_that_runs_while_an_update_waits_before_nobody_is_refused() -> None:
    assert ("procedures.catalogue_update.order", "overdue_unseen") in refused("")


def test_what_an_update_owes_promptly_is_refused_where_it_waits_before_nobody() -> None:
    without = TEXT.replace("clock_from: {compilation: event, security_review", "clock_from: {security_review")
    with pytest.raises(PackRefused) as refusal:
        load_text(without.replace(AHEAD, ""), "nanning.yaml")
    found = {(problem.path, problem.rule) for problem in refusal.value.problems}
    assert ("procedures.catalogue_update.order", "overdue_unseen") in found


@pytest.mark.parametrize("stage", ["security_review", "review"])
def test_only_what_an_update_begins_with_goes_ahead_of_its_turn(stage: str) -> None:
    found = refused(f"          ahead_of_turn: [compilation, {stage}]\n")
    assert ("procedures.catalogue_update.order", "turn_out_of_place") in found


def test_a_clock_that_begins_with_the_turn_needs_nobody_ahead_of_it() -> None:
    without = TEXT.replace("clock_from: {compilation: event, security_review", "clock_from: {security_review")
    assert without != TEXT
    with pytest.raises(PackRefused) as refusal:
        load_text(without, "nanning.yaml")
    assert "turn_out_of_place" in {problem.rule for problem in refusal.value.problems}
