"""Catalogue updates, demands and openness reviews on the bench: whole drafts, and reviews that find for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from models import events as e
from models.act_contents import Amendment, Measure
from models.procedures.catalogue_update import CATALOGUE_UPDATE
from models.procedures.demand import DEMAND
from models.procedures.openness_review import OPENNESS_REVIEW
from rules.entry_checking import CASES
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import QUESTIONS
from tests.models.bench import MONDAY, WHATEVER_IS_ASKED, Bench, begun, law

EVERY_FIELD = frozenset(
    {"title", "abstract", "domain", "items", "formats", "openness", "conditions", "basis", "update_frequency"}
    | {"provider", "sharing_reason", "sharing_basis", "grade", "supervision"}
)
"""The fields of a whole entry."""
NOTHING_SPECIAL = {
    **{"openness": "conditional", "change": "same", "origin": "own", "sharing_class": "unconditional"},
    **{"priority": "none", "readability": "readable"},
}
"""Answers for which no city wants more than what it always wants; to every other question: it does not apply."""


def answers_for(rules: ProcedureRules, answers: Mapping[str, str]) -> dict[str, str]:
    """An answer to each question of the city's law that always has one, and these."""
    asked = (set(rules.choices) & QUESTIONS) - {"subjects_consent", *CASES}
    said = {**{name: NOTHING_SPECIAL.get(name, "does_not_apply") for name in asked}, **answers}
    for case, openness in CASES.items():
        if said.get("openness") == openness and case in rules.choices:
            known = rules.choices[case]
            fits = (each for each in known if not any(bar.applies_to(answers) for bar in each.barred))
            said.setdefault(case, min(fits, key=lambda each: len(each.barred)).value)
            # What the case rests on is answered with it.
            named = rules.choice(case, said[case])
            resting_on = {question for bar in named.barred for question in bar.when} if named else set()
            can_apply = {name for name in resting_on if rules.choice(name, "applies")}
            said |= dict.fromkeys(can_apply - set(answers), "applies")
    return said


def draft(
    bench: Bench,
    answers: Mapping[str, str] | None = None,
    *,
    stage: str = "compilation",
    without: Iterable[str] = (),
    fields: frozenset[str] = EVERY_FIELD,
    items: tuple[str, ...] = (),
) -> str:
    """A draft with a whole entry is submitted and every question answered, but for those left out."""
    said = {name: value for name, value in answers_for(bench.rules, answers or {}).items() if name not in without}
    return bench.decide(
        stage,
        "submit",
        (WHATEVER_IS_ASKED | set(said)) - set(without),
        amends=Amendment(choices=said, given=frozenset(said)),
        measure=Measure(entry_fields=fields, entry_items=items),
    )


def pass_reviews(bench: Bench, *, but: Iterable[str] = ()) -> set[str]:
    """Every open review finds for the draft, but those; the reviews that did. The public had its say last week; in
    Nanjing the draft is reported as well."""
    passed = bench.open_stages - set(but)
    for stage in sorted(passed):
        given = WHATEVER_IS_ASKED | {"reference"}
        outcome = "report" if stage == "report" else "pass"
        assert bench.decide(stage, outcome, given, measure=days_of(bench, stage)) == "accepted", stage
    return passed


def days_of(bench: Bench, stage: str) -> Measure | None:
    """The days that a review states of what it did, where it states any."""
    known = bench.rules.stage(stage)
    outcome = known.outcome("pass") if known else None
    demanded = {field for requirement in outcome.requires for field in requirement.any_of} if outcome else set()
    today = bench.now.date()
    if "processed_on" in demanded:
        return Measure(processed_on=today)
    if "held_until" in demanded:
        return Measure(held_from=today - timedelta(days=14), held_until=today - timedelta(days=1))
    return None


def update_begun(
    city: str,
    trigger: str = "other",
    *,
    occurred_on: date | None = None,
    at: datetime = MONDAY,
    met: Iterable[e.Event] = (),
) -> Bench:
    """A catalogue update that the provider has begun for a reason, on the day of the event or later."""
    rules = law(city, "catalogue_update")
    return begun(rules, CATALOGUE_UPDATE, at=at, met=met, choices={"trigger": trigger}, occurred_on=occurred_on)


def submitted(city: str, trigger: str = "other", *, met: Iterable[e.Event] = (), **answers: Any) -> Bench:
    """An update with a draft before its reviewers; in Nanjing it is reported as well."""
    bench = update_begun(city, trigger, met=met)
    assert draft(bench, answers) == "accepted"
    if "report" in bench.open_stages:
        assert bench.decide("report", "report") == "accepted"
    return bench


def demanded(city: str) -> Bench:
    """A demand for data that is in no catalogue."""
    return begun(law(city, "demand"), DEMAND, dataset_id="", given=frozenset({"statement"}))


def under_review(city: str) -> Bench:
    """A dataset whose openness is evaluated."""
    return begun(law(city, "openness_review"), OPENNESS_REVIEW, party="system")
