"""Each period of each procedure of each pack, invented cities included, ends where days that are looked at one by one
end: by the clock that its task opens with, its own of an outcome, and with all by which it can be extended."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import pytest

from activities.calendar.record import wanted_until, with_due
from models import events as e
from models.clock import Clock, Extension
from models.course import put
from models.proposal import Proposal
from models.state import CaseState
from rules.deadlines import SHANGHAI, Unit, parse_period
from rules.loading import cities, load_file, load_pack
from rules.pack import Pack
from rules.pinned import BEFOREHAND, Basis
from rules.pinned_stages import ClockFrom, Stage
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, resolve
from tests.models.bench import notices
from tests.rules.test_dated_periods import walked
from tests.rules.test_deadlines_properties import CountedOneByOne

HERE = Path(__file__).parent
INVENTED = {
    "yunmeng": HERE / "packs" / "yunmeng.yaml",
    "haicheng": HERE.parent / "sixth_city" / "haicheng.yaml",
    "heyang": HERE.parent / "seventh_city" / "heyang.yaml",
}
ON = (date(2026, 11, 21), date(2027, 2, 1))
"""Days on which rules are resolved: the second has what begins by the year."""
RECEIPTS = [
    datetime(2026, 2, 12, 23, 59, tzinfo=SHANGHAI),  # before the Spring Festival and a Saturday that is worked
    datetime(2025, 9, 26, 9, 0, tzinfo=SHANGHAI),  # before the National Day
    datetime(2026, 4, 18, 12, 0, tzinfo=SHANGHAI),  # a Saturday, in Guangxi before its own days off
    datetime(2026, 1, 31, 0, 0, tzinfo=SHANGHAI),  # of which most months have no day
    datetime(2026, 11, 29, 23, 59, 59, tzinfo=SHANGHAI),  # into a year that no notice covers
]


@cache
def pack_of(city: str) -> Pack:
    return load_file(INVENTED[city]) if city in INVENTED else load_pack(city)


def periods_of(city: str) -> Iterator[tuple[ProcedureRules, str, Stage]]:
    """The stages of a city that have a period, each with its procedure's rules and its step, once."""
    known = set()
    for procedure, on in itertools.product(pack_of(city).procedures, ON):
        try:
            rules = resolve(pack_of(city), procedure, on)
        except NotInForce:
            continue
        for step in rules.steps:
            for stage in step.stages:
                own = [(each.outcome, each.period) for each in stage.outcomes if each.period]
                has = (procedure, stage.stage, str(dict(stage.periods)), str(own))
                if (stage.periods or own) and has not in known:
                    known.add(has)
                    yield rules, step.step, stage


def opened(rules: ProcedureRules, stage: Stage, step: str, choice: str, at: datetime) -> Clock:
    """The clock with which the task of a stage opens, as the writer sets it."""
    roles = {role for each in rules.steps for one in each.stages for role in (one.body, *rules.bodies)} | set(
        rules.bodies
    )
    proposal = Proposal(CaseState())
    proposal.add(
        e.Filed(
            at=at,
            act="case.file",
            case_id="case",
            case_number="case",
            city=rules.city,
            procedure=rules.procedure,
            party="acc_party",
            dataset_id="dataset",
            bodies={role: f"{rules.city}.{role}" for role in roles},
            choices={stage.period_by: choice},
            evidence=("file-0",),
            given=frozenset({"evidence"}),
            occurred_on=at.date() - timedelta(days=3),
            rules_digest="digest",
        )
    )
    put(rules, proposal, step, stage, at)
    event = proposal.events[-1]
    assert isinstance(event, e.TaskOpened)
    return with_due(event.clock, notices())


