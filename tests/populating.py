"""A population of cases of every city and procedure, walked at random through a year, with no engine.

Receipt, judgement, log and read model are those of the service; every act is judged by its receipt, as an objection's
always is, so that thousands of acts on any day take seconds.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from activities.database import present
from activities.record.filings import Filing
from activities.record.receipt_facts import DataIsWithdrawn, ItemsAreGone, OpennessHasChanged
from models import acts as a
from models.act_contents import Amendment, Measure, TimeLimit
from models.procedures import BY_NAME, PROCEDURES
from models.sharing import class_of
from models.state import CaseState
from models.task_state import TaskState
from rules.deadlines import to_shanghai
from rules.loading import cities
from rules.pinned import APPLICANT
from rules.procedure_names import SHARING_REQUEST
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from rules.vocabulary import SHARING_CLASS
from tests.driving import AT, WHATEVER_IS_ASKED, Driver, roles_of_the_city
from tests.models.updates import EVERY_FIELD, answers_for

CHOSEN = ("urgency", "ground", "breach", "trigger", "use", "access_mode", "leak")
ITEMS = ("name", "address")
ENTRY = {"title": {"zh": "线路", "en": "Lines"}, "items": [{"item": i, "label": {"zh": i, "en": i}} for i in ITEMS]}
TEN_DAYS = TimeLimit(period="10wd")
STOPS = {"stops_clock": True}
WAITS = (0.02, 0.3, 1, 2, 5, 9, 16, 30)
"""Days until somebody acts."""
PROVIDERS = ("transport", "health")
PARTIES = 9
DATASETS = 12


@contextmanager
def no_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every act is judged by its receipt."""
    with monkeypatch.context() as patched:
        for procedure in PROCEDURES:
            judged = replace(procedure, judged_at_receipt=(a.ReceivedAct,))
            patched.setitem(BY_NAME, procedure.name, judged)
        yield


