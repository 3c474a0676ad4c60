"""Whether a notice that somebody wants to publish can be one: what is wrong with it, by field and rule. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date

from rules.calendar_notices import FURTHEST_FROM_PUBLICATION, LONGEST_DAYS_OFF, DaysOff, Span


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with one field of a notice; `code` names the rule."""

    field: str
    code: str
    params: Mapping[str, object] = member(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """A notice as somebody wants to publish it."""

    scope: str
    document: str
    published_on: date
    covers: Span | None = None
    days_off: Sequence[DaysOff] = ()
    days_worked: Sequence[date] = ()


def faults(draft: Draft, scopes: Collection[str], today: date) -> list[Fault]:
    """All that is wrong with the draft, where there are these scopes and it is that day; none: it makes a `Notice`."""
    found = list(_faults_of_form(draft, scopes, today))
    # Days named twice can be found only when each span is valid.
    return found or list(_named_twice(draft))


def _faults_of_form(draft: Draft, scopes: Collection[str], today: date) -> Iterator[Fault]:
    if draft.scope not in scopes:
        yield Fault("scope", "calendar_unknown", {"given": draft.scope, "known": tuple(scopes)})
    if draft.published_on > today:
        yield Fault("published_on", "day_in_the_future")
    if not (draft.days_off or draft.days_worked or draft.covers):
        yield Fault("days_off|days_worked|covers", "notice_says_nothing")
    for number, off in enumerate(draft.days_off):
        place = f"days_off.{number}"
        if off.last < off.first:
            yield Fault(place, "span_backwards")
        elif off.last - off.first >= LONGEST_DAYS_OFF:
            yield Fault(place, "days_off_too_many", {"most": LONGEST_DAYS_OFF.days})
        yield from _far_away(place, off, draft)
    for number, day in enumerate(draft.days_worked):
        yield from _far_away(f"days_worked.{number}", (day,), draft)
    if draft.covers:
        if draft.covers.until <= draft.covers.since:
            yield Fault("covers", "span_backwards")
        yield from _far_away("covers", draft.covers, draft)


def _far_away(place: str, days: Sequence[date], draft: Draft) -> Iterator[Fault]:
    far = [day for day in days if abs(day - draft.published_on) > FURTHEST_FROM_PUBLICATION]
    if far:
        yield Fault(place, "day_far_from_publication", {"days": far, "most": FURTHEST_FROM_PUBLICATION.days})


def _named_twice(draft: Draft) -> Iterator[Fault]:
    off = Counter(day for span in draft.days_off for day in span.days())
    worked = Counter(draft.days_worked)
    for place, days in (("days_off", off), ("days_worked", worked)):
        if twice := sorted(day for day, times in days.items() if times > 1):
            yield Fault(place, "day_named_twice", {"days": twice})
    if both := sorted(off.keys() & worked.keys()):
        yield Fault("days_worked", "day_off_and_worked", {"days": both})
