"""Callers of the service: an account with a token, over HTTP without a socket."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from activities.settings import Settings
from api.http.tokens import issue, secret_in, signing_key
from cli.token import VALID_FOR
from rules.sample_catalogue import accounts

BASE = "http://kaifang.test"
"""As callers inside the network reach it: no answer names it."""
PUBLIC = "https://open.example"
"""As the service speaks of itself."""
STATED: Mapping[str, str] = {
    "purpose": "Planning of bus lanes",
    "scenario": "A model of traffic by hour",
    "safeguards": "Kept on one encrypted machine",
    "use": "general",
}
"""Enough for every city's form, but for the items."""


@dataclass
class Caller:
    """Somebody who calls, in English unless told otherwise."""

    http: httpx.AsyncClient
    token: str | None

    def headers(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        known = {"Accept-Language": "en"}
        if self.token:
            known["Authorization"] = f"Bearer {self.token}"
        return known | dict(more or {})

    async def get(self, path: str, headers: Mapping[str, str] | None = None, **params: Any) -> httpx.Response:
        return await self.http.get(path, params=params or None, headers=self.headers(headers))

    async def read(self, path: str, **params: Any) -> Any:
        """The answer, which is 200."""
        answer = await self.get(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(
        self, path: str, body: Any = None, key: str | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        keyed = {"Idempotency-Key": key} if key else {}
        return await self.http.post(path, json=body, headers=self.headers(keyed | dict(headers or {})))

    async def do(self, path: str, body: Any = None, key: str | None = None) -> Any:
        """The answer to an act that is accepted."""
        answer = await self.post(path, body, key)
        assert answer.status_code == 200, answer.text
        assert answer.json()["state"] == "accepted"
        return answer.json()

    async def digest(self, case_id: str, **stated: Any) -> str:
        """Of the agreement as it would be with this."""
        answer = await self.post(f"/v1/cases/{case_id}/agreement", stated)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["digest"])

    async def sign(self, case_id: str, key: str | None = None, **stated: Any) -> Any:
        """The answer to the signature of the agreement as it stands, with this."""
        said = stated | {"digest": await self.digest(case_id, **stated)}
        return await self.do(f"/v1/cases/{case_id}/signature", said, key)

    async def file(self, city: str, key: str | None = None, **fields: Any) -> Any:
        """The case of a request for the city's first conditional dataset of its transport or health department."""
        answer = await self.post("/v1/access-requests", await self.form(city, **fields), key or str(uuid.uuid4()))
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def form(self, city: str, **fields: Any) -> dict[str, Any]:
        """A request that every city's law would receive; a field given as None is left out."""
        dataset = await self.conditional_dataset(city)
        filled = {"city": city, "dataset_id": dataset["dataset_id"], **STATED}
        filled["data_items"] = [dataset["items"][0]["item"], dataset["items"][1]["item"]]
        return {name: value for name, value in (filled | fields).items() if value is not None}

    async def conditional_dataset(self, city: str) -> Any:
        found = await self.read(
            "/v1/datasets", city=city, provider=f"{city}.transport", openness="conditional", limit=1
        )
        return found["items"][0]


@dataclass
class Service:
    """The running service, and whoever calls it."""

    http: httpx.AsyncClient
    app: FastAPI
    settings: Settings

    def as_(self, login: str) -> Caller:
        """A demo account with its token."""
        account = next(each for each in accounts() if each.login == login)
        key = signing_key(self.settings.signing_key_file)
        return Caller(self.http, issue(key, account.account_id, VALID_FOR))

    def nobody(self) -> Caller:
        return Caller(self.http, None)

    async def figures(self, **of: str) -> str:
        """What Prometheus reads."""
        headers = {"Authorization": f"Bearer {secret_in(self.settings.metrics_secret_file)}"}
        answer = await self.http.get("/metrics", headers=headers, params=of)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def decide(self, case: Any, stage: str, outcome: str, **said: Any) -> Any:
        """A reviewer of the task's body decides the open task of that stage; the case as it stands then. A signature
        states conditions, unless it is said otherwise."""
        task = open_task(case, stage)
        said = {"conditions": "No copy leaves the machine", **said} if outcome == "sign" else said
        officer = self.as_(f"reviewer@{task['body']}")
        if outcome == "sign" and "digest" not in said:
            said = said | {"digest": await officer.digest(case["case_id"], **said)}
        answered = await officer.do(f"/v1/tasks/{task['task_id']}/decision", {"outcome": outcome, **said})
        return answered["case"]


def open_task(case: Any, stage: str) -> Any:
    """The open task of a stage."""
    return next(t for t in case["tasks"] if t["stage"] == stage and t["state"] in ("open", "claimed"))


def open_stages(case: Any) -> list[str]:
    return sorted(t["stage"] for t in case["tasks"] if t["state"] in ("open", "claimed"))


@asynccontextmanager
async def serving(app: FastAPI, settings: Settings) -> AsyncIterator[Service]:
    """The application with its lifespan around it. What it fails at is answered with 500, as over a socket."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=BASE, timeout=60, trust_env=False) as http,
    ):
        yield Service(http, app, settings)