@dataclass
class Population:
    """Cases that chance makes; the same seed makes the same, but for the instants."""

    driver: Driver
    chance: Random
    now: datetime
    case_ids: list[str] = field(default_factory=list)

    async def make(self, cases: int) -> None:
        """So many cases, of each city and procedure in turn, and those that they give rise to."""
        kinds = self.kinds()
        for n in range(cases):
            city, procedure = kinds[n % len(kinds)]
            await self._go_to(self.now - timedelta(days=self.chance.uniform(1, 400)))
            with suppress(DataIsWithdrawn, ItemsAreGone, OpennessHasChanged):  # then nobody can ask for it
                await self.walk(await self.file(city, procedure))

    def kinds(self) -> list[tuple[str, str]]:
        """Every procedure of every city."""
        return [(city, procedure) for city in cities() for procedure in sorted(self.driver.pack(city).procedures)]

    async def by_hand(self) -> None:
        """What chance may leave out: a case of each kind whose first tasks are urged, and decided long after they were
        due; data that is held, suspended and withdrawn; clocks that a supplement stopped."""
        for city, procedure in self.kinds():
            await self._go_to(self.now - timedelta(days=200))
            case_id = await self.file(city, procedure, dataset_id=f"{city}-transport-{procedure}", stopping=0)
            await self._later(timedelta(days=60))
            for task in (state := await self.driver.state(case_id)).open_tasks():
                await self._do(self._urging(state, task))
                await self._later(timedelta(hours=1))
                await self.decide(state, task)
        await self._go_to(self.now - timedelta(days=100))
        held = await self.driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
        for stage, outcome in (("suspension", "suspend"), ("verification", "withdraw")):
            await self._later(timedelta(days=1))
            assert await self.driver.decide(held, stage, outcome, hand_over=False) == "accepted"
        for supplied in (True, False):
            await self._stop("nanning-transport-stopped", supplied=supplied)

    async def _stop(self, dataset_id: str, *, supplied: bool) -> None:
        """A request whose clock the demand for a supplement stopped; decided when that has come, or without it."""
        await self._go_to(self.now - timedelta(days=20))
        case_id = await self.file("nanning", "access_request", dataset_id=dataset_id, stopping=1)
        (task,) = (await self.driver.state(case_id)).tasks.values()
        await self._later(timedelta(days=1))
        await self._do(self._by(await self.driver.state(case_id), task, a.AskSupplement, given=WHATEVER_IS_ASKED))
        await self._later(timedelta(days=5))
        if supplied:
            await self._do(self._supply(await self.driver.state(case_id)))
        await self._later(timedelta(days=3))
        await self.decide(await self.driver.state(case_id), task)

    async def file(self, city: str, procedure: str, *, stopping: float = 0.4, dataset_id: str | None = None) -> str:
        """The id of a case, about some dataset unless it is named.

        `stopping` is how often its rules would let a supplement stop clocks.
        """
        party = f"acc_party_{self.chance.randrange(PARTIES)}"
        provider = self.chance.choice(PROVIDERS)
        evidence = [await self.driver.upload(party)] if procedure == "objection" and self._sometimes(0.6) else []

        items = ITEMS if self._sometimes(0.5) else ()
        stated = {"purpose", "statement", *(["evidence"] if evidence else []), *(["data_items"] if items else [])}

        def filing(received_at: datetime) -> Filing:
            on = to_shanghai(received_at).date()
            pack = self.driver.pack(city)
            rules = resolve(pack, procedure, on)
            if rules.supplement and self._sometimes(stopping):
                rules = rules.model_copy(update={"supplement": rules.supplement.model_copy(update=STOPS)})
            return Filing(
                rules=rules,
                party=party,
                dataset_id=dataset_id or f"{city}-{provider}-{self.chance.randrange(DATASETS)}",
                bodies={role: f"{city}.{provider if role == 'provider' else role}" for role in roles_of_the_city(pack)},
                data_items=items,
                choices=self._choices(rules),
                given=frozenset(stated),
                evidence=tuple(evidence),
                occurred_on=on - timedelta(days=self.chance.randrange(30)) if procedure == "catalogue_update" else None,
            )

        case_id = str(uuid.UUID(int=self.chance.getrandbits(128)))
        await self.driver.inbox.receive_filing(case_id, procedure, {"statement": "for people only"}, filing)
        self.case_ids.append(case_id)
        return case_id

    def _choices(self, rules: ProcedureRules) -> dict[str, str]:
        chosen = {
            name: self.chance.choice([each.value for each in known if each.on_request] or [known[0].value])
            for name, known in rules.choices.items()
            if name in CHOSEN
        }
        return chosen | ({SHARING_CLASS: class_of({})} if rules.procedure == SHARING_REQUEST else {})

    async def walk(self, case_id: str) -> None:
        """Somebody acts on the case time and again, until it is over, the present has come, or nobody does any more."""
        while not self._sometimes(0.06):
            state = await self.driver.state(case_id)
            tasks = state.open_tasks()
            if state.closed or not tasks or not await self._later(timedelta(days=self.chance.choice(WAITS))):
                return
            task = self.chance.choice(tasks)
            if self._sometimes(0.12):
                await self._do(self._urging(state, task))
            elif self._sometimes(0.1):
                await self._do(self._by(state, task, a.Claim))
            elif task.supplement_asked_at and self._sometimes(0.5):
                await self._do(self._supply(state))
            elif self._sometimes(0.25):
                await self._do(self._by(state, task, a.AskSupplement, given=WHATEVER_IS_ASKED))
            elif self._sometimes(0.04):
                withdrawal = a.Withdraw(id=self._id(), case_id=case_id, by=a.Actor(account=state.party), received_at=AT)
                await self._do(withdrawal)
            else:
                await self.decide(state, task)
                if self._sometimes(0.05) and await self._later(timedelta(days=1)):
                    outcome = self.chance.choice(task.outcomes)
                    await self._do(self._by(state, task, a.Correct, outcome=outcome, given=WHATEVER_IS_ASKED))

    async def decide(self, state: CaseState, task: TaskState) -> None:
        """Some outcome, with whatever it needs."""
        rules = await self.driver.rules_of(state.case_id)
        answers = answers_for(rules, {})
        day = to_shanghai(self.driver.clock.at(await present_of(self.driver))).date()
        processed = Measure(processed_on=day)
        drafted: Mapping[str, Any] = {
            "measure": Measure(entry_fields=EVERY_FIELD, entry_items=ITEMS, processed_on=day),
            "amends": Amendment(choices=answers, given=frozenset(answers)),
        }
        ways: Sequence[Mapping[str, Any]] = ({}, {"measure": processed}, {"limit": TEN_DAYS}, drafted)
        for outcome in self.chance.sample(task.outcomes, len(task.outcomes)):
            for way in ways:
                act = self._by(state, task, a.Decide, outcome=outcome, given=WHATEVER_IS_ASKED, **way)
                if await self._do(act) == "accepted":
                    return

    def _supply(self, state: CaseState) -> a.Act:
        by = a.Actor(account=state.party)
        return a.Supply(id=self._id(), case_id=state.case_id, by=by, received_at=AT)

    def _urging(self, state: CaseState, task: TaskState) -> a.Act:
        role = self.chance.choice(["authority", "operator"])
        by = a.Actor(account=f"acc_{state.city}_{role}", body=state.bodies.get(role))
        roles = frozenset({"reviewer", "supervisor"})
        return a.Urge(id=self._id(), case_id=state.case_id, by=by, received_at=AT, task_id=task.task_id, roles=roles)

    def _by(self, state: CaseState, task: TaskState, kind: type[a.TaskAct], **more: Any) -> a.Act:
        by = a.Actor(account=f"acc_{task.body}_1", body=task.body)
        if task.body == APPLICANT:
            by = a.Actor(account=state.party)
        made = kind(id=self._id(), case_id=state.case_id, by=by, received_at=AT, task_id=task.task_id, **more)
        return made  # type: ignore[return-value]  # a member of the union Act, which mypy cannot see

    async def _do(self, act: a.Act) -> str:
        received = await self.driver.receive(act, {"reason": "for people only", "entry": ENTRY})
        return await self.driver.standing(received)

    def _id(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128)))

    def _sometimes(self, share: float) -> bool:
        return self.chance.random() < share

    async def _go_to(self, instant: datetime) -> None:
        self.driver.clock.shift = instant - await present_of(self.driver)

    async def _later(self, by: timedelta) -> bool:
        """Time goes on; False where that would be after the present."""
        self.driver.clock.shift += by
        return self.driver.clock.shift < timedelta()


async def present_of(driver: Driver) -> datetime:
    """PostgreSQL's clock."""
    async with driver.pool.acquire() as connection:
        return await present(connection)
