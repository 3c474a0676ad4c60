"""A field under fire: what is done at the same time while parts break, what the gate says meanwhile and afterwards, and
whether some order of the deeds explains it all."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Literal

from activities.engine.comparing import of_read_model
from activities.engine.reconciling import of_engine
from activities.gate.gate import Gate
from activities.record.pinned_rules import PinnedRules
from models.gate import ALLOWING, NOT_KNOWING, Question, Reason
from tests.breaking.catalogue import line_of_versions, outcomes_of_updates, were_reviewed
from tests.breaking.deeds import People
from tests.breaking.ground import Ground
from tests.breaking.people import ITEMS, LONG_AGO, TIME_MOVES_BY, Deed, Wish, patiently
from tests.breaking.seen import Seen, differ
from tests.breaking.worlds import Kept, Probe, World, distinct
from tests.driving import PATIENCE, ShiftedClock

IN_FORCE = """
select case_id, kind, data_items from restrictions where dataset_id = any($1) and ended_at is null
"""
LEFT_BEHIND = """
select case_id from restrictions join cases using (case_id)
where ended_at is null and closed_at is not null and kind <> 'withdrawal'
"""
ANSWERED = """
select case_id, closed_at is not null as is_closed, upheld, answered_at is not null as is_answered,
  (select count(*) from events where events.case_id = cases.case_id and type = 'ObjectorAnswered') as answers
