"""Figures as people read them: numbers, and the sentence "half within X, nine in ten within Y"."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from reading.figures.days import Days, days_between
from reading.figures.questions import in_one_snapshot, tallied
from reading.figures.shapes import (
    AgeCounted,
    CasesCounted,
    FigureRow,
    FiguresShown,
    LatenessCounted,
    OutcomeCounted,
    RestrictionsCounted,
    TasksCounted,
    TimeTaken,
)
from reading.figures.tallies import (
    AGES,
    GRANTED,
    REFUSED,
    WITHDRAWN,
    CaseTally,
    Lengths,
    Tallies,
    Tally,
    TaskTally,
    Unit,
    at_level,
    nearest_rank,
)
from reading.slices import Slice
from reading.store import Store
from reading.supervision.names import body_labels, named_on
from reading.supervision.sight import Narrowing, Sight
from reading.words.language import Language, said
from reading.words.texts import texts
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.pinned import Label

HOURS_OF_TWO_DAYS = 48
"""What took longer is written in days for people."""
KINDS: tuple[Literal["hold", "suspension", "withdrawal"], ...] = ("hold", "suspension", "withdrawal")


async def figures_shown(
    store: Store,
    sight: Sight,
    narrowing: Narrowing,
    from_on: date | None,
    until_on: date | None,
    language: Language,
) -> FiguresShown:
    """The figures of what this sight sees of so narrowed a question, at every level. Raises DaysUnusable."""
    present = await store.present()
    today = to_shanghai(present.now).date()
    days = days_between(from_on, until_on, today)
    await store.release()
    seen = sight.narrowed(narrowing)
    tallies = Tallies()
    if seen is not None:
        async with in_one_snapshot(store.archive) as behind:
            tallies = await tallied(behind, seen, days, present)
    bodies = await body_labels(store, {each.body for each in tallies if each.body})
    counts_cases = narrowing.stage is None
    renderer = FigureRenderer(language, today, bodies, counts_cases)
    # Many rows are seconds of arithmetic on a large city: other calls go on meanwhile.
    return await asyncio.to_thread(_at_every_level, tallies, days, present.now, renderer)


def _at_every_level(tallies: Tallies, days: Days, as_of: datetime, renderer: FigureRenderer) -> FiguresShown:
    def rows(level: str) -> list[FigureRow]:
        found = at_level(tallies, level)
        return [renderer.row(each, found[each]) for each in sorted(found, key=lambda it: [part or "" for part in it])]

    return FiguresShown(
        as_of=as_of,
        from_on=days.from_on,
        until_on=days.until_on,
        totals=rows("totals"),
        by_body=rows("by_body"),
        by_procedure=rows("by_procedure"),
        by_body_and_procedure=rows("by_body_and_procedure"),
        by_stage=rows("by_stage"),
        items=rows("items"),
    )


@dataclass(frozen=True)
class FigureRenderer:
    """Renders tallies in a language, by the names that things have on a day."""

    language: Language
    on: date
    bodies: Mapping[str, Label]
    counts_cases: bool = True
    """Whether cases were counted, which they are not where a stage was asked for."""

    def row(self, of: Slice, tally: Tally) -> FigureRow:
        """The figures of a slice."""
        return FigureRow(
            city=of.city,
            city_name=said(city_label(of.city), self.language),
            body=of.body,
            body_name=self.body_name(of.body),
            procedure=of.procedure,
            procedure_label=self.procedure_label(of),
            stage=of.stage,
            label=self.stage_label(of),
            cases=self.cases(of, tally.cases) if self.counts_cases and of.stage is None else None,
            tasks=self.tasks(of, tally.tasks),
        )

    def body_name(self, body: str | None) -> str | None:
        """The name of a body; its code, once the directory no longer knows it."""
        label = self.bodies.get(body) if body else None
        return said(label, self.language) if label else body

    def procedure_label(self, of: Slice) -> str | None:
        """The name of a procedure; some counted procedures are in no pack."""
        if of.procedure is None:
            return None
        outside_law = texts().figures.get(f"procedure_{of.procedure}")
        return said(outside_law or named_on(of.city, of.procedure, self.on).procedure, self.language)

    def stage_label(self, of: Slice) -> str | None:
        """The name of a stage."""
        if of.procedure is None or of.stage is None:
            return None
        return said(named_on(of.city, of.procedure, self.on).stage(of.stage), self.language)

    def cases(self, of: Slice, it: CaseTally) -> CasesCounted:
        """The figures of cases."""
        apart = it.outcomes[GRANTED], it.outcomes[REFUSED], it.outcomes[WITHDRAWN]
        return CasesCounted(
            filed=it.filed,
            closed=it.closed,
            granted=it.outcomes[GRANTED],
            refused=it.outcomes[REFUSED],
            withdrawn=it.outcomes[WITHDRAWN],
            closed_otherwise=it.closed - sum(apart),
            outcomes=self.endings(of, it.outcomes) if of.procedure else None,
            upheld=it.upheld,
            not_upheld=it.not_upheld,
            time_taken=self.taken("working_days", it.lasted),
            restrictions=[
                RestrictionsCounted(
                    kind=kind,
                    begun=each.begun,
                    ended=each.ended,
                    in_force=each.in_force,
                    lasted=self.taken("hours", each.lasted),
                )
                for kind in KINDS
                if (each := it.restricted.get(kind))
            ],
            open=it.open.total(),
            open_by_age=ages(it.open),
        )

    def tasks(self, of: Slice, it: TaskTally) -> TasksCounted:
        """The figures of tasks."""
        taken = (self.taken(unit, it.used[unit]) for unit in ("working_days", "hours") if unit in it.used)
        return TasksCounted(
            decided=it.decided,
            in_time=it.in_time,
            late=it.late,
            without_limit=it.without_limit,
            late_working_days=lateness(it.late_by),
            time_used=[each for each in taken if each],
            outcomes=self.decisions(of, it.outcomes) if of.stage else None,
            cancelled=it.cancelled,
            urgings=it.urgings,
            open=it.open.total(),
            overdue=it.overdue,
            open_by_age=ages(it.open),
        )

    def endings(self, of: Slice, outcomes: Counter[str]) -> list[OutcomeCounted]:
        """How cases ended, by the names of the law, or ours where it has none."""
        rules = named_on(of.city, of.procedure or "", self.on).rules
        of_law = {each.outcome: each.label for each in rules.endings} if rules else {}
        return self.outcomes(outcomes, {**texts().endings, **of_law})

    def decisions(self, of: Slice, outcomes: Counter[str]) -> list[OutcomeCounted]:
        """How tasks were decided."""
        rules = named_on(of.city, of.procedure or "", self.on).rules
        stage = rules.stage(of.stage or "") if rules else None
        return self.outcomes(outcomes, {each.outcome: each.label for each in stage.outcomes} if stage else {})

    def outcomes(self, outcomes: Counter[str], labels: Mapping[str, Label]) -> list[OutcomeCounted]:
        """How many ended in each way, in the order of the codes."""
        return [
            OutcomeCounted(
                outcome=outcome,
                label=said(labels[outcome], self.language) if outcome in labels else outcome,
                counted=counted,
            )
            for outcome, counted in sorted(outcomes.items())
            if counted
        ]

    def taken(self, unit: Unit, lengths: Lengths) -> TimeTaken | None:
        """How long so many took, in numbers and as a sentence; None where there are none."""
        median, ninetieth = nearest_rank(lengths, 50), nearest_rank(lengths, 90)
        if median is None or ninetieth is None:
            return None
        return TimeTaken(
            unit=unit,
            counted=lengths.total(),
            median=median,
            ninetieth=ninetieth,
            longest=max(lengths),
            text=self.word("half_and_ninety", half=self.length(unit, median), ninety=self.length(unit, ninetieth)),
        )

    def length(self, unit: Unit, length: int) -> str:
        """As a phrase of the sentence: within how long."""
        if unit == "hours" and length > HOURS_OF_TWO_DAYS:
            return self.word("within_days", n=-(-length // 24))
        if length < 2:
            return self.word(f"within_{length}_{unit}")
        return self.word(f"within_{unit}", n=length)

    def word(self, name: str, **facts: object) -> str:
        return said(texts().figures[name], self.language).format_map(facts)


def city_label(city: str) -> Label:
    name = load_pack(city).name
    return Label(zh=name.zh, en=name.en)


def lateness(late_by: Lengths) -> LatenessCounted | None:
    median, ninetieth = nearest_rank(late_by, 50), nearest_rank(late_by, 90)
    if median is None or ninetieth is None:
        return None
    together = sum(days * many for days, many in late_by.items())
    return LatenessCounted(together=together, median=median, ninetieth=ninetieth, longest=max(late_by))


def ages(groups: Counter[int]) -> list[AgeCounted]:
    limits = [*AGES, None]
    return [AgeCounted(up_to_working_days=most, counted=groups[n]) for n, most in enumerate(limits)]
