"""Refusals: of one kind each, and a missing requirement that names all that is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from models import acts as a
from models import refusals as r
from models.act_contents import Amendment, GrantTerms, Measure
from models.refusal import KINDS, Conflict, Missing, Refusal, Unmet, all_missing
from models.refusals import REFUSALS, RequirementMissing
from tests.models.bench import Bench, before_the_provider, filed, objected
from tests.models.updates import answers_for, update_begun

FIRST = {"field": "reason", "rule": "20(3)", "basis": "law", "source": "measures"}


def of_no_kind(refusals: Iterable[type[Refusal]]) -> list[str]:
    """Those that are not of exactly one kind, which is their base."""
    return [each.__name__ for each in refusals if [base in KINDS for base in each.__bases__] != [True]]


def test_every_refusal_is_of_one_of_four_kinds() -> None:
    declared = {each for each in vars(r).values() if isinstance(each, type) and issubclass(each, Refusal)}

    assert set(REFUSALS.values()) == declared - {Refusal, *KINDS}
    assert of_no_kind(REFUSALS.values()) == []


def test_a_refusal_of_no_kind_is_found() -> None:
    class Stray(Refusal):
        pass

    class Both(Conflict, Unmet):
        pass

    assert of_no_kind([Stray, Both, r.CaseClosed]) == ["Stray", "Both"]


def lacking(bench: Bench, stage: str, outcome: str, **said: Any) -> RequirementMissing:
    """The refusal of a decision that lacks something."""
    act = bench.act(a.Decide, bench.officer(stage), task_id=bench.task(stage).task_id, outcome=outcome, **said)
    with pytest.raises(RequirementMissing) as refusal:
        bench.procedure.judge(bench.rules, bench.state, act)
    return refusal.value


def fields(refusal: RequirementMissing) -> list[str]:
    return ["|".join(each.fields) for each in refusal.missing]


def test_a_refusal_names_all_that_a_decision_lacks_each_by_its_article() -> None:
    refusal = lacking(before_the_provider("nanning"), "provider_review", "refuse")

    assert refusal.details() == {**FIRST, "missing": [FIRST, {**FIRST, "field": "basis"}]}


def test_what_lacks_one_thing_alone_is_recorded_as_it_ever_was() -> None:
    bench = before_the_provider("nanning")

    assert lacking(bench, "provider_review", "refuse", given={"basis"}).details() == FIRST


def test_terms_that_demand_a_basis_name_it_with_what_the_outcome_demands() -> None:
    refusal = lacking(filed("guangzhou"), "provider_review", "refuse", terms=GrantTerms(access_mode="download"))

    assert fields(refusal) == ["access_mode_basis", "reason"]


def test_a_draft_that_lacks_answers_and_fields_is_refused_for_both() -> None:
    bench = update_begun("guangzhou")
    said = answers_for(bench.rules, {}) | {"openness": "closed"}
    amends = Amendment(choices=said, given=frozenset(said))
    drafted = Measure(entry_fields=frozenset({"title", "items", "openness"}))

    refusal = lacking(bench, "compilation", "submit", given={"entry"}, amends=amends, measure=drafted)

    assert fields(refusal)[0] == "closed_case"
    assert {"entry.abstract", "entry.update_frequency"} <= set(fields(refusal)[1:])


def test_a_draft_that_is_not_there_lacks_nothing_but_itself() -> None:
    assert not [field for field in fields(lacking(update_begun("guangzhou"), "compilation", "submit")) if "." in field]


def test_what_two_rules_demand_is_missing_once_by_the_first_that_applies() -> None:
    bench = update_begun("guangzhou", "public_interest")
    said = answers_for(bench.rules, {"change": "same"})
    amends = Amendment(choices=said, given=frozenset(said))
    drafted = Measure(entry_fields=frozenset({"title"}))

    refusal = lacking(bench, "compilation", "submit", given={"entry"}, amends=amends, measure=drafted)

    assert [each.rule for each in refusal.missing if each.fields == ("basis",)] == ["10.2"]


def test_a_decision_on_some_of_the_data_does_not_owe_the_answer_yet() -> None:
    bench = objected("guangzhou", "privacy", evidence=("file-1",))
    some = Measure(data_items=("name",))

    assert "answer" in fields(lacking(bench, "verification", "other_measure"))
    assert fields(lacking(bench, "verification", "other_measure", measure=some)) == ["measure"]


def test_a_refusal_recorded_before_it_named_everything_still_names_the_first() -> None:
    assert all_missing(FIRST) == (Missing(("reason",), rule="20(3)", basis="law", source="measures"),)
    assert all_missing({"field": "time_limit|last_day"}) == (Missing(("time_limit", "last_day")),)


def test_what_is_missing_is_read_from_the_record_as_it_was_written() -> None:
    refusal = lacking(before_the_provider("nanning"), "provider_review", "refuse")

    assert all_missing(json.loads(json.dumps(refusal.details()))) == refusal.missing
