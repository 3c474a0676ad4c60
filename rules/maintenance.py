"""How a city's service may be interrupted: announced so long before, and in principle on days off."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from rules.admissibility import Inadmissible
from rules.deadlines import to_shanghai
from rules.pinned import Citation, Pinned
from rules.resolving import citation, in_force
from rules.stating import states_something

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rules.calendar import Calendar
    from rules.pack import Pack


class MaintenanceRule(Pinned):
    """What an announcement keeps to. `announced` is a period in working days or hours before the interruption."""

    announced: str
    on_days_off: bool
    days_off_of: str | None = None
    """A wider scope whose notices have to make the day off too, such as the national one for statutory holidays."""
    citation: Citation


def maintenance_rule(pack: Pack, on: date) -> MaintenanceRule | None:
    """The rule of a city on a day; None where its law sets none."""
    version = in_force(pack.maintenance or (), on)
    if version is None or version.value is None:
        return None
    return MaintenanceRule(
        announced=version.value.announced,
        on_days_off=version.value.on_days_off,
        days_off_of=version.value.days_off_of,
        citation=citation(pack, version.cite),
    )


def wrong_with(
    rule: MaintenanceRule,
    calendar: Calendar,
    announced_at: datetime,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    wider: Calendar | None = None,
) -> Iterator[Inadmissible]:
    """Why an interruption cannot be announced like this. The notice in advance is absolute; a reason stands in for the
    days off alone. `wider` is the calendar of the scope that the rule names beside the city's own."""
    earliest = calendar.deadline(announced_at, rule.announced).due_at
    if starts_at < earliest:
        yield Inadmissible("starts_at", "announced_too_late", rule.citation, {"earliest": earliest.isoformat()})
    worked = working_days([calendar, *([wider] if wider else [])], starts_at, ends_at)
    if rule.on_days_off and worked and not states_something(reason):
        days = tuple(day.isoformat() for day in worked)
        yield Inadmissible("reason", "interrupts_working_days", rule.citation, {"days": days})


def working_days(calendars: Sequence[Calendar], starts_at: datetime, ends_at: datetime) -> list[date]:
    """The days that an interruption touches and that any of the calendars makes working days, Asia/Shanghai."""
    first = to_shanghai(starts_at).date()
    last = to_shanghai(ends_at - timedelta(microseconds=1)).date()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if any(calendar.is_working(day) for calendar in calendars)]
