"""A supervisor's board: what is late and soon will be, before whom it lies, and what to begin with."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from pydantic import computed_field

from reading.board import questions as board
from reading.board.questions import AHEAD, Decided, InHand, KeptBack, TimeLeft
from reading.directory import questions as directory
from reading.figures.tallies import AGES
from reading.shape import Instant, Shape
from reading.store import Archive, Present, Store
from reading.supervision.due_lists import OVERDUE
from reading.supervision.filed_late import count_filed_late
from reading.supervision.lists import Asking, due_page
from reading.supervision.names import Names, body_labels
from reading.supervision.shapes import SupervisedTask
from reading.supervision.sight import Seen
from rules.deadlines import midnight, to_shanghai
from rules.loading import load_pack

WORST = 10
OFFICERS = 12
OLDEST = 5
LATE, TODAY, LATER = 0, 1, AHEAD + 2


class HeatRow(Shape):
    """The open tasks of a body, by the working days that they have left; `left[0]` are due today, `later` beyond the
    last of `left`."""

    city: str
    body: str
    body_name: str
    late: int
    left: list[int]
    later: int
    promptly: int


class OfficerRow(Shape):
    """What an officer has in hand. `officer` is a login."""

    city: str
    body: str
    body_name: str
    officer: str
    tasks: int
    overdue: int
    oldest: Instant


class HeldData(Shape):
    """Data that is kept back, and for how many working days it has been."""

    dataset_id: str
    kind: str
    since: Instant
    working_days: int
    case_number: str


class HeldAge(Shape):
    """How much data has been kept back for so many working days, and for more than the group before; null: for
    longer."""

    up_to_working_days: int | None
    counted: int


class DecidedRow(Shape):
    """What a body has decided this month under a limit of time."""

    city: str
    body: str
    body_name: str
    in_time: int
    late: int


class Board(Shape):
    """All that a supervisor sees at once."""

    as_of: Instant
    heat: list[HeatRow]
    officers: list[OfficerRow]
    held: list[HeldAge]
    held_longest: list[HeldData]
    decided: list[DecidedRow]
    worst: list[SupervisedTask]
    filed_late: int
    """Open cases that were filed after the time within which the law wants them; which bars nothing."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def late(self) -> int:
        return sum(row.late for row in self.heat)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def promptly(self) -> int:
        return sum(row.promptly for row in self.heat)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def due_soon(self) -> int:
        """Due by the end of the last working day that is told apart."""
        return sum(sum(row.left) for row in self.heat)


async def board_shown(store: Store, asking: Asking) -> Board | None:
    """The board of what is asked; None where this sight sees nothing of it."""
    seen, present = asking.seen, asking.present
    if seen is None:
        return None
    # What was decided is the longest to count, so it is counted beside the rest.
    async with asyncio.TaskGroup() as group:
        deciding = group.create_task(_decided_this_month(store.archive, seen, present))
        by_time_left = await board.count_by_time_left(store, seen, present)
        promptly = await board.count_owed_promptly(store, seen, present.now)
        in_hand = await board.in_hand(store, seen, present.now, OFFICERS)
        kept_back = await board.kept_back(store, seen)
        filed_late = await count_filed_late(store, seen, present.now)
        worst = await due_page(store, asking, OVERDUE, None, WORST)
    decided = deciding.result()
    bodies = {body for _, body in promptly} | {place.body for place in by_time_left}
    bodies |= {each.body for each in in_hand} | {each.body for each in decided}
    logins = await directory.logins(store, (each.officer for each in in_hand))
    names = Names(await body_labels(store, bodies), logins)
    return Board(
        as_of=present.now,
        heat=_heat(by_time_left, promptly, names, asking),
        officers=[_officer(each, names, asking) for each in in_hand],
        held=_by_age([_held(each, asking) for each in kept_back]),
        held_longest=[_held(each, asking) for each in kept_back if each.is_listed][:OLDEST],
        decided=_decided(decided, names, asking),
        worst=worst.items,
        filed_late=filed_late,
    )


async def _decided_this_month(archive: Archive, seen: Seen, present: Present) -> list[Decided]:
    since = midnight(to_shanghai(present.now).date().replace(day=1))
    async with archive.store() as store:
        return await board.decided_since(store, seen, since)


def _heat(tasks: Counter[TimeLeft], promptly: Counter[tuple[str, str]], names: Names, asking: Asking) -> list[HeatRow]:
    rows = [
        HeatRow(
            city=city,
            body=body,
            body_name=names.body(body, asking.language),
            late=tasks[TimeLeft(city, body, LATE)],
            left=[tasks[TimeLeft(city, body, place)] for place in range(TODAY, LATER)],
            later=tasks[TimeLeft(city, body, LATER)],
            promptly=promptly[city, body],
        )
        for city, body in sorted({(each.city, each.body) for each in tasks} | set(promptly))
    ]
    return sorted(rows, key=lambda row: (-row.late, -row.promptly, -sum(row.left)))


def _officer(each: InHand, names: Names, asking: Asking) -> OfficerRow:
    return OfficerRow(
        city=each.city,
        body=each.body,
        body_name=names.body(each.body, asking.language),
        officer=names.logins[each.officer],
        tasks=each.tasks,
        overdue=each.overdue,
        oldest=each.oldest,
    )


def _held(each: KeptBack, asking: Asking) -> HeldData:
    calendar = asking.present.record.calendar(load_pack(each.city).calendar)
    since, today = to_shanghai(each.since).date(), to_shanghai(asking.present.now).date()
    return HeldData(
        dataset_id=each.dataset_id,
        kind=each.kind,
        since=each.since,
        working_days=calendar.working_days_between(since, today),
        case_number=each.case_number,
    )


def _by_age(held: Sequence[HeldData]) -> list[HeldAge]:
    groups = Counter(next((most for most in AGES if each.working_days <= most), None) for each in held)
    return [HeldAge(up_to_working_days=most, counted=groups[most]) for most in (*AGES, None)] if held else []


def _decided(decided: Sequence[Decided], names: Names, asking: Asking) -> list[DecidedRow]:
    found = Counter({(each.city, each.body, each.late): each.tasks for each in decided})
    rows = [
        DecidedRow(
            city=city,
            body=body,
            body_name=names.body(body, asking.language),
            in_time=found[city, body, False],
            late=found[city, body, True],
        )
        for city, body in sorted({(each.city, each.body) for each in decided})
    ]
    return sorted(rows, key=lambda row: (-row.late, -row.in_time))
