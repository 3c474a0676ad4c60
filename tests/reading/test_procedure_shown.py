"""A procedure as people read it says what its rules say, and a year what its notices do."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from reading.calendar.year import year_of
from reading.rules.procedure_shown import ordinary_way, procedure_shown
from rules.loading import cities, load_pack
from rules.pinned import Basis
from rules.procedure_rules import ProcedureRules
from rules.resolving import as_last_in_force
from rules.seed_notices import read_record
from tests.rules.cuts import ACCESS_REQUEST, IN_FORCE_EVERYWHERE

EVERY_PROCEDURE = [(city, procedure) for city in cities() for procedure in load_pack(city).procedures]


def rules_of(city: str, procedure: str) -> ProcedureRules:
    return as_last_in_force(load_pack(city), procedure, IN_FORCE_EVERYWHERE)


@pytest.mark.parametrize(("city", "procedure"), EVERY_PROCEDURE)
def test_every_service_rule_that_is_cited_is_listed_with_its_reason(city: str, procedure: str) -> None:
    shown = procedure_shown(load_pack(city), rules_of(city, procedure), "zh")
    stages = [stage for step in shown.steps for stage in step.stages]
    laws = [stage.law for stage in stages] + [outcome.law for stage in stages for outcome in stage.outcomes]
    listed = {rule.number for rule in shown.service_rules}
    assert {law.number for law in laws if law.number} <= listed
    assert listed == set(range(1, len(listed) + 1))


@pytest.mark.parametrize(("city", "procedure"), EVERY_PROCEDURE)
def test_what_is_no_service_rule_bears_no_number(city: str, procedure: str) -> None:
    rules = rules_of(city, procedure)
    shown = procedure_shown(load_pack(city), rules, "en")
    for step, drawn in zip(rules.steps, shown.steps, strict=True):
        for stage, told in zip(step.stages, drawn.stages, strict=True):
            assert (told.law.number is not None) == (stage.citation.basis is Basis.SERVICE)


@pytest.mark.parametrize("city", cities())
def test_the_ordinary_way_of_a_request_begins_at_its_first_step_and_ends_in_a_grant(city: str) -> None:
    rules = rules_of(city, ACCESS_REQUEST)
    way = ordinary_way(rules, "zh")
    assert way[0].step == rules.first
    last = rules.step(way[-1].step)
    assert last
    ends = [last.then, *(outcome.leads_to for stage in last.stages for outcome in stage.outcomes)]
    assert any(ending.grants for name in ends if name and (ending := rules.ending(name)))


def test_the_ordinary_way_of_nanning_takes_no_detour() -> None:
    steps = [step.step for step in ordinary_way(rules_of("nanning", ACCESS_REQUEST), "zh")]
    assert steps == ["formal_review", "provider_review", "approval", "signing"]


@pytest.mark.parametrize("calendar", ["CN", "CN-GX"])
@pytest.mark.parametrize("year", [2019, 2024, 2026])
def test_a_year_has_each_of_its_days_once(calendar: str, year: int) -> None:
    shown = year_of(read_record(), calendar, year, "zh")
    assert shown
    days = Counter(day.on for weeks in shown.months for week in weeks for day in week if day)
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    assert days == Counter(first + timedelta(days=n) for n in range((after - first).days))
    assert all(len(week) == 7 for weeks in shown.months for week in weeks)
    assert all(day.on.weekday() == place for w in shown.months for week in w for place, day in enumerate(week) if day)


def test_every_day_that_a_notice_named_stands_with_that_notice() -> None:
    shown = year_of(read_record(), "CN-GX", 2026, "zh")
    assert shown
    named = {day.on: day.worked for weeks in shown.months for week in weeks for day in week if day and day.named}
    told: dict[date, bool] = {}
    for notice in shown.notices:
        for first, last in notice.days_off:
            told |= {first + timedelta(days=n): False for n in range((last - first).days + 1)}
        told |= dict.fromkeys(notice.days_worked, True)
    assert named == told


def test_a_year_that_no_notice_covers_shows_from_which_day_on() -> None:
    record = read_record()
    last = year_of(record, "CN", 2027, "zh")
    assert last
    assert last.first_uncovered == date(2027, 1, 1)
    assert year_of(record, "CN", last.year + 1, "zh") is None
    known = year_of(record, "CN", 2026, "zh")
    assert known
    assert known.first_uncovered
    assert known.first_uncovered.month == 12