def counted(rules: ProcedureRules, started_at: datetime, period: str, more: str | None = None) -> datetime:
    """When a period ends, found by looking at one day after the other; `more` is by how much it was extended."""
    number, unit = parse_period(period)
    number += parse_period(more).number if more else 0
    if unit is Unit.HOURS:
        return started_at + timedelta(hours=number)
    calendar = CountedOneByOne(notices(), rules.calendar, None)
    if unit is Unit.WORKING_DAYS:
        return calendar.deadline(started_at, number)[0]
    day = walked(started_at.astimezone(SHANGHAI).date(), number, unit.value)
    while unit.value in rules.moving_units and not calendar.is_working(day):
        day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)


def begins_at(stage: Stage, at: datetime) -> datetime:
    """When the clock of a stage starts that nothing lay before: with its day where that is what it runs from."""
    if stage.clock_from is not ClockFrom.EVENT:
        return at
    return datetime.combine(at.date() - timedelta(days=3), time.min, SHANGHAI)


PERIODS = [each for city in (*cities(), *INVENTED) for each in periods_of(city)]


def name_of(rules: ProcedureRules, step: str, stage: Stage) -> str:
    return f"{rules.city}-{rules.procedure}-{step}-{stage.stage}"


@pytest.mark.parametrize(("rules", "step", "stage"), PERIODS, ids=list(itertools.starmap(name_of, PERIODS)))
def test_a_period_ends_where_days_counted_one_by_one_end(rules: ProcedureRules, step: str, stage: Stage) -> None:
    for at in RECEIPTS:
        started_at = begins_at(stage, at)
        for choice in stage.periods or ("normal",):
            period = stage.periods.get(choice)
            clock = opened(rules, stage, step, choice, at)
            assert (clock.started_at, clock.period) == (started_at, period)
            assert clock.due_at == (counted(rules, started_at, period) if period else None)
            for outcome in stage.outcomes:
                own = counted(rules, started_at, outcome.period) if outcome.period else None
                assert clock.own_due_at.get(outcome.outcome) == own
            if stage.extension and period:
                most = stage.extension.at_most
                said = Extension(decided_at=at, period=most, source="law", article="1", basis=Basis.LAW)
                extended = with_due(clock.model_copy(update={"extensions": (said,), "due_at": None}), notices())
                assert extended.due_at == counted(rules, started_at, period, most)


WITHIN = [
    resolve(pack_of(city), procedure, ON[0])
    for city in (*cities(), *INVENTED)
    for procedure in pack_of(city).procedures
    if resolve(pack_of(city), procedure, ON[0]).filed_within
]


@pytest.mark.parametrize("rules", WITHIN, ids=[f"{each.city}-{each.procedure}" for each in WITHIN])
def test_what_is_to_be_filed_within_a_period_is_late_after_days_counted_one_by_one(rules: ProcedureRules) -> None:
    within = rules.filed_within
    assert within
    bound = {name: values[0] for name, values in within.when.items()}
    for at in RECEIPTS:
        day, period = at.date(), within.period
        midnight = datetime.combine(day, time.min, SHANGHAI)
        ends = midnight if period == BEFOREHAND else counted(rules, midnight, period)
        assert wanted_until(rules, day, notices(), bound) == ends
        if within.when:
            assert wanted_until(rules, day, notices(), {}) is None, "the period does not bind such a filing"


def test_every_city_and_every_procedure_that_has_a_number_is_among_them() -> None:
    rules = [each for each, _, _ in PERIODS]
    assert {each.city for each in rules} == {*cities(), *INVENTED}
    assert {each.procedure for each in rules} == {
        *("access_request", "account_change", "catalogue_update", "demand", "emergency_upkeep"),
        *("evaluation", "objection", "opening_focus", "opening_plan", "openness_review", "quality_check"),
        *("rectification", "sharing_request", "use_report"),
    }, "a procedure that is new here is named here"
    assert {each.procedure for each in WITHIN} == {
        *("quality_check", "contact_change", "opening_elsewhere", "catalogue_update", "objection", "misuse_appeal"),
    }, "a filing that a period binds is named here"
