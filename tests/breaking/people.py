"""Those who take part in a campaign: a wish becomes a deed on the real parts, which knows what its answer means."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, TypeVar

from temporalio.service import RPCError

from activities.database import AWAY
from models.state import CaseState
from rules.deadlines import to_shanghai
from tests.breaking.ground import Ground
from tests.breaking.worlds import Entry, Objection, Request, Update, Version, World
from tests.driving import Driver, ShiftedClock

ITEMS = ("name", "address", "phone")
LONG_AGO = timedelta(days=3)
TIME_MOVES_BY = timedelta(days=3)
T = TypeVar("T")
Kind = Literal[
    "object", "give evidence", "take up again", "decide", "ask", "advance", "take back", "get key", "revoke",
    "renounce", "update", "carry on", "publish", "notice",
]  # fmt: skip


class Wish(NamedTuple):
    """What somebody would like to do; numbers choose among what there is."""

    kind: Kind
    which: int = 0
    how: int = 0
    items: tuple[str, ...] = ()
    flag: bool = False
    outcome: str | None = None
    """Of a decision: the outcome, and with it the task, by name instead of by number."""


@dataclass(frozen=True)
class Deed:
    """What is done, and which world its answer leaves of a world; None: nobody could have been told so there."""

    said: str
    do: Callable[[], Awaitable[str]]
    then: Callable[[World, str], World | None]


class Place:
    """Two datasets of two cities, what ought to be so of them, and what people look up."""

    def __init__(self, ground: Ground, gate_clock: ShiftedClock, cities: tuple[str, str]) -> None:
        self.ground = ground
        self.gate_clock = gate_clock
        self.name = uuid.uuid4().hex[:8]
        self.cities = {f"{city}-transport-{self.name}-{n}": city for n, city in enumerate(cities)}
        self.datasets = list(self.cities)
        first = Version(None, Entry("conditional", frozenset(ITEMS)))
        self.worlds = [World(dict.fromkeys(self.datasets, (first,)), shift=self.shift)]

    @property
    def driver(self) -> Driver:
        return self.ground.driver

    @property
    def shift(self) -> int:
        return self.gate_clock.shift.days

    @property
    def objections(self) -> list[Objection]:
        return list(self.worlds[0].objections.values())

    @property
    def requests(self) -> list[Request]:
        return list(self.worlds[0].requests.values())

    @property
    def updates(self) -> list[Update]:
        return list(self.worlds[0].updates.values())

    async def now(self) -> datetime:
        now: datetime = await patiently(lambda: self.driver.pool.fetchval("select clock_timestamp()"))
        return now

    async def today(self) -> date:
        return to_shanghai(await self.now()).date()

    async def state(self, case_id: str) -> CaseState:
        return await patiently(lambda: self.driver.state(case_id))


def chosen(things: Iterable[T], which: int) -> T | None:
    found = list(things)
    return found[which % len(found)] if found else None


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """As a caller that tries again, with the same ids, until it is answered."""
    while True:
        try:
            return await call()
        except (RPCError, *AWAY):
            await asyncio.sleep(0.05)
