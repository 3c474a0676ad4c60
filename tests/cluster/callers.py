"""Applicants and officers of all five cities who call two APIs in turn and do not give up, and the ledger of what they
were answered."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from api.http.tokens import issue, signing_key
from rules.pinned import APPLICANT
from rules.sample_catalogue import accounts

WORDS = "said in a test"
AT_ONCE = 16
A_WHILE = timedelta(hours=2)
WANTED = {"access_mode": "api", "use": "general"}
STATED = {"conditions": WORDS, "scenario": WORDS}
NEEDED = {"reason": WORDS, "basis": WORDS, "tender_reference": WORDS, **STATED}
IDS = {account.login: account.account_id for account in accounts()}
USER = "applicant@demo"
PAUSE = 0.2
"""Seconds after which a caller who got no answer calls again."""

Json = dict[str, Any]


@dataclass
class Ledger:
    """What callers were answered: each filing with its case, each act with what became of it."""

    filed: dict[str, str] = field(default_factory=dict)
    """The case that each Idempotency-Key of a filing led to."""
    received: set[str] = field(default_factory=set)
    """Acts that were answered with success, 200 or 202."""
    told: dict[str, str] = field(default_factory=dict)
    """What the callers of acts heard in the end."""
    granted: list[str] = field(default_factory=list)
    """Requests whose applicant saw them granted."""
    gate: list[str] = field(default_factory=list)
    """Wrong answers of the gate."""
    asked: int = 0
    """How often the gate was asked."""
    answered_at: list[float] = field(default_factory=list)
    """When calls that change something were answered with success, by the monotonic clock."""
    seconds: list[float] = field(default_factory=list)
    """How long each took, with all the calls that were made in vain before."""

    more: asyncio.Condition = field(default_factory=asyncio.Condition)
    """Told of each answer to a call that changes something."""

    async def answered(self, times: int) -> None:
        """Returns when so many more calls that change something have been answered."""
        wanted = len(self.answered_at) + times
        async with self.more:
            await self.more.wait_for(lambda: len(self.answered_at) >= wanted)

    async def note(self, begun: float) -> None:
        """A call that changes something has been answered."""
        now = time.monotonic()
        self.answered_at.append(now)
        self.seconds.append(now - begun)
        async with self.more:
            self.more.notify_all()

    def longest_silence(self) -> float:
        """Seconds between two answers to calls that change something."""
        return max((after - before for before, after in itertools.pairwise(sorted(self.answered_at))), default=0.0)

    def percentile(self, share: float) -> float:
        """Seconds within which this share of the calls that change something were answered."""
        return sorted(self.seconds)[int(share * (len(self.seconds) - 1))]


class Callers:
    """Everybody who takes part. `tokens` are signed by the key of one data folder, and good at every API."""

    def __init__(self, apis: list[httpx.AsyncClient], key_file: Path) -> None:
        key = signing_key(key_file)
        self.ledger = Ledger()
        self._apis = apis
        self._turn = itertools.count()
        self._tokens = {login: issue(key, account, A_WHILE) for login, account in IDS.items()}
        self._wanted: dict[str, Json] = {}

    async def call(self, login: str, method: str, path: str, key: str | None = None, body: Json | None = None) -> Json:
        """The answer, of whichever API gives one; where none does, the same call is made again."""
        headers = {"Authorization": f"Bearer {self._tokens[login]}", "Accept-Language": "en"}
        if key:
            headers["Idempotency-Key"] = key
        begun = time.monotonic()
        while True:
            try:
                response = await self._next_api().request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                await asyncio.sleep(PAUSE)
                continue
            if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                await asyncio.sleep(PAUSE)
                continue
            answer: Json = response.json()
            assert response.is_success, f"{method} {path}: {answer}"
            if key:
                await self.ledger.note(begun)
            return answer

    async def file(self, city: str, key: str) -> Json:
        """A request for conditional data of the city."""
        wanted = self._wanted.get(city) or await self._look_up(city)
        case = await self.call(USER, "POST", "/v1/access-requests", key, wanted)
        self.ledger.filed[key] = case["case_id"]
        return case

    async def act(self, login: str, path: str, key: str, body: Json) -> Json:
        """Acts, and asks until the answer is final."""
        answer = await self.call(login, "POST", path, key, body)
        self.ledger.received.add(answer["act_id"])
        found = answer
        while found["state"] == "received":
            await asyncio.sleep(PAUSE)
            found = await self.call(login, "GET", f"/v1/acts/{answer['act_id']}")
        self.ledger.told[answer["act_id"]] = found["state"]
        return answer

    async def walk(self, city: str, name: str) -> Json:
        """A request from its filing to its end."""
        case = await self.file(city, name)
        while case["status"] == "open":
            for task in case["tasks"]:
                if task["state"] in ("open", "claimed"):
                    await self._decide(f"/v1/cases/{case['case_id']}", task)
            case = await self.call(USER, "GET", f"/v1/cases/{case['case_id']}")
        self.ledger.granted.append(case["case_id"])
        return case

    async def use(self, case: Json) -> None:
        """The grant is used at the gate with a key, and given back: from the answer on, no API lets anybody pass."""
        granted = case["granted"]
        grant = f"/v1/grants/{granted['access_case_id']}"
        access = await self.call(USER, "GET", f"/v1/cases/{granted['access_case_id']}")
        key: str | None = None
        tried = 0
        while key is None:  # an answer that was lost had the key in it, and it is shown once
            tried += 1
            key = (await self.act(USER, f"{grant}/key", f"key-{tried}-{granted['access_case_id']}", {}))["key"]
        question = {
            "dataset_id": access["dataset_id"],
            "items": granted["data_items"][0],
            "mode": granted["access_modes"][0],
        }
        await self._at_the_gate(key, question, served=True)
        await self.act(USER, f"{grant}/renunciation", f"back-{granted['access_case_id']}", {})
        await self._at_the_gate(key, question, served=False)

    def forget(self, filed: Iterable[str], acts: Iterable[str], granted: Iterable[str]) -> None:
        """These were answered, and are lost: nobody finds them in the record."""
        ledger = self.ledger
        for key in [key for key, case_id in ledger.filed.items() if case_id in set(filed)]:
            del ledger.filed[key]
        for act_id in acts:
            ledger.received.discard(act_id)
            ledger.told.pop(act_id, None)
        ledger.granted = [case_id for case_id in ledger.granted if case_id not in set(granted)]

    async def many(self, cities: Iterable[str], cases: int, prefix: str) -> None:
        """So many requests, sixteen at once, each city in its turn, to their grants and to the end of their use."""
        places = asyncio.Semaphore(AT_ONCE)

        async def one(city: str, name: str) -> None:
            async with places:
                await self.use(await self.walk(city, name))

        async with asyncio.TaskGroup() as group:
            for number, city in zip(range(cases), itertools.cycle(cities), strict=False):
                group.create_task(one(city, f"{prefix}-{number}"))

    async def until_told(self, enough: asyncio.Event, cities: Iterable[str], prefix: str, at_once: int) -> int:
        """So many at once have requests granted and use them, one after the other, until that is enough; the number of
        requests, each of which has come to its end."""
        turn = itertools.count()
        places = list(cities)

        async def one() -> None:
            while not enough.is_set():
                number = next(turn)
                await self.use(await self.walk(places[number % len(places)], f"{prefix}-{number}"))

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(one())
        return next(turn)

    async def _decide(self, case: str, task: Json) -> None:
        outcome = task["outcomes"][0]["outcome"]
        if task["body"] == APPLICANT:
            text = await self._agreement(USER, case)
            signed = {"digest": text["digest"]} if text else {}
            await self.act(USER, f"{case}/signature", f"sign-{task['task_id']}", signed)
            return
        officer, path = f"reviewer@{task['body']}", f"/v1/tasks/{task['task_id']}"
        stated: Json = dict(NEEDED)
        if outcome == "sign" and await self._agreement(officer, case):
            draft = await self.call(officer, "POST", f"{case}/agreement", f"read-{task['task_id']}", STATED)
            stated["digest"] = draft["digest"]
        await self.act(officer, f"{path}/decision", f"decide-{task['task_id']}", {"outcome": outcome, **stated})

    async def _agreement(self, login: str, case: str) -> Json | None:
        """The text that is signed, where the city has one."""
        headers = {"Authorization": f"Bearer {self._tokens[login]}"}
        while True:
            try:
                response = await self._next_api().get(f"{case}/agreement", headers=headers)
            except httpx.TransportError:
                await asyncio.sleep(PAUSE)
                continue
            if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                await asyncio.sleep(PAUSE)
                continue
            found: Json | None = response.json() if response.is_success else None
            return found

    async def _at_the_gate(self, key: str, question: Json, *, served: bool) -> None:
        """Every API is asked; one that cannot know, or is away, says no, which is never wrong after the end."""
        for api in self._apis:
            reason = await self._asked(api, key, question)
            self.ledger.asked += 1
            if served and reason in ("unavailable", "unknown", "nobody"):
                continue
            if (reason == "yes") != served:
                self.ledger.gate.append(f"{question}: {reason}, served {served}")

    async def _asked(self, api: httpx.AsyncClient, key: str, question: Json) -> str:
        try:
            response = await api.get("/v1/gate", params=question, headers={"X-Access-Key": key})
        except httpx.TransportError:
            return "nobody"
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return "unknown"
        return "yes" if response.is_success else str(response.headers["x-kaifang-reason"])

    async def _look_up(self, city: str) -> Json:
        """What is asked for in the city: one item of its first conditional dataset that is served."""
        query = f"/v1/datasets?city={city}&openness=conditional&served=true"
        dataset = (await self.call(USER, "GET", query))["items"][0]
        law = (await self.call(USER, "GET", f"/v1/rules/{city}?procedure=access_request"))["rules"]
        choices: Json = {}
        for choice, usual in WANTED.items():
            if choice in law["choices"]:
                known = [each["value"] for each in law["choices"][choice] if each.get("on_request", True)]
                choices[choice] = usual if usual in known else known[0]
        self._wanted[city] = {
            "city": city,
            "dataset_id": dataset["dataset_id"],
            "purpose": WORDS,
            "scenario": WORDS,
            "safeguards": WORDS,
            "data_items": [dataset["items"][0]["item"]],
            **choices,
        }
        return self._wanted[city]

    def _next_api(self) -> httpx.AsyncClient:
        return self._apis[next(self._turn) % len(self._apis)]


@asynccontextmanager
async def callers(urls: list[str], key_file: Path) -> AsyncIterator[Callers]:
    """Callers with a connection to each API, until the end of the block."""
    apis = [httpx.AsyncClient(base_url=url, timeout=15, trust_env=False) for url in urls]
    try:
        yield Callers(apis, key_file)
    finally:
        for api in apis:
            await api.aclose()
