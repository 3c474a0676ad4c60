"""The way of cases to the engine, behind the answers of whoever acted on them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.service import RPCError

from activities.database import AWAY

if TYPE_CHECKING:
    from activities.engine.handing_over import Engine
    from models.acts import Act

LOG = logging.getLogger("kaifang.api")

LEAST = timedelta(milliseconds=100)
"""Within which every hand-over ends, however little patience there is: none at all would be no limit for the engine."""
LEEWAY = timedelta(seconds=2)
"""What a hand-over may take beyond its patience at the end of the service."""
CASES_UNDER_WAY = 100
"""More than these are not begun for whom nobody waits: an engine that is slow or away would gather them without end."""


@contextmanager
def left_to_the_sweeper(case_id: str) -> Iterator[None]:
    """The sweeper hands over what cannot be handed over while engine or PostgreSQL is away."""
    try:
        yield
    except (RPCError, RuntimeError, *AWAY) as failure:  # a client that cannot connect raises RuntimeError
        LOG.info("case %s not handed over yet: %s", case_id, failure)
    except Exception:
        # Whatever is wrong with it, what is asked for next is not.
        LOG.exception("case %s cannot be handed over", case_id)


@dataclass
class Round:
    """One hand-over of a case, for all who asked for it before it began."""

    over: asyncio.Future[None]
    acts: list[Act | None] = field(default_factory=list)
    """For each who asked, the act, if it is all that the engine is to be told of the case."""
    judges: bool = False
    """Whether the engine is to judge something, which may concern other cases."""

    @property
    def only_act(self) -> Act | None:
        """The one act that there is to deliver; None where the inbox has to be asked."""
        return self.acts[0] if len(self.acts) == 1 else None


class Courier:
    """Hands cases to the engine for callers, who need not wait until it is done. Of each case one hand-over is under
    way at a time; who asks meanwhile has the next, together with all others who do."""

    def __init__(self, engine: Engine, patience: timedelta, most: int = CASES_UNDER_WAY) -> None:
        self._engine = engine
        self._patience = patience
        self._at_most = max(patience, LEAST)
        self._most = most
        self._asked: dict[str, Round] = {}
        """By case, the round that has not begun."""
        self._under_way: dict[str, asyncio.Task[None]] = {}

    def send(self, *case_ids: str) -> None:
        """Hands the cases over without anybody waiting; what fails, or is too much at once, is left to the sweeper."""
        for case_id in case_ids:
            if case_id in self._under_way or len(self._under_way) < self._most:
                self._round(case_id).acts.append(None)
            else:
                LOG.info("case %s not handed over yet: %d others are under way", case_id, len(self._under_way))

    async def send_and_wait(self, case_id: str, all_to_tell: Act | None = None) -> None:
        """Like `send`, but returns when it is done, or when patience is over and it goes on by itself. The cases that
        the engine's judgement then concerns are sent after it. `all_to_tell` is the act, where the engine is to be told
        nothing else of the case."""
        asked = self._round(case_id)
        asked.acts.append(all_to_tell)
        asked.judges = True
        await asyncio.wait({asked.over}, timeout=self._patience.total_seconds())

    def _round(self, case_id: str) -> Round:
        if case_id not in self._asked:
            self._asked[case_id] = Round(asyncio.get_running_loop().create_future())
            if case_id not in self._under_way:
                self._under_way[case_id] = asyncio.create_task(self._go(case_id))
        return self._asked[case_id]

    async def _go(self, case_id: str) -> None:
        """Round after round, until nobody has asked for another."""
        try:
            while asked := self._asked.pop(case_id, None):
                try:
                    await self._hand_over(case_id, asked)
                finally:
                    asked.over.set_result(None)
                if asked.judges:
                    with left_to_the_sweeper(case_id):
                        self.send(*await self._engine.concerned_by(case_id))
        finally:
            del self._under_way[case_id]

    async def _hand_over(self, case_id: str, asked: Round) -> None:
        with left_to_the_sweeper(case_id):
            if act := asked.only_act:
                await self._engine.deliver(act, self._at_most)
            else:
                await self._engine.hand_over(case_id, self._at_most)

    async def finish(self, within: timedelta | None = None) -> None:
        """Returns when nothing is under way any more, or time is over. Each hand-over ends by its own patience; one
        that takes longer, as with an engine that says nothing, is broken off and left to the sweeper."""
        at_most = self._at_most + LEEWAY if within is None else within
        try:
            async with asyncio.timeout(at_most.total_seconds()):
                while self._under_way:
                    await asyncio.wait(set(self._under_way.values()))
        except TimeoutError:
            LOG.info("%d cases not handed over at the end", len(self._under_way))
            ways = list(self._under_way.values())
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
