"""What an entry must have before it is published, whose turn it is, and what its change means for other cases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models import acts as a
from models import events as e
from models.act_contents import Amendment, GrantTerms, Measure
from models.procedures.catalogue_update import CATALOGUE_UPDATE
from models.refusals import RequirementMissing
from models.restrictions import RestrictionKind
from rules.pinned import Choice
from rules.pinned_stages import DataEffect, EntryEffect
from rules.procedure_rules import ProcedureRules
from tests.models.bench import (
    BOTH_SIGN,
    EVERY_CITY,
    GRANTED,
    MONDAY,
    WHATEVER_IS_ASKED,
    Bench,
    accessed,
    begun,
    filed,
    until_signing,
)
from tests.models.made import CITED, field, label, outcome, update_law

TODAY = MONDAY.date()
YESTERDAY = date(2026, 11, 22)
WEEK_AGO = date(2026, 11, 16)
CAUSE = "cause"


def updated(rules: ProcedureRules | None = None, **filed: Any) -> Bench:
    """A catalogue update that a case has ordered and that lies before the provider."""
    told = {"caused_by": CAUSE, "choices": {"trigger": "processing"}} | filed
    return begun(rules or update_law(), CATALOGUE_UPDATE, **told)


def submit(bench: Bench, *fields: str, items: tuple[str, ...] = (), **more: Any) -> str:
    measure = Measure(entry_fields=frozenset(fields), entry_items=items)
    return bench.decide("compilation", "submit", measure=measure, **more)


# What a draft has to have


WITH_FIELDS = update_law(
    entry=(
        field("title"),
        field("licence", when={"openness": ("unconditional",)}),
        field("format").model_copy(update={"required": False}),
    ),
    choices={
        "openness": tuple(Choice(value=v, label=label(v), citation=CITED) for v in ("conditional", "unconditional"))
    },
)


def test_a_draft_without_a_demanded_field_is_refused_with_field_and_article() -> None:
    bench = updated(WITH_FIELDS)
    task = bench.task("compilation").task_id
    act = bench.act(a.Decide, bench.officer("compilation"), task_id=task, outcome="submit", given={"entry"})
    with pytest.raises(RequirementMissing) as refused:
        bench.procedure.judge(bench.rules, bench.state, act)
    assert refused.value.details() == {"field": "entry.title", "rule": "30", "basis": "law", "source": "ordinance"}
    assert submit(bench, "title") == "accepted"


def test_a_field_that_is_not_demanded_may_be_left_out_and_any_other_may_be_there() -> None:
    assert submit(updated(WITH_FIELDS), "title", "colour") == "accepted"


@pytest.mark.parametrize("earlier", [True, False])
def test_a_field_of_some_data_is_demanded_by_what_the_draft_itself_says(earlier: bool) -> None:
    bench = updated(WITH_FIELDS, choices={"openness": "unconditional" if earlier else "conditional"})
    amends = Amendment(choices={"openness": "unconditional"})
    assert submit(bench, "title", amends=amends) == "RequirementMissing"
    assert submit(bench, "title", amends=Amendment(choices={"openness": "conditional"})) == "accepted"
    assert bench.state.choices["openness"] == "conditional"


def test_what_an_update_is_about_is_changed_with_a_draft_and_by_no_reviewer() -> None:
    bench = updated(WITH_FIELDS, choices={"openness": "conditional"})
    amends = Amendment(choices={"openness": "unconditional"})
    submit(bench, "title")
    assert bench.decide("review", "publish", amends=amends) == "RequestNotAmendable"
    assert bench.decide("review", "return", amends=amends) == "RequestNotAmendable"


def test_a_draft_that_is_refused_changes_nothing() -> None:
    bench = updated(WITH_FIELDS, choices={"openness": "conditional"})
    before = bench.state
    assert submit(bench, amends=Amendment(choices={"openness": "unconditional"})) == "RequirementMissing"
    assert bench.state is before


# What a decision says of data and entry


ABOUT: dict[str, Measure] = {
    "data_items": Measure(data_items=("name",)),
    "processed_on": Measure(processed_on=TODAY),
    "held_from": Measure(held_from=WEEK_AGO),
    "held_until": Measure(held_until=YESTERDAY),
    "entry_changes": Measure(entry_changes=True),
    "entry": Measure(entry_fields=frozenset({"title"})),
}
ABOUT_NOTHING = outcome("submit", "review")
MAKES_ROOM: dict[str, dict[str, Any]] = {
    "data_items": {"data": DataEffect.SUSPEND},
    "processed_on": {"demands": ("processed_on",)},
    "held_from": {"demands": ("held_from",)},
    "held_until": {"demands": ("held_until",)},
    "entry_changes": {"entry": EntryEffect.MAY_CHANGE},
    "entry": {"entry": EntryEffect.SUBMIT},
}


@pytest.mark.parametrize("said", ABOUT)
def test_a_decision_says_nothing_of_what_it_is_not_about(said: str) -> None:
    bench = updated(update_law(submit=ABOUT_NOTHING))
    assert bench.decide("compilation", "submit", measure=ABOUT[said]) == "MeasureNotAllowed"
    assert bench.decide("compilation", "submit", measure=Measure()) == "accepted"


@pytest.mark.parametrize("said", ABOUT)
def test_a_decision_says_what_it_is_about(said: str) -> None:
    bench = updated(update_law(submit=outcome("submit", "review", **MAKES_ROOM[said])))
    assert bench.decide("compilation", "submit", measure=ABOUT[said]) == "accepted"


CONSULTED = update_law(submit=outcome("submit", "review", demands=("held_from", "held_until")))


@pytest.mark.parametrize(
    ("held_from", "held_until", "answer"),
    [
        (WEEK_AGO, YESTERDAY, "accepted"),
        (YESTERDAY, YESTERDAY, "accepted"),
        (WEEK_AGO, TODAY, "ConsultationNotOver"),
        (WEEK_AGO, date(2026, 11, 30), "ConsultationNotOver"),
        (YESTERDAY, WEEK_AGO, "ConsultationNotOver"),
        (None, YESTERDAY, "RequirementMissing"),
        (WEEK_AGO, None, "RequirementMissing"),
    ],
)
def test_what_the_public_thinks_is_known_on_the_day_after_its_last_day(
    held_from: date | None, held_until: date | None, answer: str
) -> None:
    bench = updated(CONSULTED)
    measure = Measure(held_from=held_from, held_until=held_until)
    given = WHATEVER_IS_ASKED | {"held_from", "held_until"}
    assert bench.decide("compilation", "submit", given, measure=measure) == answer


# What is published


def test_what_is_published_is_the_latest_draft_with_its_items_and_what_was_chosen() -> None:
    bench = updated(WITH_FIELDS, choices={"openness": "conditional", "trigger": "processing"})
    submit(bench, "title", items=("name",))
    bench.all_decide([("review", "return")])
    amends = Amendment(choices={"openness": "unconditional"})
    assert submit(bench, "title", "licence", items=("name", "phone"), amends=amends) == "accepted"
    draft = f"act-{bench.acts}"
    it = bench.all_decide([("review", "publish")]).state.published
    assert it
    assert (it.submission, it.data_items, it.openness, it.reopens) == (
        draft,
        ("name", "phone"),
        "unconditional",
        {},
    )


def test_an_update_in_which_nobody_speaks_of_openness_leaves_it_as_it_was() -> None:
    bench = updated()
    submit(bench)
    it = bench.all_decide([("review", "publish")]).state.published
    assert it
    assert it.openness is None


@pytest.mark.parametrize("reopens", [True, False])
def test_an_update_opens_again_what_was_withdrawn_where_its_trigger_says_so(reopens: bool) -> None:
    trigger = Choice(value="reopening", label=label("reopening"), reopens=reopens, citation=CITED)
    bench = updated(update_law(choices={"trigger": (trigger,)}), choices={"trigger": "reopening"})
    assert restricted(bench, "withdrawal", "name") == "accepted"
    submit(bench, items=("name", "phone"))
    it = bench.all_decide([("review", "publish")]).state.published
    assert it
    assert it.reopens == ({"other": ("name",)} if reopens else {})


@pytest.mark.parametrize("items", [("name", "phone"), ("phone",)])
def test_what_was_withdrawn_after_the_draft_was_submitted_is_not_opened_again_by_it(items: tuple[str, ...]) -> None:
    trigger = Choice(value="reopening", label=label("reopening"), reopens=True, citation=CITED)
    bench = updated(update_law(choices={"trigger": (trigger,)}), choices={"trigger": "reopening"})
    assert restricted(bench, "withdrawal", "name") == "accepted"
    assert restricted(bench, "withdrawal", "name", by_case="third") == "accepted"
    submit(bench, items=("name", "phone"))
    # Nobody has looked at these two when the draft was reviewed: one is new, one has become another.
    assert restricted(bench, "withdrawal", "phone", by_case="later") == "accepted"
    assert restricted(bench, "withdrawal", *items, by_case="third") == "accepted"
    it = bench.all_decide([("review", "publish")]).state.published
    assert it
    assert it.reopens == {"other": ("name",)}


def restricted(bench: Bench, kind: str, *items: str, by_case: str = "other") -> str:
    by = a.Actor(account=f"case:{by_case}")
    return bench.by_party(a.Restrict, by=by, by_case=by_case, restriction=kind, data_items=items)


def lifted(bench: Bench, by_case: str = "other") -> str:
    return bench.by_party(a.LiftRestriction, by=a.Actor(account=f"case:{by_case}"), by_case=by_case)


@pytest.mark.parametrize("kind", ["hold", "suspension"])
@pytest.mark.parametrize("items", [(), ("name",)])
def test_an_entry_is_not_published_while_another_objection_keeps_data_of_it_back(
    kind: str, items: tuple[str, ...]
) -> None:
    bench = updated()
    submit(bench)
    assert restricted(bench, kind, *items) == "accepted"
    assert bench.decide("review", "publish") == "DataIsRestricted"
    assert bench.state.published is None
    assert bench.decide("review", "return") == "accepted"
    submit(bench)
    lifted(bench)
    assert bench.decide("review", "publish") == "accepted"


def test_what_was_kept_back_when_an_update_began_keeps_it_back_too() -> None:
    met = e.RestrictionMet(at=MONDAY, by_case="other", restriction=RestrictionKind.HOLD)
    bench = updated(met=[met])
    submit(bench)
    assert bench.decide("review", "publish") == "DataIsRestricted"


@pytest.mark.parametrize(("kind", "by_case"), [("withdrawal", "other"), ("hold", CAUSE), ("suspension", CAUSE)])
def test_neither_a_withdrawal_nor_the_objection_that_ordered_it_keeps_an_update_back(kind: str, by_case: str) -> None:
    bench = updated()
    restricted(bench, kind, by_case=by_case)
    submit(bench)
    assert bench.decide("review", "publish") == "accepted"


# Turns


def waiting() -> Bench:
    return updated(met=[e.TurnAwaited(at=MONDAY, by_case="first")])


def take_turn(bench: Bench, by_case: str = "first") -> str:
    return bench.by_party(a.TakeTurn, by=a.Actor(account=f"case:{by_case}"), by_case=by_case)


def test_by_older_pinned_rules_an_update_that_waits_lies_before_nobody() -> None:
    bench = waiting()
    assert (bench.types(), bench.state.behind) == (["Filed", "TurnAwaited"], "first")
    assert restricted(bench, "hold") == "accepted"
    assert bench.state.open_tasks() == []


@pytest.mark.parametrize("by_case", ["first", "one that came between"])
def test_an_update_begins_with_its_turn(by_case: str) -> None:
    bench = waiting().passes(days=3)
    assert take_turn(bench, by_case) == "accepted"
    assert (bench.open_stages, bench.state.behind) == ({"compilation"}, None)
    assert bench.task("compilation").opened_at == bench.now


def test_a_turn_that_is_told_twice_is_taken_once() -> None:
    bench = waiting()
    for _ in range(2):
        assert take_turn(bench) == "accepted"
    assert bench.types().count("TurnTaken") == bench.types().count("TaskOpened") == 1


# What it means for requests and grants


def changed(bench: Bench, openness: str = "", *items: str) -> str:
    by = a.Actor(account="case:update")
    return bench.by_party(a.ChangeEntry, by=by, by_case="update", openness=openness, data_items=items)


def granted(**more: Any) -> Bench:
    return accessed(until_signing("nanning", **more).all_decide(BOTH_SIGN))


CHANGES = [
    ("closed", (), "data_closed", "data_closed"),
    ("closed", ("name", "address", "opened_on"), "data_closed", "data_closed"),
    ("unconditional", (), "data_unconditional", None),
    ("conditional", ("phone",), "items_removed", "items_removed"),
    ("", ("phone",), "items_removed", "items_removed"),
    ("", ("name", "phone"), None, None),
    ("conditional", (), None, None),
]


@pytest.mark.parametrize("city", EVERY_CITY)
@pytest.mark.parametrize(("openness", "items", "outcome"), [change[:3] for change in CHANGES])
def test_a_request_ends_when_nothing_is_left_of_what_it_asks_for(
    city: str, openness: str, items: tuple[str, ...], outcome: str | None
) -> None:
    request = filed(city)
    assert changed(request, openness, *items) == "accepted"
    assert (request.state.closed, request.state.granted) == (outcome, None)
    assert bool(request.state.open_tasks()) != bool(outcome)


def agreed_in_part(*items: str) -> Bench:
    """A request of which the provider has agreed to these items alone."""
    request = filed("nanning", items=("name", "phone", "address"))
    assert request.decide("formal_review", "pass") == "accepted"
    assert request.decide("provider_review", "agree", terms=GrantTerms(data_items=items)) == "accepted"
    return request


def test_a_request_whose_items_were_all_dropped_ends_because_they_are_gone() -> None:
    request = agreed_in_part("phone")
    assert changed(request, "conditional", "name") == "accepted"
    request.all_decide([("approval", "approve"), *BOTH_SIGN])
    assert (request.state.closed, request.state.granted) == ("items_removed", None)


def test_a_request_of_items_dropped_or_withdrawn_grants_nothing() -> None:
    request = agreed_in_part("phone", "name")
    assert changed(request, "conditional", "name", "address") == "accepted"
    by = a.Actor(account="case:objection")
    restricted = {"by_case": "objection", "restriction": "withdrawal", "data_items": ("name",)}
    assert request.by_party(a.Restrict, by=by, **restricted) == "accepted"
    request.all_decide([("approval", "approve"), *BOTH_SIGN])
    assert (request.state.closed, request.state.granted) == ("data_withdrawn", None)


def test_an_item_that_was_removed_and_is_there_again_is_granted() -> None:
    request = filed("nanning", items=("name", "phone"))
    request.decide("formal_review", "pass")
    request.decide("provider_review", "agree", terms=GrantTerms(data_items=("phone",)))
    assert changed(request, "conditional", "name") == "accepted"
    assert changed(request, "conditional", "name", "phone") == "accepted"
    request.all_decide([("approval", "approve"), *BOTH_SIGN])
    assert request.state.closed == "granted"


@pytest.mark.parametrize(("openness", "items", "outcome"), [(*change[:2], change[3]) for change in CHANGES])
def test_a_grant_ends_when_nothing_is_left_of_what_it_gives(
    openness: str, items: tuple[str, ...], outcome: str | None
) -> None:
    access = granted()
    assert changed(access, openness, *items) == "accepted"
    assert access.state.closed == outcome
    assert ("AccessEnded" in access.types()) == bool(outcome)


@pytest.mark.parametrize(
    ("openness", "items", "on_record"),
    [
        ("", ("name", "phone"), True),
        ("unconditional", (), True),
        ("conditional", ("name", "address", "opened_on", "phone"), False),
        ("", (), False),
    ],
)
def test_what_an_update_changed_for_a_grant_is_on_record_and_nothing_else(
    openness: str, items: tuple[str, ...], on_record: bool
) -> None:
    access = granted()
    changed(access, openness, *items)
    assert ("EntryChanged" in access.types()) is on_record


@pytest.mark.parametrize("made", [lambda: filed("nanning", items=()), lambda: granted(items=())])
def test_what_is_about_the_whole_dataset_ends_for_no_item_that_is_dropped(made: Any) -> None:
    bench = made()
    assert changed(bench, "", "phone") == "accepted"
    assert bench.state.closed is None
    assert changed(bench, "closed") == "accepted"
    assert bench.state.closed == "data_closed"


def test_a_request_goes_on_after_a_change_to_its_grant() -> None:
    request = filed("yulin")
    changed(request, "", "name", "phone")
    assert request.all_decide([*GRANTED["yulin"], *BOTH_SIGN]).state.closed == "granted"


def test_nothing_is_granted_when_all_that_a_body_would_grant_is_no_item_any_more() -> None:
    request = filed("guangzhou", items=("name", "address"))
    changed(request, "", "address")
    request.decide("provider_review", "agree", terms=GrantTerms(data_items=("name",)))
    assert request.all_decide(BOTH_SIGN).state.granted is None
