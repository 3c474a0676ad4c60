"""What callers were told, kept beside, and compared with what is there afterwards: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from temporalio.service import RPCError

from activities.database import AWAY
from tests.driving import Driver

REVIEW, NEXT, LAST = "formal_review", "provider_review", "approval"
PASSES = {REVIEW: "pass", NEXT: "agree", LAST: "approve"}


@dataclass
class Ledger:
    """Calls by the id under which they are made, and what was told each time they were."""

    driver: Driver
    filed: list[str] = field(default_factory=list)
    decided: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Act to case and stage."""
    told: dict[str, list[str]] = field(default_factory=dict)

    async def file(self, city: str = "nanning") -> str:
        """A request, whoever has to be asked for it how often."""
        case_id = str(uuid.uuid4())
        self.filed.append(case_id)
        await self.call(case_id, lambda: self.driver.file(city, case_id=case_id))
        return case_id

    async def decide(self, case_id: str, stage: str, officer: str = "1", *, hand_over: bool = True) -> str:
        act = str(uuid.uuid4())
        self.decided[act] = (case_id, stage)

        async def decides() -> str:
            done = {"officer": officer, "act_id": act, "hand_over": hand_over}
            return await self.driver.decide(case_id, stage, PASSES[stage], **done)  # type: ignore[arg-type]

        return await self.call(act, decides)

    async def call(self, key: str, made: Callable[[], Awaitable[str]]) -> str:
        """As a caller who repeats a call, under the same id, until it has an answer."""
        answers = self.told.setdefault(key, [])
        while True:
            try:
                answers.append(await made())
            except (RPCError, *AWAY):
                answers.append("nothing")
                await asyncio.sleep(0.1)
            else:
                return answers[-1]

    async def holds(self) -> None:
        """What everybody was told is so, once and no more."""
        for case_id in self.filed:
            types = await self.driver.types(case_id)
            assert types.count("Filed") == 1, case_id
        for act, (case_id, stage) in self.decided.items():
            state = await self.driver.pool.fetchval("select state from acts where act_id = $1", act)
            told = [answer for answer in self.told[act] if answer not in ("nothing", "received")]
            assert state in ("accepted", "refused"), self.told[act]
            assert all((answer == "accepted") == (state == "accepted") for answer in told), told
            task = await self.driver.task(case_id, stage)
            events = [event for event in await self.driver.events(case_id) if event.act == act]
            assert bool(events) == (state == "accepted")
            assert (await self.driver.types(case_id)).count("TaskDecided") == len(
                [each for each in (await self.driver.state(case_id)).tasks.values() if each.outcome]
            )
            assert task.outcome == PASSES[stage]