from cases join objections using (case_id) where cases.dataset_id = any($1)
"""
ENDED = """
select r.case_id, r.outcome, g.case_id is not null as is_granted, g.ended, g.valid_until <= clock_timestamp() as is_past
from cases r left join grants g on g.granted_by = r.case_id
where r.procedure = 'access_request' and r.dataset_id = any($1)
"""
UNSETTLED = "select act_id || ' ' || kind from acts where state = 'received' or delivered_at is null"
ASKED = [frozenset[str](), *(frozenset({item}) for item in ITEMS), frozenset(ITEMS[:2])]
A_LONG_WHILE = 240.0
"""Seconds, on a machine that has much else to do."""
MOST_TOLD = 5
"""Differences of one look."""
Part = Literal["worker", "worker in a write", "Temporal", "PostgreSQL"]


class NotExplained(AssertionError):
    """No order of what was done explains what is seen."""


class Field(People):
    """People on two datasets, the machines below, and the gate."""

    def __init__(self, ground: Ground, gate: Gate, gate_clock: ShiftedClock, cities: tuple[str, str]) -> None:
        super().__init__(ground, gate_clock, cities)
        self.gate = gate
        self.worker_left = False
        self.broke = False
        """A part broke in the step before."""
        self.said: list[str] = []
        """What was done and answered so far, by which a failure can be read."""
        self.answers: Counter[str] = Counter()
        """How often what was answered, and how requests and grants ended."""
        self.reviewed: set[str] = set()
        """Published updates whose reviews were looked up."""

    async def do(self, wishes: Sequence[Wish], breaks: Part | None = None, delay: float = 0) -> None:
        """All at once, while a part breaks; returns when every caller has been answered and the gate agrees."""
        self.revive()
        for wish in wishes:
            if wish.kind == "publish":
                await self.come_to_the_last_word(wish)
        deeds = [deed for wish in wishes if (deed := await self.deed(wish))]
        await self.carry_out(deeds, breaks, delay)
        self.broke = breaks is not None

    async def carry_out(self, deeds: Sequence[Deed], breaks: Part | None = None, delay: float = 0) -> None:
        if not deeds and not breaks:
            return
        answers: dict[int, str] = {}
        finished = asyncio.Event()

        async def one(n: int) -> None:
            answers[n] = await patiently(deeds[n].do)

        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self.watch(answers, finished))
            people = (one(n) for n in range(len(deeds)))
            failures = await asyncio.gather(*people, self.break_down(breaks, delay), return_exceptions=True)
            finished.set()
        watched = watching.result()
        said = "; ".join(f"{deed.said} -> {answers.get(n, failures[n])}" for n, deed in enumerate(deeds))
        self.said.append(f"{time.monotonic():.1f} {said}{f' while {breaks} breaks' if breaks else ''}")
        self.answers.update(answers.values())
        for failure in filter(None, failures):
            raise failure
        after = {
            done: self.after(deeds, answers, done)
            for size in range(len(deeds) + 1)
            for done in map(frozenset, itertools.combinations(range(len(deeds)), size))
        }
        for probe, told_then, reason in watched:
            possible = [world for done, worlds in after.items() if told_then <= done for world in worlds]
            if reason in ALLOWING and not any(reason in world.verdict(probe) for world in possible):
                raise NotExplained(f"the gate allowed {probe}: {reason}")
        self.worlds = after[frozenset(range(len(deeds)))]
        if not self.worlds:
            raise NotExplained("no order explains these answers")
        await self.look()

    def after(self, deeds: Sequence[Deed], answers: Mapping[int, str], done: Iterable[int]) -> list[World]:
        """Every world that these deeds leave, in whatever order; what was coming comes between any two of them."""
        found: list[World] = []
        for order in itertools.permutations(done):
            worlds = [later for world in self.worlds for later in world.later()]
            for n in order:
                left = [then for world in worlds if (then := deeds[n].then(world, answers[n]))]
                worlds = distinct(later for world in left for later in world.later())
            found += worlds
        return distinct(world.told() for world in found)

    async def quietly(self, deed: Deed) -> str:
        """One deed beside which nothing happens; its answer."""
        answer = await patiently(deed.do)
        self.said.append(f"{time.monotonic():.1f} {deed.said} -> {answer}")
        self.answers[answer] += 1
        self.worlds = self.after([deed], {0: answer}, [0])
        if not self.worlds:
            raise NotExplained("nobody could have been told so")
        return answer

    @contextmanager
    def patience(self) -> Iterator[None]:
        """Who acts meanwhile waits for the answer, unless nobody can give one soon."""
        driver = self.driver
        before = driver.patience
        if not self.worker_left and not self.broke:
            driver.patience = PATIENCE
        try:
            yield
        finally:
            driver.patience = before

    async def walk(self, wish: Wish, *, long_ago: bool = False) -> None:
        """A request from its filing to the key, one deed after another; a grant of one day, if it was long ago."""
        with self.patience():
            driver = replace(self.driver, clock=ShiftedClock(-LONG_AGO)) if long_ago else None
            known = {it.case_id for it in self.requests}
            await self.carry_out([self.askers.ask_for(wish, driver)])
            for it in [it for it in self.requests if it.case_id not in known]:
                for _ in it.left:
                    if deed := await self.askers.advance(it, wish._replace(which=1), driver):
                        await self.carry_out([deed])
                if deed := await self.askers.on_grant(it, Wish("get key")):
                    await self.carry_out([deed])

    async def come_to_the_last_word(self, wish: Wish) -> None:
        """The update of a dataset that goes first, or a new one, is drafted and everybody finds for it, as far as the
        machines let them."""
        wish = waiting_for_answers(wish)
        with self.patience():
            if await self.officers.first_in_turn(wish) is None:
                await self.quietly(await self.officers.begin(wish))
            while it := await self.officers.first_in_turn(wish):
                if await self.officers.is_at_its_last_word(it):
                    break
                deed = await self.officers.carry_on(it, wish)
                if deed is None or await self.quietly(deed) != "accepted":
                    break

    async def end_all_updates(self) -> None:
        """Every update is published or, where an objection keeps it from that, returned and given up; in its turn."""
        with self.patience():
            for which, dataset in enumerate(self.datasets):
                wish = waiting_for_answers(Wish("publish", which, flag=True))
                outcome = None
                while any(it.dataset == dataset and it.stands in ("open", "coming") for it in self.updates):
                    it = await self.officers.first_in_turn(wish)
                    if it is None:
                        await self.hand_over_updates(dataset)
                        continue
                    deed = await self.officers.carry_on(it, wish, outcome)
                    assert deed
                    answer = await self.quietly(deed)
                    after = {"return": "abandon", "refer": "end"}.get(outcome or "")
                    outcome = {"DataIsRestricted": "return", "ClassIsSettled": "refer"}.get(answer, after)

    def ends(self) -> Iterator[str]:
        """How each request and each grant ended, and of which class each version is that an update made."""
        world = self.worlds[0]
        yield from (f"request {it.told}" for it in world.requests.values())
        yield from (f"grant {it.ended}" for it in world.requests.values() if it.ended)
        yield from (f"version {each.entry.openness}" for line in world.catalogue.values() for each in line[1:])

    async def hand_over_updates(self, dataset: str) -> None:
        """What updates were told by others is worked off, as the API sees to after an act; or else in a while."""
        for it in self.updates:
            if it.dataset == dataset and it.stands == "open":
                await self.driver.engine.hand_over(it.case_id, self.driver.patience)
        if await self.officers.first_in_turn(Wish("publish", self.datasets.index(dataset))) is None:
            await self.settle()

    # What breaks

    async def break_down(self, part: Part | None, delay: float) -> None:
        ground = self.ground
        await asyncio.sleep(delay if part else 0)
        match part:
            case "worker":
                ground.kill_worker()
                if not self.worker_left:
                    ground.start_worker()
            case "worker in a write":
                ground.die.touch()
            case "Temporal":
                await asyncio.to_thread(ground.restart_temporal)
            case "PostgreSQL":
                await asyncio.to_thread(ground.restart_postgres)
            case None:
                pass

    def revive(self) -> None:
        if not self.worker_left:
            self.ground.revive()

    async def supervise(self) -> None:
        """A worker that dies is started again, unless it left."""
        while True:
            self.revive()
            await asyncio.sleep(0.2)

    def let_the_worker_leave(self) -> None:
        self.said.append("the worker leaves")
        self.ground.kill_worker()
        self.worker_left = True

    def let_time_pass(self) -> None:
        self.said.append("days pass at the gate")
        self.gate_clock.shift += TIME_MOVES_BY
        self.worlds = [replace(world, shift=self.shift) for world in self.worlds]

    # What is seen

    async def ask(self, probe: Probe) -> Reason:
        key = None if probe.key is None else hashlib.sha256(probe.key.encode()).hexdigest()
        reason = await self.gate.ask(
            Question(probe.dataset, tuple(sorted(probe.items)), mode="api" if key else None, key_digest=key)
        )
        self.answers[reason] += 1
        return reason

    def probes(self) -> list[Probe]:
        """Everybody with every key, for all and for each item."""
        keys: list[tuple[str | None, str | None]] = [(None, None)]
        keys += [(it.case_id, each.key) for it in self.requests for each in it.keys[-2:]]
        return [Probe(dataset, items, *key) for dataset in self.datasets for items in ASKED for key in keys]

    async def watch(
        self, answers: dict[int, str], finished: asyncio.Event
    ) -> list[tuple[Probe, frozenset[int], Reason]]:
        """The gate is asked without pause; what it said, and which deeds had been answered before it was asked."""
        watched: list[tuple[Probe, frozenset[int], Reason]] = []
        probes = itertools.cycle(self.probes())
        while not finished.is_set():
            told_then = frozenset(answers)
            some = list(itertools.islice(probes, 10))
            reasons = await asyncio.gather(*map(self.ask, some))
            watched += zip(some, itertools.repeat(told_then), reasons)
            await asyncio.sleep(0.002)
        return watched

    async def look(self, settled: bool = False) -> None:
        """The record and the gate agree with some world; others are given up. Raises NotExplained."""
        seen = await patiently(lambda: self.see(settled))
        differences = [list(differ(world, seen)) for world in self.worlds]
        if all(differences):
            least = min(differences, key=len)
            raise NotExplained("\n".join(least[:MOST_TOLD]))
        self.worlds = [world for world, found in zip(self.worlds, differences, strict=True) if not found]

    async def see(self, settled: bool) -> Seen:
        """What is seen between two publications."""
        while True:
            catalogue = await line_of_versions(self.driver.pool, self.datasets)
            seen = await self.see_once(settled)
            if catalogue == await line_of_versions(self.driver.pool, self.datasets):
                return {"catalogue": catalogue, **seen}

    async def see_once(self, settled: bool) -> Seen:
        pool, datasets = self.driver.pool, self.datasets
        left_behind = await pool.fetch(LEFT_BEHIND)
        assert not left_behind, f"a closed case keeps data back: {[dict(row) for row in left_behind]}"
        kept = {
            row["case_id"]: Kept(row["kind"], frozenset(row["data_items"]))
            for row in await pool.fetch(IN_FORCE, datasets)
        }
        answered = {row["case_id"]: row for row in await pool.fetch(ANSWERED, datasets)}
        for row in answered.values():
            assert row["answers"] <= 1 and row["is_answered"] == bool(row["answers"]), dict(row)
            assert row["answers"] == 1 or not row["is_closed"], f"closed without an answer: {dict(row)}"
        probes = self.probes()
        while True:
            reasons = await asyncio.gather(*map(self.ask, probes))
            if not NOT_KNOWING.intersection(reasons):
                break
            await asyncio.sleep(0.05)
        ended = {row["case_id"]: row for row in await pool.fetch(ENDED, datasets)} if settled else {}
        told = list(zip(probes, reasons, strict=True))
        updates = await outcomes_of_updates(pool, datasets) if settled else {}
        return {"kept": kept, "answered": answered, "told": told, "ended": ended, "updates": updates}

    async def settle(self) -> None:
        """Everything is back, everything is worked off: log, read model, engine, gate and bookkeeping say the same."""
        self.ground.die.unlink(missing_ok=True)
        self.worker_left = False
        self.revive()
        await self.ground.settled(A_LONG_WHILE)
        unsettled = await self.driver.pool.fetch(UNSETTLED)
        assert not unsettled, unsettled
        await self.ground.until(self.nothing_past_is_open, "grants that are past their day have expired", A_LONG_WHILE)
        await self.resolve()
        self.said.append("everything settles")
        await self.look(settled=True)
        published = [it for it in self.updates if it.stands == "published" and it.case_id not in self.reviewed]
        await were_reviewed(self.driver, published)
        self.reviewed |= {it.case_id for it in published}
        await self.ground.until(self.agrees, "log, read model and engine agree", A_LONG_WHILE)

    async def nothing_past_is_open(self) -> bool:
        query = "select exists (select from grants where ended is null and valid_until <= clock_timestamp())"
        return not await self.driver.pool.fetchval(query)

    async def resolve(self) -> None:
        """What callers were not told at once they are told now."""
        acts = [act for world in self.worlds for it in world.requests.values() for act in it.doubtful]
        rows = await self.driver.pool.fetch("select act_id, state from acts where act_id = any($1)", acts)
        refused = {row["act_id"] for row in rows if row["state"] == "refused"}
        for n, world in enumerate(map(partial(World.told, of_all=True), self.worlds)):
            requests = {
                case_id: replace(
                    it,
                    keys=tuple(key for key in it.keys if key.act not in refused),
                    doubtful=frozenset(),
                    is_told_ended=it.ended is not None,
                )
                for case_id, it in world.requests.items()
            }
            self.worlds[n] = replace(world, requests=requests)
        self.worlds = distinct(self.worlds)

    async def agrees(self) -> bool:
        return not await self.disagreements()

    async def disagreements(self) -> list[str]:
        found = []
        cases = await self.driver.pool.fetch("select case_id from cases where dataset_id = any($1)", self.datasets)
        for row in cases:
            state = await self.driver.state(row["case_id"])
            async with self.driver.pool.acquire() as connection:
                rules = await PinnedRules().of(connection, state.rules_digest)
                found += await of_read_model(connection, rules, state)
                found += await of_engine(connection, self.driver.temporal, state)
        return found


def waiting_for_answers(wish: Wish) -> Wish:
    """For the same dataset, of what goes on by itself and is handed over at once."""
    return wish._replace(which=2 - wish.which % 2, flag=True)
