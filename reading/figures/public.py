"""The figures of a city that everybody may read: of whole months that are over, of the city or of a county as one.

They show no single body and nobody's work: no bodies, stages or officers, nothing that is open now, lengths of time
only where so many share them that no single one can be recognised, and no county of one provider. Rectifications stay
between those who have a part in them. Counting costs a query over the whole span and anybody may call, so one is
counted at a time, and kept a while. While a notice moves ends, what was counted before stands for longer, and what has
to be counted says so and is kept for moments.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reading.figures.days import Days, whole_months
from reading.figures.questions import in_one_snapshot, tallied
from reading.figures.settled import AGAIN_AFTER, Ends, ends_of
from reading.figures.shapes import PublicFigures, PublicRow
from reading.figures.shown import FigureRenderer, city_label
from reading.figures.tallies import Tallies, Tally, at_level, without
from reading.sight import County
from reading.slices import Slice
from reading.store import Archive, Present
from reading.supervision.sight import Seen
from reading.words.language import Language, said
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.procedure_names import RECTIFICATION

FEWEST = 5
"""Lengths of time are published where so many share them."""
FEWEST_PROVIDERS = 2
"""A county has figures for everybody where it has so many."""
KEPT = timedelta(hours=1)
KEPT_WHILE_ENDS_MOVE = timedelta(seconds=AGAIN_AFTER)
MOST_KEPT = 500


@dataclass(frozen=True)
class Kept:
    """What was counted, when, and how the ends stood by which it was."""

    as_of: datetime
    tallies: Tallies
    ends: Ends

    def stands(self, now: datetime) -> bool:
        """Whether nobody need count again."""
        kept = KEPT_WHILE_ENDS_MOVE if self.ends.is_worth_waiting else KEPT
        return self.as_of <= now < self.as_of + kept

    def stands_while_ends_move(self, now: datetime) -> bool:
        """Whether it was counted before a notice began to move ends, and does until that is done."""
        return self.as_of <= now and not self.ends.is_worth_waiting


class CountyUnshown(Exception):
    """There are no public figures of that county; as `DaysUnusable` says what is wrong."""

    field = "county"

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


@dataclass
class Published:
    """Counts for everybody, one at a time, and keeps what it has counted."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    kept: dict[tuple[str, County | None, Days], Kept] = field(default_factory=dict)

    async def tallied(
        self, archive: Archive, city: str, days: Days, present: Present, county: County | None = None
    ) -> Kept:
        """What is published about a city or a county of it, and when it was counted: at most an hour ago, or before
        a notice began to move ends and soon will have; half a minute ago at most, where it was counted meanwhile."""
        key, now = (city, county, days), present.now
        async with self.lock:
            known = self.kept.get(key)
            if known is not None and known.stands(now):
                return known
            async with in_one_snapshot(archive) as behind:
                ends = await ends_of(behind, load_pack(city).calendar, present)
                if known is not None and ends.is_worth_waiting and known.stands_while_ends_move(now):
                    return known
                counted = await tallied(behind, Seen((city,), county=county), days, present)
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            found = self.kept[key] = Kept(now, publishable(city, counted), ends)
            return found


async def public_figures(
    archive: Archive,
    published: Published,
    city: str,
    from_month: str | None,
    until_month: str | None,
    language: Language,
    county: County | None = None,
) -> PublicFigures:
    """The figures of a city or a county of it for everybody, of the months asked for. Raises DaysUnusable,
    CountyUnshown."""
    if county is not None:
        must_be_shown(county)
    present = await archive.present()
    today = to_shanghai(present.now).date()
    days = whole_months(from_month, until_month, today)
    found = await published.tallied(archive, city, days, present, county)
    tallies = found.tallies
    renderer = FigureRenderer(language, today, {})
    by_procedure = sorted((each.procedure, each) for each in tallies if each.procedure)
    return PublicFigures(
        city=city,
        city_name=said(city_label(city), language),
        county=county.authority if county else None,
        from_on=days.from_on,
        until_on=days.until_on,
        as_of=found.as_of,
        moves_pending=found.ends.moves_pending,
        total=_row(renderer, Slice(city), tallies[Slice(city)]),
        by_procedure=[_row(renderer, each, tallies[each]) for _, each in by_procedure],
    )


def must_be_shown(county: County) -> None:
    """Raises CountyUnshown unless the county has several providers."""
    if len(county.providers) < FEWEST_PROVIDERS:
        raise CountyUnshown("county_of_one_provider", fewest=FEWEST_PROVIDERS)


def publishable(city: str, tallies: Tallies) -> Tallies:
    """What is published, put together already."""
    open_to_all = without(tallies, [RECTIFICATION])
    return {Slice(city): Tally()} | at_level(open_to_all, "totals") | at_level(open_to_all, "by_procedure")


def _row(renderer: FigureRenderer, of: Slice, tally: Tally) -> PublicRow:
    """What everybody may read of a slice."""
    cases = renderer.cases(of, tally.cases)
    return PublicRow(
        procedure=of.procedure,
        procedure_label=renderer.procedure_label(of),
        filed=cases.filed,
        closed=cases.closed,
        granted=cases.granted,
        refused=cases.refused,
        withdrawn=cases.withdrawn,
        closed_otherwise=cases.closed_otherwise,
        outcomes=cases.outcomes,
        upheld=cases.upheld,
        not_upheld=cases.not_upheld,
        time_taken=cases.time_taken if cases.closed >= FEWEST else None,
        answered=tally.tasks.in_time + tally.tasks.late,
        answered_in_time=tally.tasks.in_time,
    )
