"""Figures about cases and tasks, as counted: what `docs/figures-for-people.md` defines. Pure.

Lengths are kept as how many of each, so that median and ninetieth percentile of many groups together are as exact as
those of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from reading.slices import Slice
from rules.pinned import APPLICANT
from rules.procedure_names import ACCESS

Unit = Literal["working_days", "hours"]
Lengths = Counter[int]
"""A length, in whole working days or begun hours, to how many had it."""
RESTRICTIONS: Mapping[str, str] = {"DataHeld": "hold", "DataSuspended": "suspension", "DataWithdrawn": "withdrawal"}
"""The event with which a restriction begins, to its kind."""
GRANTED, REFUSED, WITHDRAWN = "granted", "refused", "withdrawn"
"""The life of a grant: a case that nobody filed, and so in no sum over procedures."""
AGES = (5, 10, 20, 60)
"""What is open is counted by the working days since: up to each of these, and beyond; groups are numbered from 0."""


@dataclass
class RestrictionTally:
    """Holds, suspensions or withdrawals of data: begun and ended in the span, in force now, and how many hours those
    had lasted that ended."""

    begun: int = 0
    ended: int = 0
    in_force: int = 0
    lasted: Lengths = field(default_factory=Counter)

    def add(self, other: RestrictionTally) -> None:
        self.begun += other.begun
        self.ended += other.ended
        self.in_force += other.in_force
        self.lasted.update(other.lasted)


@dataclass
class CaseTally:
    """Cases of a slice. `lasted` are the working days from receipt to end, `open` is by group of `AGES`."""

    filed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    upheld: int = 0
    not_upheld: int = 0
    lasted: Lengths = field(default_factory=Counter)
    open: Counter[int] = field(default_factory=Counter)
    restricted: dict[str, RestrictionTally] = field(default_factory=dict)

    @property
    def closed(self) -> int:
        return self.outcomes.total()

    def of_kind(self, kind: str) -> RestrictionTally:
        return self.restricted.setdefault(kind, RestrictionTally())

    def add(self, other: CaseTally) -> None:
        self.filed += other.filed
        self.upheld += other.upheld
        self.not_upheld += other.not_upheld
        self.outcomes.update(other.outcomes)
        self.lasted.update(other.lasted)
        self.open.update(other.open)
        for kind, each in other.restricted.items():
            self.of_kind(kind).add(each)


@dataclass
class TaskTally:
    """Tasks of a slice. `late_by` are the working days by which those were late that were, `open` is by group of
    `AGES`."""

    outcomes: Counter[str] = field(default_factory=Counter)
    in_time: int = 0
    without_limit: int = 0
    late_by: Lengths = field(default_factory=Counter)
    used: dict[Unit, Lengths] = field(default_factory=dict)
    cancelled: int = 0
    urgings: int = 0
    open: Counter[int] = field(default_factory=Counter)
    overdue: int = 0

    @property
    def decided(self) -> int:
        return self.outcomes.total()

    @property
    def late(self) -> int:
        return self.late_by.total()

    def used_in(self, unit: Unit) -> Lengths:
        return self.used.setdefault(unit, Counter())

    def add(self, other: TaskTally) -> None:
        self.outcomes.update(other.outcomes)
        self.in_time += other.in_time
        self.without_limit += other.without_limit
        self.late_by.update(other.late_by)
        for unit, lengths in other.used.items():
            self.used_in(unit).update(lengths)
        self.cancelled += other.cancelled
        self.urgings += other.urgings
        self.open.update(other.open)
        self.overdue += other.overdue


@dataclass
class Tally:
    """All that is counted of a slice."""

    cases: CaseTally = field(default_factory=CaseTally)
    tasks: TaskTally = field(default_factory=TaskTally)

    def add(self, other: Tally) -> None:
        self.cases.add(other.cases)
        self.tasks.add(other.tasks)


Tallies = dict[Slice, Tally]
Level = Callable[[Slice], Slice]

LEVELS: Mapping[str, Level] = {
    "totals": lambda each: Slice(each.city),
    "by_body": lambda each: Slice(each.city, each.body),
    "by_procedure": lambda each: Slice(each.city, None, each.procedure),
    "by_body_and_procedure": lambda each: Slice(each.city, each.body, each.procedure),
    "by_stage": lambda each: Slice(each.city, None, each.procedure, each.stage),
    "items": lambda each: each,
}
"""By what figures are put together; cases are of no stage, and so stand in none of the last two."""
OF_STAGES = ("by_stage", "items")


def tally_of(tallies: Tallies, of: Slice) -> Tally:
    """The tally of a slice, begun where there is none yet."""
    return tallies.setdefault(of, Tally())


def at_level(tallies: Tallies, name: str) -> Tallies:
    """The tallies put together at a level. A task before an applicant belongs to no body: it stands by stage alone. A
    sum over procedures leaves out grants, and one by body what is of none."""
    level, found = LEVELS[name], Tallies()
    for each, tally in tallies.items():
        target = level(each)
        if name in OF_STAGES:
            belongs = each.stage is not None
        else:
            is_told_apart = target.body is not None or name in ("totals", "by_procedure")
            sums_up = target.procedure is not None or each.procedure != ACCESS
            belongs = each.body != APPLICANT and is_told_apart and sums_up
        if belongs:
            tally_of(found, target).add(tally)
    return found


def nearest_rank(lengths: Lengths, percent: int) -> int | None:
    """The least length that so many percent have or undercut (nearest rank, as `percentile_disc`); None where there are
    none."""
    rank = -(-lengths.total() * percent // 100)
    for length, many in sorted(lengths.items()):
        rank -= many
        if rank <= 0 and many:
            return length
    return None


def without(tallies: Tallies, procedures: Iterable[str]) -> Tallies:
    """The tallies but for those of some procedures."""
    left_out = frozenset(procedures)
    return {each: tally for each, tally in tallies.items() if each.procedure not in left_out}
