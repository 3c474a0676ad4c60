"""How a case is walked along its path for a recording: what is filed, who acts, and when the engine is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models import acts as a
from models.granting import access_case_id
from rules.deadlines import to_shanghai
from tests import recorded
from tests.driving import AT, WHATEVER_IS_ASKED, Driver
from tests.skipping import A_MOMENT, Skipping

APPLICANT = a.Actor(account="acc_applicant")
BOTH_SIGN = [("provider_signature", "sign"), ("applicant_signature", "sign")]
AGREED = {
    "nanning": [("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve")],
    "yulin": [("authority_review", "pass"), ("provider_review", "pass")],
    "guangzhou": [("provider_review", "agree")],
    "lianyungang": [("provider_review", "agree")],
    "nanjing": [("provider_review", "agree")],
}


@dataclass
class Walk:
    """One case on its path. Its acts are numbered, so that a new recording differs only in what has changed."""

    driver: Driver
    skipping: Skipping
    city: str
    case_id: str
    acts: int = 0
    kept: str | None = None
    """The case whose history and log are kept, where it is not the walk's own."""

    @property
    def first(self) -> str:
        """The stage that is reviewed first."""
        return AGREED[self.city][0][0]

    async def file(self, driver: Driver | None = None) -> None:
        await (driver or self.driver).file(
            self.city,
            case_id=self.case_id,
            choices={"use": "commercial" if self.city == "nanjing" else "general", "access_mode": "api"},
            items=("name", "address"),
            given=("purpose", "data_items", "scenario", "safeguards"),
        )
        await self.begun(self.case_id)

    async def file_here(self, driver: Driver | None = None) -> None:
        """A request for data of its own, which no other case is about."""
        await (driver or self.driver).file(
            self.city,
            case_id=self.case_id,
            dataset_id=self.dataset_id,
            choices={"access_mode": "api"},
            items=("name", "address"),
            given=("purpose", "data_items", "scenario", "safeguards"),
        )
        await self.begun(self.case_id)

    @property
    def dataset_id(self) -> str:
        return f"{self.case_id}-dataset"

    async def today(self) -> date:
        """The day on which an act that is received now is received."""
        now = self.driver.clock.at(await self.driver.pool.fetchval("select clock_timestamp()"))
        return to_shanghai(now).date()

    async def begun(self, case_id: str) -> None:
        """The engine has done what it does at the start; else the start and the first act would share a step or not."""
        await self.driver.temporal.get_workflow_handle(case_id).query("__stack_trace", rpc_timeout=self.driver.patience)

    async def access(self, driver: Driver | None = None) -> str:
        """The access case, in the engine."""
        case_id = access_case_id(self.case_id)
        await (driver or self.driver).engine.hand_over(case_id, self.driver.patience)
        await self.begun(case_id)
        return case_id

    async def do(
        self,
        kind: type[a.ReceivedAct],
        by: a.Actor = APPLICANT,
        case_id: str | None = None,
        entry: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> str:
        """An act with a text that people alone may read, and with a draft of an entry where one is given."""
        self.acts += 1
        act = kind(id=f"{self.case_id}.{self.acts}", case_id=case_id or self.case_id, by=by, received_at=AT, **more)
        content: dict[str, Any] = {"reason": recorded.FREE_TEXT, **({"entry": entry} if entry else {})}
        if isinstance(act, a.Decide):
            act = await self.driver.signing(act, content)
        return await self.driver.do(act, content=content)  # type: ignore[arg-type]  # a member of the union Act, which mypy cannot see

    async def on(self, stage: str, kind: type[a.TaskAct], officer: str = "1", **more: Any) -> str:
        task = await self.driver.task(self.case_id, stage)
        return await self.do(kind, self.driver.officer_of(task, officer), task_id=task.task_id, **more)

    async def decide(self, *decisions: tuple[str, str], **more: Any) -> None:
        for stage, outcome in decisions:
            answer = await self.on(stage, a.Decide, outcome=outcome, given=WHATEVER_IS_ASKED, **more)
            assert answer == "accepted", f"{self.case_id}: {stage} {outcome}: {answer}"

    async def tell(self, case_id: str) -> None:
        """The engine has what receipts and other cases have put into the inbox of that case."""
        await self.driver.engine.hand_over(case_id, self.driver.patience)

    async def correct(self, stage: str, outcome: str) -> None:
        assert await self.on(stage, a.Correct, outcome=outcome, given=WHATEVER_IS_ASKED) == "accepted"

    async def skip_past(self, stage: str) -> None:
        """Until the stage's clock has passed and the log says so."""
        due_at = (await self.driver.task(self.case_id, stage)).clock.due_at
        assert due_at
        await self.skipping.skip_to(self.case_id, due_at + A_MOMENT)
        await self.driver.until_event(self.case_id, "ClockPassed")


@dataclass
class Along:
    """A case on its path that bodies alone decide on: the walk's own, or one that goes beside it."""

    walk: Walk
    case_id: str

    async def on(self, stage: str, kind: type[a.TaskAct], officer: str = "1", **more: Any) -> str:
        task = await self.walk.driver.task(self.case_id, stage)
        by = a.Actor(account=f"acc_{task.body}_{officer}", body=task.body)
        answer = await self.walk.do(kind, by, case_id=self.case_id, task_id=task.task_id, **more)
        await self.walk.tell(self.case_id)
        return answer

    async def decide(self, *decisions: tuple[str, str], **more: Any) -> None:
        for stage, outcome in decisions:
            answer = await self.on(stage, a.Decide, outcome=outcome, given=WHATEVER_IS_ASKED, **more)
            assert answer == "accepted", f"{self.case_id}: {stage} {outcome}: {answer}"
