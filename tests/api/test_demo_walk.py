"""The demonstration, walked in-process to the end of each procedure in each city by that city's law."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from cli.demo_catalogue import demand_data, update_the_catalogue
from cli.demo_objections import object_to_data
from cli.demo_parties import Parties
from cli.demo_quality import have_data_checked
from cli.demo_rectification import rectify
from cli.demo_requests import NothingServed, served_item, walk
from cli.demo_roles import OFFICER, appoint
from cli.demo_use import report_use
from rules.loading import cities, load_pack
from tests.api.calling import Service
from tests.api.gate import restrict
from tests.api.objecting import filed, upload
from tests.five_cities import FIVE_CITIES


class InProcess(Parties):
    """The parties of the demonstration, who call the service of a test."""

    def __init__(self, service: Service, loop: asyncio.AbstractEventLoop) -> None:
        self._service = service
        self._loop = loop

    def try_to(self, login: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        return asyncio.run_coroutine_threadsafe(self._call(login, method, path, body), self._loop).result()

    def ask(self, login: str, path: str) -> Any:
        return asyncio.run_coroutine_threadsafe(self._ask(login, path), self._loop).result()

    def upload(self, login: str, name: str, text: str) -> str:
        caller = self._service.as_(login)
        return asyncio.run_coroutine_threadsafe(upload(caller, text), self._loop).result()

    async def _ask(self, login: str, path: str) -> Any:
        caller = self._service.as_(login)
        answer = await caller.http.get(path, headers=caller.headers({}))
        return answer.json() if answer.is_success else None

    async def _call(self, login: str, method: str, path: str, body: Any) -> tuple[int, Any]:
        caller = self._service.as_(login)
        keyed = {"Idempotency-Key": str(uuid.uuid4())}
        answer = await caller.http.request(method, path, json=body, headers=caller.headers(keyed))
        return answer.status_code, answer.json()


@pytest.mark.parametrize("city", cities())
async def test_the_demonstration_walks_each_procedure_of_a_city_to_its_end(working: Service, city: str) -> None:
    parties = InProcess(working, asyncio.get_running_loop())
    walks: dict[str, Callable[[Parties, str], tuple[Any, ...] | None]] = {
        "access_request": walk,
        "objection": object_to_data,
        "catalogue_update": update_the_catalogue,
        "demand": demand_data,
        "quality_check": have_data_checked,
        "use_report": report_use,
        "rectification": rectify,
    }

    walked = {name: await asyncio.to_thread(walks[name], parties, city) for name in walks}

    cases = {name: found[0] for name, found in walked.items() if found}
    assert set(cases) == set(walks) & set(load_pack(city).procedures)
    assert {name: case["status"] for name, case in cases.items()} == dict.fromkeys(cases, "closed")
    assert cases["access_request"]["outcome"] == "granted"


@pytest.mark.parametrize("city", FIVE_CITIES)
async def test_the_demonstration_answers_an_objection_and_leaves_the_data_served(working: Service, city: str) -> None:
    parties = InProcess(working, asyncio.get_running_loop())

    case, decided, data = await asyncio.to_thread(object_to_data, parties, city)

    assert case["status"] == "closed"
    assert case["answer"]["text"]
    assert decided
    assert (data[0], data[-1]) == ("hold", None)


@pytest.mark.parametrize("city", FIVE_CITIES)
async def test_the_demonstration_has_a_breach_rectified_and_the_rectification_accepted(
    working: Service, city: str
) -> None:
    parties = InProcess(working, asyncio.get_running_loop())

    walked = await asyncio.to_thread(rectify, parties, city)

    assert walked
    case, decided = walked
    assert (case["status"], case["outcome"]) == ("closed", "remedied")
    assert [task["stage"] for task in decided] == ["order", "remedy", "acceptance"]


async def test_the_demonstration_takes_served_data_and_says_what_holds_the_rest(
    working: Service,
) -> None:
    parties = InProcess(working, asyncio.get_running_loop())
    objector = working.as_("objector@demo")
    first, item = await asyncio.to_thread(served_item, parties, "yulin", "conditional")
    await filed(objector, "yulin", dataset_id=first["dataset_id"], data_items=[item])

    case, _ = await asyncio.to_thread(walk, parties, "yulin")

    assert case["outcome"] == "granted"
    assert item not in case["granted"]["data_items"] or case["dataset_id"] != first["dataset_id"]
    every = (await working.nobody().read("/v1/datasets", city="yulin", openness="conditional", limit=100))["items"]
    pool = working.app.state.runtime.pool
    for each in every:
        await restrict(pool, "suspension", dataset_id=each["dataset_id"])
    with pytest.raises(NothingServed) as told:
        await asyncio.to_thread(walk, parties, "yulin")
    assert "yulin: no conditional dataset can be served now" in str(told.value)
    assert all(each["dataset_id"] in str(told.value) for each in every[:20])


async def test_the_demonstration_shows_that_a_role_needs_two_administrators(working: Service) -> None:
    """And can be shown again."""
    parties = InProcess(working, asyncio.get_running_loop())

    for _ in range(2):
        refused, recorded = await asyncio.to_thread(appoint, parties)

        assert [each["code"] for each in refused["errors"]] == ["own_proposal"]
        assert [(each["what"], each["by_account"], each["details"]["roles"]) for each in recorded] == [
            ("roles_proposed", "admin@kaifang", ["supervisor"]),
            ("roles_confirmed", "admin2@kaifang", ["supervisor"]),
            ("roles_withdrawn", "admin@kaifang", ["supervisor"]),
        ]
    accounts = await working.as_("admin@kaifang").read("/v1/accounts", limit=200)
    officer = next(each for each in accounts["items"] if each["login"] == OFFICER)
    assert officer["roles"] == ["reviewer"]
