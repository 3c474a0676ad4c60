"""The figures of a year of a city, as they are counted now, to be pinned."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import func
from sqlmodel import col, select

from activities.tables.catalogue import DatasetRow
from activities.tables.gate import GateDayRow
from models.gate import ALLOWING
from models.pinned_figures import FigureLine, PinnedFigures
from reading.figures.days import Days
from reading.figures.questions import in_one_snapshot, tallied
from reading.figures.settled import LONGEST, ends_of
from reading.figures.tallies import at_level
from reading.store import Store
from reading.supervision.sight import Seen
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.procedure_names import RECTIFICATION


class EndsStillMove(Exception):
    """A holiday notice is being applied to the calendar of the city: in a moment its figures can be counted."""


async def counted(store: Store, city: str, year: int, no_later_than: datetime | None) -> PinnedFigures:
    """What was filed and decided in that year, as far as it is over: by body and procedure, but for rectifications,
    which stay between those who have a part in them. Raises EndsStillMove, also where a notice comes on record
    meanwhile, unless it is too late to wait: then the figures say so."""
    present = await store.present()
    is_too_late_to_wait = no_later_than is not None and present.now < no_later_than <= present.now + LONGEST
    today = to_shanghai(present.now).date()
    from_on, until_on = date(year, 1, 1), min(date(year + 1, 1, 1), today + timedelta(days=1))
    days = Days(from_on, max(until_on, from_on + timedelta(days=1)))
    async with in_one_snapshot(store.archive) as behind:
        ends = await ends_of(behind, load_pack(city).calendar, present)
        if ends.is_worth_waiting and not is_too_late_to_wait:
            raise EndsStillMove(city)
        tallies = at_level(await tallied(behind, Seen((city,)), days, present), "by_body_and_procedure")
    lines = [
        FigureLine(
            body=of.body or "",
            procedure=of.procedure or "",
            filed=tally.cases.filed,
            closed=tally.cases.closed,
            decided=tally.tasks.decided,
            in_time=tally.tasks.in_time,
            late=tally.tasks.late,
            open=tally.tasks.open.total(),
            overdue=tally.tasks.overdue,
        )
        for of, tally in tallies.items()
        if of.procedure != RECTIFICATION
    ]
    allowed, refused = await answers_of_the_gate(store, city, days)
    moved_meanwhile = (await store.present()).record.version > present.record.version
    if moved_meanwhile and not is_too_late_to_wait:
        raise EndsStillMove(city)
    return PinnedFigures(
        counted_at=present.now,
        from_on=days.from_on,
        until_on=days.until_on,
        lines=tuple(sorted(lines, key=lambda line: (line.body, line.procedure))),
        allowed=allowed,
        refused=refused,
        moves_pending=ends.moves_pending or moved_meanwhile,
    )


async def answers_of_the_gate(store: Store, city: str, days: Days) -> tuple[int, int]:
    """How often it said yes and no about data of the city."""
    of_city = select(DatasetRow.dataset_id).where(DatasetRow.city == city)
    sums = (
        select(col(GateDayRow.reason), func.sum(GateDayRow.calls))
        .where(
            col(GateDayRow.dataset_id).in_(of_city),
            col(GateDayRow.on) >= days.from_on,
            col(GateDayRow.on) < days.until_on,
        )
        .group_by(col(GateDayRow.reason))
    )
    found = {reason: int(calls) for reason, calls in await store.session.exec(sums)}
    yes = sum(calls for reason, calls in found.items() if reason in ALLOWING)
    return yes, sum(found.values()) - yes
