"""How changes are written, and what they change."""

from __future__ import annotations

from datetime import date

import pytest

from rules.loading import load_pack
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from simulation.chances import EVERYTHING
from simulation.scenario import Scenario, ScenarioRefused, staffed


@pytest.fixture
def law() -> ProcedureRules:
    return resolve(load_pack("nanning"), "access_request", date(2026, 11, 23))


def test_staff_is_given_for_every_body_or_for_one_role(law: ProcedureRules) -> None:
    scenario = staffed(["2", "provider=5"], law)
    assert [scenario.staff(role) for role in ("operator", "provider", "authority")] == [2, 5, 2]
    assert Scenario().staff("operator") == 3


def test_several_changes_are_made_at_once_and_leave_the_base_as_it_is(law: ProcedureRules) -> None:
    base = Scenario()
    changed = base.changed("officers=2, officers.provider=4, provider_review=3wd, provider_review.urgent=12h", law)
    assert changed.officers == {EVERYTHING: 2, "provider": 4}
    stage = changed.rules(law).stage("provider_review")
    assert stage
    assert stage.periods == {"normal": "3wd", "expedited": "2wd", "urgent": "12h"}
    assert base.rules(law) == law


@pytest.mark.parametrize(
    "written",
    [
        "officers=0",
        "officers=two",
        "officers.mayor=2",
        "no_such_stage=3wd",
        "provider_review=3",
        "provider_review.leisurely=3wd",
        "provider_review",
        "",
    ],
)
def test_a_change_of_what_is_not_there_is_refused_by_name(law: ProcedureRules, written: str) -> None:
    with pytest.raises(ScenarioRefused, match=r"^" + written.replace(".", r"\.")):
        Scenario().changed(written, law)
