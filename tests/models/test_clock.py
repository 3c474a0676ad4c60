"""The end of a clock: by the calendar where a period gives it, and left as it is where a decision named it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from activities.calendar.record import with_due
from models import acts as a
from models.act_contents import TimeLimit
from models.clock import Clock, Stop
from rules.calendar_notices import DaysOff, Notice
from rules.deadlines import SHANGHAI, midnight
from rules.pinned import Basis
from rules.pinned_stages import Stage, Step
from tests.models.bench import Bench, law, notices
from tests.models.rectifying import breached

PERIODS = st.sampled_from(["1wd", "5wd", "20wd", "12h", "72h", "15d", "2mo"])
INSTANTS = st.integers(0, 25_000).map(lambda hours: datetime(2024, 1, 1, tzinfo=SHANGHAI) + timedelta(hours=hours))


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """A clock as it is written: with a period, a last day that a decision named, or neither, and whatever outcomes have
    periods of their own."""
    named = draw(st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)))
    started_at = draw(INSTANTS)
    stops = draw(st.lists(st.integers(0, 200), max_size=2))
    told: dict[str, Any] = {
        "started_at": started_at,
        "period": None if named else draw(st.none() | PERIODS),
        "last_day": named,
        "due_at": midnight(named + timedelta(days=1)) if named else None,
        "own_periods": draw(st.dictionaries(st.sampled_from(["decline", "refer", "return"]), PERIODS, max_size=3)),
        "stops": tuple(
            Stop(stopped_at=started_at + timedelta(hours=n), resumed_at=started_at + timedelta(hours=2 * n))
            for n in stops
        ),
        "article": "20",
        "basis": Basis.LAW,
        "calendar": "CN",
        "moving": draw(st.sampled_from([(), ("d",), ("d", "mo")])),
    }
    return Clock.model_validate(told)


@given(clocks())
def test_a_clock_that_was_unset_is_filled_in_as_it_was(clock: Clock) -> None:
    """Whoever sets it anew by the same calendar changes nothing: no end is lost and none appears."""
    written = with_due(clock, notices())
    assert with_due(written.unset(), notices()) == written
    assert not written.wants_due


@given(clocks())
def test_every_period_of_a_clock_has_its_end(clock: Clock) -> None:
    written = with_due(clock, notices())
    assert (written.due_at is None) == (clock.period is None and clock.last_day is None)
    assert written.own_due_at.keys() == clock.own_periods.keys()


@given(clocks())
def test_a_last_day_that_was_named_is_moved_by_no_calendar(clock: Clock) -> None:
    if clock.period is None and clock.last_day:
        written = with_due(clock, notices())
        assert (written.unset().last_day, written.unset().due_at) == (clock.last_day, clock.due_at)


@given(clocks(), INSTANTS)
def test_a_clock_that_stands_still_wants_no_end_of_a_period(clock: Clock, stopped_at: datetime) -> None:
    stopped = with_due(clock, notices()).unset().model_copy(update={"stopped_at": stopped_at})
    assert not stopped.wants_due
    assert with_due(stopped, notices()) == stopped


def named_until(last_day: date) -> Bench:
    """A remedy by a last day that the order named, in a city that gives one answer a period of its own."""
    bench = breached("nanning")
    rules = law("nanning", "rectification")
    remedy = rules.stage("remedy")
    assert remedy
    first = remedy.outcomes[0].model_copy(update={"period": "3wd"})
    with_own = remedy.model_copy(update={"outcomes": (first, *remedy.outcomes[1:])})

    def stages(step: Step) -> tuple[Stage, ...]:
        return tuple(with_own if each.stage == "remedy" else each for each in step.stages)

    steps = tuple(step.model_copy(update={"stages": stages(step)}) for step in rules.steps)
    bench.rules = rules.model_copy(update={"steps": steps})
    assert bench.decide("order", "order", limit=TimeLimit(last_day=last_day)) == "accepted"
    return bench


def test_a_notice_moves_the_period_of_an_outcome_and_no_last_day_that_was_named() -> None:
    bench = named_until(date(2026, 12, 31))
    task = bench.task("remedy")
    outcome = task.outcomes[0]
    before = task.clock
    assert (before.last_day, list(before.own_due_at)) == (date(2026, 12, 31), [outcome])

    day = date(2026, 11, 25)
    bench.record = bench.record.with_notice(
        Notice(scope="CN", document="n", published_on=day, recorded_at=bench.now, days_off=(DaysOff(day, day),))
    )
    by = a.Actor(account="calendar")
    assert bench.by_party(a.ApplyNotice, by=by, calendar_version=bench.record.version) == "accepted"

    after = bench.task("remedy").clock
    assert (after.last_day, after.due_at) == (before.last_day, before.due_at)
    assert after.own_due_at[outcome] == before.own_due_at[outcome] + timedelta(days=1)
