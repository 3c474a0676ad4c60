"""API, worker, Temporal and PostgreSQL are killed in turn in the middle of many running cases, over HTTP: of two
hundred in the long form, and in the short one of so many that sixteen at once are under way at each kill."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest

from activities.engine.reconciling import Difference, reconcile
from api.http.tokens import issue, signing_key
from models import events as e
from rules.sample_catalogue import accounts
from tests.breaking.ground import Ground, ground

LONG = bool(os.environ.get("KAIFANG_LONG"))
CASES = 200 if LONG else 40
AT_ONCE = 16
ACTS_OF_A_CASE = 6
LAST_KILL = (CASES - AT_ONCE) * ACTS_OF_A_CASE
"""Acts of which callers are told in the end that they were accepted: then those are left that so many cases have."""
BETWEEN_KILLS = LAST_KILL // (20 if LONG else 4)
"""Such acts."""
A_WHILE = timedelta(hours=1)
AGREED = {"conditions": "No copy leaves the machine", "scenario": "A model of traffic by hour"}
"""What the provider states in what it signs."""
IDS = {account.login: account.account_id for account in accounts()}

Json = dict[str, Any]


@dataclass
class Callers:
    """Applicants and officers who do not give up: the same call with the same key until it is answered."""

    http: httpx.AsyncClient
    tokens: dict[str, str]
    told: dict[str, str] = field(default_factory=dict)
    """What they were told in the end, by act id."""
    milestones: asyncio.Queue[bool] = field(default_factory=asyncio.Queue)
    """True each time they were told of so many more; False when there is nothing more to do."""

    async def call(self, login: str, method: str, path: str, key: str | None = None, body: Json | None = None) -> Json:
        headers = {"Authorization": f"Bearer {self.tokens[login]}", "Accept-Language": "en"}
        if key:
            headers["Idempotency-Key"] = key
        while True:
            try:
                response = await self.http.request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                await asyncio.sleep(0.2)
                continue
            if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                await asyncio.sleep(0.2)
                continue
            answer: Json = response.json()
            assert response.status_code < httpx.codes.BAD_REQUEST, answer
            return answer

    async def act(self, login: str, path: str, key: str, body: Json) -> None:
        """Acts, and asks until the answer is final."""
        answer = await self.call(login, "POST", path, key, body)
        while answer["state"] == "received":
            await asyncio.sleep(0.1)
            answer = await self.call(login, "GET", f"/v1/acts/{answer['act_id']}")
        self.told[answer["act_id"]] = answer["state"]
        if len(self.told) % BETWEEN_KILLS == 0 and len(self.told) <= LAST_KILL:
            self.milestones.put_nowait(True)

    async def walk(self, name: str) -> str:
        """One request from filing to grant; the id of the case."""
        filing = {"city": "nanning", "dataset_id": self.dataset, "purpose": name, "data_items": [self.item]}
        case = await self.call("applicant@demo", "POST", "/v1/access-requests", name, filing)
        path = f"/v1/cases/{case['case_id']}"
        while case["status"] == "open":
            for task in case["tasks"]:
                if task["state"] == "open":
                    await self.decide(path, task)
            case = await self.call("applicant@demo", "GET", path)
        return str(case["case_id"])

    async def decide(self, case: str, task: Json) -> None:
        outcome = task["outcomes"][0]["outcome"]
        if task["body"] == "applicant":
            signed = await self.call("applicant@demo", "GET", f"{case}/agreement")
            await self.act("applicant@demo", f"{case}/signature", task["task_id"], {"digest": signed["digest"]})
            return
        officer, path = f"reviewer@{task['body']}", f"/v1/tasks/{task['task_id']}"
        if task["stage"] == "provider_review":
            await self.act(officer, f"{path}/claim", f"claim-{task['task_id']}", {})
        stated: Json = {}
        if outcome == "sign":
            draft = await self.call(officer, "POST", f"{case}/agreement", f"read-{task['task_id']}", AGREED)
            stated = AGREED | {"digest": draft["digest"]}
        await self.act(officer, f"{path}/decision", task["task_id"], {"outcome": outcome, **stated})

    async def look_up(self) -> None:
        """A conditional dataset of Nanning, and one of its items."""
        query = "/v1/datasets?city=nanning&openness=conditional"
        dataset = (await self.call("applicant@demo", "GET", query))["items"][0]
        self.dataset, self.item = dataset["dataset_id"], dataset["items"][0]["item"]


@pytest.mark.timeout(600)
async def test_cases_lose_and_double_nothing_while_every_part_is_killed_in_turn() -> None:
    async with ground() as broken:
        url = broken.start_api()
        key = signing_key(broken.home / "signing-key.pem")
        tokens = {login: issue(key, account, A_WHILE) for login, account in IDS.items()}
        async with httpx.AsyncClient(base_url=url, timeout=15, trust_env=False) as http, asyncio.TaskGroup() as group:
            callers = Callers(http, tokens)
            await callers.look_up()
            killing = group.create_task(kill_in_turn(broken, callers))
            cases = await many(callers.walk, [f"request-{number}" for number in range(CASES)])
            callers.milestones.put_nowait(False)
            kills = await killing
        await broken.settled()

        assert len(set(cases)) == CASES
        assert set(kills) == {"API", "worker", "Temporal", "PostgreSQL"}, "each was killed while cases ran"
        assert set(callers.told.values()) == {"accepted"}
        driver = broken.driver
        for case_id in cases:
            log = await driver.events(case_id)
            acts = [event.act for event in log if event.act and not isinstance(event, e.Filed)]
            assert len(acts) == len(set(acts)) == ACTS_OF_A_CASE, "five decisions and a claim, each once"
            assert all(callers.told[act] == "accepted" for act in acts)
            assert [event.type for event in log][-2:] == ["Granted", "Closed"]
        assert await driver.pool.fetchval("select count(*) from cases where procedure = 'access_request'") == CASES
        assert await driver.pool.fetchval("select count(*) from grants") == CASES

        differences: list[Difference] = []

        async def all_agree() -> bool:
            differences[:] = [difference async for difference in reconcile(driver.pool, await broken.client())]
            return not differences

        try:
            await broken.until(all_agree, "log, read model and engine agree")
        except AssertionError as failure:
            failure.add_note("\n".join(map(str, differences[:10])))
            raise


async def many(walk: Callable[[str], Awaitable[str]], names: list[str]) -> list[str]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> str:
        async with places:
            return await walk(name)

    async with asyncio.TaskGroup() as group:
        walks = [group.create_task(one(name)) for name in names]
    return [walk.result() for walk in walks]


async def kill_in_turn(broken: Ground, callers: Callers) -> Counter[str]:
    """Kills one part after another, as a power cut would, and starts it again; how often each.

    It goes by what callers have been told and not by the time, so that each part is killed in the middle, on a fast
    machine and on a slow one: once in the short form, four times and more in the long one.
    """

    def api() -> None:
        assert broken.api
        broken.api.kill()
        broken.start_api()

    def worker() -> None:
        broken.kill_worker()
        broken.start_worker()

    parts = {"API": api, "worker": worker, "Temporal": broken.restart_temporal, "PostgreSQL": broken.restart_postgres}
    kills: Counter[str] = Counter()
    in_turn = itertools.cycle(parts)
    while await callers.milestones.get():
        name = next(in_turn)
        await asyncio.to_thread(parts[name])
        kills[name] += 1
    return kills
