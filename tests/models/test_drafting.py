"""What a draft makes of an entry, before anybody decides about it."""

from __future__ import annotations

from typing import Any

import pytest

from models.drafting import (
    DraftOpensAfterTheLaw,
    DraftUnfit,
    EntryNow,
    change_of,
    drafted,
    first_compilation,
)
from rules.pinned import AfterRule, Citation
from tests.models.bench import CITIES, law
from tests.models.updates import draft, update_begun

CITED = Citation(source="measures", article="37")
ITEMS = [{"item": "name"}, {"item": "address"}]
NOW = EntryNow("conditional", ("name", "address"), {"title": "t", "items": ITEMS, "conditions": "c"})


def unfit(city: str = "nanning", now: EntryNow | None = NOW, **said: Any) -> list[tuple[str, str]]:
    """Why a draft is none of the entry."""
    answers = said.pop("answers", {})
    with pytest.raises(DraftUnfit) as why:
        drafted(law(city, "catalogue_update"), {}, now, said, answers)
    return [(each.field, each.code) for each in why.value.reasons]


def test_a_question_that_the_law_does_not_ask_is_not_answered() -> None:
    assert unfit(answers={"statutory_banter": "applies"}) == [("answers.statutory_banter", "question_not_asked")]


def test_a_new_entry_states_what_it_could_not_be_shown_without() -> None:
    assert unfit(now=None, abstract="a") == [("entry.title", "missing_here"), ("entry.items", "missing_here")]


def test_data_that_is_open_to_everybody_has_no_conditions() -> None:
    opened = unfit(conditions="c", answers={"openness": "unconditional"})

    assert opened == [("entry.conditions", "entry_conditions_out_of_place")]


def test_an_entry_keeps_what_a_draft_leaves_out_but_what_its_class_cannot_have() -> None:
    rules = law("nanning", "catalogue_update")

    same = drafted(rules, {}, NOW, {"title": "other"}, {}).measure
    wider = drafted(rules, {}, NOW, {"title": "other"}, {"openness": "unconditional"}).measure

    assert same.entry_fields == {"title", "items", "conditions", "openness", "provider"}
    assert wider.entry_fields == same.entry_fields - {"conditions"}
    assert same.entry_items == ("name", "address")


def test_once_the_law_has_ended_an_entry_gets_no_further_items() -> None:
    rules = law("guangzhou", "catalogue_update").model_copy(
        update={"after_the_law": AfterRule(only={}, citation=CITED)}
    )

    drafted(rules, {}, NOW, {"items": ITEMS[:1]}, {})
    with pytest.raises(DraftOpensAfterTheLaw) as why:
        drafted(rules, {}, NOW, {"items": [*ITEMS, {"item": "phone"}]}, {})

    (reason,) = why.value.reasons
    assert (reason.citation, reason.params) == (CITED, {"items": ("phone",)})


@pytest.mark.parametrize(
    ("today", "proposed", "change"),
    [
        (None, "closed", "new"),
        ("closed", None, "same"),
        ("closed", "closed", "same"),
        ("closed", "conditional", "wider"),
        ("unconditional", "conditional", "narrower"),
        ("conditional", "no class at all", "same"),
    ],
)
def test_the_change_of_a_class_is_known_and_never_asked(today: str | None, proposed: str | None, change: str) -> None:
    assert change_of(today, proposed) == change


@pytest.mark.parametrize("city", CITIES)
def test_only_the_body_that_compiles_submits_the_draft_with_which_an_update_begins(city: str) -> None:
    bench = update_begun(city)
    found = first_compilation(bench.rules, bench.state, f"{city}.provider")

    assert first_compilation(bench.rules, bench.state, "another.body") is None
    if found is None:
        assert bench.task("compilation").body != f"{city}.provider"
    else:
        task, outcome = found
        assert (task.stage, outcome) == ("compilation", "submit")
        assert draft(bench) == "accepted"
