"""What people do in a campaign: a wish becomes a deed on the real parts, which knows what its answer means."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypeVar

from temporalio.service import RPCError

from activities.calendar_record import RecordOfNotices
from activities.database import AWAY
from activities.publishing import publish
from activities.receipt_facts import DataIsWithdrawn
from models import acts as a
from models.course import access_case_id
from models.state import CaseState
from rules.calendar_notices import DaysOff, Notice
from rules.deadlines import to_shanghai
from rules.pinned import APPLICANT
from rules.seed_notices import read_scopes
from tests.breaking.ground import Ground
from tests.breaking.worlds import DOES, Key, Objection, Request, World
from tests.driving import AT, WHATEVER_IS_ASKED, Driver, ShiftedClock
from tests.walking import AGREED, BOTH_SIGN

ITEMS = ("name", "address", "phone")
GROUNDS = {
    "nanning": ("privacy", "trade_secret", "other_right"),
    "yulin": ("privacy", "trade_secret", "unlawful"),
    "guangzhou": ("privacy", "trade_secret", "quality"),
    "lianyungang": ("privacy", "trade_secret", "error"),
    "nanjing": ("privacy", "trade_secret", "other_right"),
}
OBJECTORS = 4
LONG_AGO = timedelta(days=3)
TIME_MOVES_BY = timedelta(days=3)
TOO_LATE = {"CaseClosed", "TaskAlreadyDecided", "TaskCancelled"}
"""What one is told who comes after another one, or after the data has been withdrawn."""
NOT_NOW = {"AnotherTaskFirst", "MeasureNotAllowed", "ProcessedBeforeTheRestriction"}
PROCESSED = {
    ("processing", "reopen"),
    ("verification", "process_and_reopen"),
    ("reopening", "reopen"),
    ("assessment", "reopen"),
    ("own_correction", "correct"),
    ("correction", "correct"),
}
"""Decisions that record on which day the data was processed."""
T = TypeVar("T")
Kind = Literal[
    "object", "give evidence", "take up again", "decide", "ask", "advance", "take back", "get key", "revoke",
    "renounce", "openness", "notice",
]  # fmt: skip
Part = Literal["worker", "worker in a write", "Temporal", "PostgreSQL"]


class Wish(NamedTuple):
    """What somebody would like to do; numbers choose among what there is."""

    kind: Kind
    which: int = 0
    how: int = 0
    items: tuple[str, ...] = ()
    flag: bool = False


@dataclass(frozen=True)
class Deed:
    """What is done, and which world its answer leaves of a world; None: nobody could have been told so there."""

    said: str
    do: Callable[[], Awaitable[str]]
    then: Callable[[World, str], World | None]


class People:
    """Those who object to two datasets of two cities, ask for them, decide and publish."""

    def __init__(self, ground: Ground, gate_clock: ShiftedClock, cities: tuple[str, str]) -> None:
        self.ground = ground
        self.gate_clock = gate_clock
        self.name = uuid.uuid4().hex[:8]
        self.applicant = a.Actor(account=f"acc_{self.name}_applicant")
        self.cities = {f"{city}-transport-{self.name}-{n}": city for n, city in enumerate(cities)}
        self.datasets = list(self.cities)
        self.worlds = [World(dict.fromkeys(self.datasets, "conditional"), shift=self.shift)]

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

    async def prepare(self) -> None:
        for dataset, city in self.cities.items():
            await self.driver.pool.execute(
                "insert into datasets (dataset_id, city, provider, openness, items, entry, sample) "
                "values ($1, $2, $3, 'conditional', $4, '{}', true)",
                dataset,
                city,
                f"{city}.transport",
                list(ITEMS),
            )

    # What people do

    async def deed(self, wish: Wish) -> Deed | None:
        """The deed that a wish comes to as things stand; None if there is nothing to do it to."""
        match wish.kind:
            case "object":
                return self.object_to(wish)
            case "ask":
                return self.ask_for(wish)
            case "openness":
                return self.change_openness(wish)
            case "notice":
                return self.publish_notice(wish)
            case "give evidence":
                return self.give_evidence(chosen(self.objections, wish.which), wish)
            case "take up again":
                return self.take_up_again(chosen(self.objections, wish.which))
            case "decide":
                return await self.decide(chosen([o for o in self.objections if o.is_open], wish.which), wish)
            case "advance":
                return await self.advance(chosen([r for r in self.requests if r.left], wish.which), wish)
            case "take back":
                return self.take_back(chosen([r for r in self.requests if r.can_be_granted], wish.which))
            case _:
                return await self.on_grant(chosen([r for r in self.requests if r.told == "granted"], wish.which), wish)

    def object_to(self, wish: Wish) -> Deed:
        dataset = chosen(self.datasets, wish.which)
        assert dataset
        city = self.cities[dataset]
        case_id, party = str(uuid.uuid4()), f"acc_{self.name}_{wish.how % OBJECTORS}"
        ground = GROUNDS[city][(wish.how // 2) % 3]
        leak = {"leak": ("reported", "none")[wish.how % 2]} if city == "guangzhou" else {}
        it = Objection(
            case_id,
            city,
            dataset,
            party,
            ground,
            frozenset(wish.items),
            evidence=wish.flag,
            leak=leak.get("leak") == "reported",
        )
        files: list[str] = []

        async def do() -> str:
            if wish.flag and not files:
                files.append(await self.driver.upload(party))
            await self.driver.file(
                city,
                procedure="objection",
                party=party,
                case_id=case_id,
                dataset_id=dataset,
                choices={"ground": ground, **leak},
                items=wish.items,
                given=("statement", *(("evidence",) if files else ())),
                evidence=files,
                content={"statement": "to be read by people only"},
                hand_over=wish.how % 2 == 0,
            )
            return "filed"

        def then(world: World, answer: str) -> World:
            return world.filed(it)

        said = f"{party} objects to {wish.items or 'all'} of {dataset}: {ground}, evidence {wish.flag} ({case_id})"
        return Deed(said, do, then)

    def give_evidence(self, it: Objection | None, wish: Wish) -> Deed | None:
        if it is None:
            return None
        act_id, files = str(uuid.uuid4()), list[str]()

        async def do() -> str:
            if not files:
                files.append(await self.driver.upload(it.party))
            act = a.SubmitEvidence(
                id=act_id, case_id=it.case_id, by=a.Actor(account=it.party), received_at=AT, evidence=(files[0],)
            )
            return await self.driver.do(act, hand_over=wish.flag)

        def then(world: World, answer: str) -> World | None:
            now = world.objections[it.case_id]
            if answer == "accepted":
                return world.given_evidence(it.case_id) if now.is_open else None
            assert answer == "CaseClosed", answer
            return None if now.is_open else world

        return Deed(f"{it.party} gives evidence in {it.case_id}", do, then)

    def take_up_again(self, it: Objection | None) -> Deed | None:
        """The provider asks anew whether to suspend, which by itself moves no data."""
        if it is None:
            return None
        body = f"{it.city}.transport"
        act = a.ReviewSuspension(
            id=str(uuid.uuid4()),
            case_id=it.case_id,
            by=a.Actor(account=f"acc_{body}_1", body=body),
            received_at=AT,
        )

        def then(world: World, answer: str) -> World | None:
            is_open = world.objections[it.case_id].is_open
            if answer == "CaseClosed":
                return None if is_open else world
            assert answer in ("accepted", "NothingToReview"), answer
            return world if is_open else None

        return Deed(f"{body} takes up {it.case_id} again", lambda: self.driver.do(act), then)

    async def decide(self, it: Objection | None, wish: Wish) -> Deed | None:
        if it is None or not (tasks := (await self.state(it.case_id)).open_tasks()):
            return None
        task = tasks[wish.how % len(tasks)]
        outcome = task.outcomes[(wish.how // len(tasks)) % len(task.outcomes)]
        does = DOES[it.city][task.stage, outcome]
        moves = does.data is not None and outcome != "process"  # what that does comes of the step that it leads to
        items = frozenset(wish.items) if moves and does.data != "served" and wish.items and wish.flag else None
        is_processed = (task.stage, outcome) in PROCESSED
        today = to_shanghai(await self.now()).date() if is_processed else None
        measure = a.Measure(data_items=None if items is None else tuple(sorted(items)), processed_on=today)
        act = a.Decide(
            id=str(uuid.uuid4()),
            case_id=it.case_id,
            by=self.driver.officer_of(task, "1"),
            received_at=AT,
            task_id=task.task_id,
            outcome=outcome,
            given=WHATEVER_IS_ASKED,
            measure=measure if moves or is_processed else None,
        )

        def then(world: World, answer: str) -> World | None:
            now = world.objections[it.case_id]
            if answer == "accepted":
                return world.decided(it.case_id, task.stage, outcome, items) if now.is_open else None
            assert answer in TOO_LATE | NOT_NOW, answer
            return world

        said = f"{act.by.account} decides {task.task_id}: {outcome} {sorted(items or ())}"
        return Deed(said, lambda: self.driver.do(act, hand_over=wish.which % 2 == 0), then)

    def ask_for(self, wish: Wish, driver: Driver | None = None) -> Deed:
        dataset = chosen(self.datasets, wish.which)
        assert dataset
        city = self.cities[dataset]
        narrowed = frozenset(list(wish.items or ITEMS)[:1]) if wish.how % 3 == 0 else frozenset(wish.items)
        it = Request(
            str(uuid.uuid4()),
            city,
            dataset,
            frozenset(wish.items),
            terms=narrowed,
            left=frozenset(stage for stage, _ in (*AGREED[city], *BOTH_SIGN)),
            valid_until_shift=self.shift if wish.flag and not driver else None,
            past=driver is not None,
        )

        async def do() -> str:
            try:
                await (driver or self.driver).file(
                    city,
                    party=self.applicant.account,
                    case_id=it.case_id,
                    dataset_id=dataset,
                    choices={"access_mode": "api", "use": "general"},
                    items=wish.items,
                    given=("purpose", "data_items", "scenario", "safeguards"),
                )
            except DataIsWithdrawn:
                return "DataIsWithdrawn"
            return "filed"

        def then(world: World, answer: str) -> World | None:
            is_gone = world.is_gone(dataset, it.items)
            if answer == "DataIsWithdrawn":
                return world if is_gone else None
            return None if is_gone else world.asked(it)

        said = f"request for {wish.items or 'all'} of {dataset}, terms {sorted(narrowed)}, short {wish.flag}"
        return Deed(f"{said} ({it.case_id})", do, then)

    async def advance(self, it: Request | None, wish: Wish, driver: Driver | None = None) -> Deed | None:
        """The next body agrees, or somebody signs."""
        if it is None or not (tasks := (await self.state(it.case_id)).open_tasks()):
            return None
        task = tasks[wish.how % len(tasks)]
        outcome = dict((*AGREED[it.city], *BOTH_SIGN))[task.stage]
        days = 1 if it.past else None if it.valid_until_shift is None else it.valid_until_shift + 1
        terms = a.GrantTerms(data_items=None if it.terms == it.items else tuple(sorted(it.terms)), valid_days=days)
        act = a.Decide(
            id=str(uuid.uuid4()),
            case_id=it.case_id,
            by=self.applicant if task.body == APPLICANT else self.driver.officer_of(task, "1"),
            received_at=AT,
            task_id=task.task_id,
            outcome=outcome,
            given=WHATEVER_IS_ASKED,
            terms=terms if task.stage == "provider_review" else None,
        )

        def then(world: World, answer: str) -> World | None:
            now = world.requests[it.case_id]
            if answer in ("accepted", "received"):
                if now.can_be_granted:
                    return world.asked(replace(now, left=now.left - {task.stage}))
                return world if answer == "received" or task.stage not in now.left else None
            assert answer in TOO_LATE, answer
            return world

        hand_over = driver is not None or wish.which % 3 > 0
        return Deed(f"{task.task_id}: {outcome}", lambda: (driver or self.driver).do(act, hand_over=hand_over), then)

    def take_back(self, it: Request | None) -> Deed | None:
        if it is None:
            return None
        act = a.Withdraw(
            id=str(uuid.uuid4()),
            case_id=it.case_id,
            by=self.applicant,
            received_at=AT,
        )

        def then(world: World, answer: str) -> World | None:
            now = world.requests[it.case_id]
            if answer in ("accepted", "received"):
                if now.can_be_granted:
                    return world.asked(replace(now, told="withdrawn"))
                return world if answer == "received" else None
            assert answer in TOO_LATE, answer
            return None if now.can_be_granted else world

        return Deed(f"request {it.case_id} is taken back", lambda: self.driver.do(act), then)

    async def on_grant(self, it: Request | None, wish: Wish) -> Deed | None:
        """The grantee gets a key or gives the grant back, or the provider ends it."""
        if it is None or not await self.is_granted(it.case_id):
            return None
        stated = {"id": str(uuid.uuid4()), "case_id": access_case_id(it.case_id), "received_at": AT}
        act: a.IssueKey | a.Revoke | a.Renounce
        key = "kf_" + secrets.token_urlsafe(32)
        if wish.kind == "get key":
            act = a.IssueKey(**stated, by=self.applicant, key_digest=hashlib.sha256(key.encode()).hexdigest())
        elif wish.kind == "revoke":
            body = f"{it.city}.transport"
            officer = a.Actor(account=f"acc_{body}_1", body=body)
            act = a.Revoke(**stated, by=officer, given=frozenset({"reason"}))
        else:
            act = a.Renounce(**stated, by=self.applicant)

        def then(world: World, answer: str) -> World | None:
            now = world.requests[it.case_id]
            if now.told != "granted":
                return None
            if answer in TOO_LATE:
                return world if now.ended or now.past else None
            assert answer in ("accepted", "received"), answer
            if wish.kind == "get key":
                doubtful = {*now.doubtful, act.id} if answer == "received" else now.doubtful
                keys = (*now.keys, Key(act.id, key))
                return world.asked(replace(now, keys=keys, doubtful=frozenset(doubtful)))
            if now.ended:
                return world if answer == "received" else None
            ended = "revoked" if wish.kind == "revoke" else "renounced"
            return world.asked(replace(now, ended=ended, is_told_ended=answer == "accepted"))

        return Deed(f"{wish.kind} of {act.case_id}", lambda: self.driver.do(act), then)

    def change_openness(self, wish: Wish) -> Deed:
        dataset = chosen(self.datasets, wish.which)
        assert dataset
        openness = ("conditional", "unconditional", "conditional", "closed", "conditional", "conditional")[wish.how % 6]

        async def do() -> str:
            await self.driver.pool.execute("update datasets set openness = $2 where dataset_id = $1", dataset, openness)
            return "done"

        return Deed(f"{dataset} becomes {openness}", do, lambda world, _: world.opened(dataset, openness))

    def publish_notice(self, wish: Wish) -> Deed:
        document = f"an invented notice {uuid.uuid4()}"

        async def do() -> str:
            now = await self.now()
            today = to_shanghai(now).date()
            day = today + timedelta(days=1 + wish.how)
            notice = Notice(
                scope="CN", document=document, published_on=today, recorded_at=now, days_off=(DaysOff(day, day),)
            )
            by = a.Actor(account="acc_admin")
            driver = self.driver
            await publish(driver.pool, driver.inbox, RecordOfNotices(read_scopes()), driver.clock, notice, by)
            return "published"

        return Deed("a holiday notice is published", do, lambda world, _: world)

    # What they look up

    async def now(self) -> datetime:
        now: datetime = await patiently(lambda: self.driver.pool.fetchval("select clock_timestamp()"))
        return now

    async def state(self, case_id: str) -> CaseState:
        return await patiently(lambda: self.driver.state(case_id))

    async def is_granted(self, case_id: str) -> bool:
        query = "select exists (select from grants where granted_by = $1)"
        granted: bool = await patiently(lambda: self.driver.pool.fetchval(query, case_id))
        return granted


def chosen(things: list[T], which: int) -> T | None:
    return things[which % len(things)] if things else None


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """As a caller that tries again, with the same ids, until it is answered."""
    while True:
        try:
            return await call()
        except (RPCError, *AWAY):
            await asyncio.sleep(0.05)
