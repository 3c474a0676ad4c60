"""The demonstration, walked in-process to the end of each procedure in each city by that city's law."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from cli.demo_bodies import have_account_opened, pass_on_contact
from cli.demo_catalogue import compile_for_a_county, demand_data, update_the_catalogue
from cli.demo_declarations import put_on_record
from cli.demo_delegation import have_access_delegated
from cli.demo_elsewhere import open_elsewhere
from cli.demo_misuse import find_misuse
from cli.demo_objections import object_to_data, take_back
from cli.demo_parties import Parties
from cli.demo_quality import have_data_checked
from cli.demo_ratings import rate_data, tell_and_answer
from cli.demo_rectification import rectify
from cli.demo_requests import NothingServed, refuse, served_item, walk
from cli.demo_roles import OFFICER, appoint
from cli.demo_sharing import share_data
from cli.demo_use import report_use
from cli.demo_years import answer_what_was_found, evaluate_the_year, file_the_plan, set_the_focus
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

    def _asked(self, gate: str, key: str, question: Any) -> str:
        asked = self._service.http.get(gate, params=question, headers={"X-Access-Key": key})
        answer = asyncio.run_coroutine_threadsafe(asked, self._loop).result()
        return "yes" if answer.is_success else str(answer.headers["x-kaifang-reason"])

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
        "opening_focus": set_the_focus,
        "opening_plan": file_the_plan,
        "evaluation": evaluate_the_year,
        "improvement": answer_what_was_found,
        "account_change": have_account_opened,
        "contact_change": pass_on_contact,
        "opening_elsewhere": open_elsewhere,
        "sharing_request": share_data,
    }

    walked = {name: await asyncio.to_thread(walks[name], parties, city) for name in walks}

    cases = {name: found[0] for name, found in walked.items() if found}
    assert set(cases) == set(walks) & set(load_pack(city).procedures)
    assert {name: case["status"] for name, case in cases.items()} == dict.fromkeys(cases, "closed")
    assert cases["access_request"]["outcome"] == "granted"
    if shared := walked["sharing_request"]:
        assert (shared[0]["outcome"], shared[2]) == ("granted", ["yes", "grant_of_sharing"])
    delegated = await asyncio.to_thread(have_access_delegated, parties, city, cases["access_request"])
    knows_delegation = load_pack(city).procedures["access_request"].delegation is not None
    assert (delegated["standing"] if delegated else None) == ("revoked" if knows_delegation else None)


async def test_the_demonstration_compiles_a_countys_catalogue(working: Service) -> None:
    parties = InProcess(working, asyncio.get_running_loop())

    compiled = await asyncio.to_thread(compile_for_a_county, parties, "nanning")

    assert compiled
    case, decided = compiled
    assert case["outcome"] == "published"
    assert [each["stage"] for each in decided][-2:] == ["county_compilation", "review"]
    of_yulin = await asyncio.to_thread(compile_for_a_county, parties, "yulin")
    assert of_yulin
    assert [each["stage"] for each in of_yulin[1]][-2:] == ["county_publication", "city_compilation"]
    of_nanjing = await asyncio.to_thread(compile_for_a_county, parties, "nanjing")
    assert of_nanjing
    assert of_nanjing[0]["outcome"] == "published"
    assert await asyncio.to_thread(compile_for_a_county, parties, "lianyungang") is None


@pytest.mark.parametrize("city", ["nanning", "yulin"])
async def test_the_demonstration_refuses_a_request_and_says_where_to_go(working: Service, city: str) -> None:
    parties = InProcess(working, asyncio.get_running_loop())

    case, decided = await asyncio.to_thread(refuse, parties, city)

    assert (case["outcome"], case["reasons"] != []) == ("refused", True)
    assert decided
    assert {each["remedy"] for each in case["remedies"]["ways"]} == {"reconsideration", "litigation"}


@pytest.mark.parametrize("city", ["guangzhou", "lianyungang"])
async def test_the_demonstration_takes_an_objection_back_and_the_data_is_served(service: Service, city: str) -> None:
    parties = InProcess(service, asyncio.get_running_loop())

    case, data = await asyncio.to_thread(take_back, parties, city)

    assert (case["status"], case["outcome"]) == ("closed", "withdrawn")
    assert data == ["hold" if city != "lianyungang" else None, None]


@pytest.mark.parametrize("city", ["nanning", "guangzhou"])
async def test_the_demonstration_closes_a_grant_and_an_appeal_opens_it_again(working: Service, city: str) -> None:
    parties = InProcess(working, asyncio.get_running_loop())

    misused = await asyncio.to_thread(find_misuse, parties, city)

    assert misused
    assert misused.case["outcome"] == "access_closed"
    if city == "nanning":
        assert (misused.gate, misused.public, misused.appeal) == (["yes", "grant_closed"], [], None)
        return
    assert misused.gate == ["yes", "grant_closed", "yes"]
    assert misused.appeal
    assert misused.appeal["outcome"] == "upheld"
    (public,) = misused.public
    assert public["rule"]["article"] == "30.1"
    assert "objector" not in str(public)


@pytest.mark.parametrize("city", FIVE_CITIES)
async def test_the_demonstration_answers_an_objection_and_leaves_the_data_served(working: Service, city: str) -> None:
    parties = InProcess(working, asyncio.get_running_loop())

    case, decided, data = await asyncio.to_thread(object_to_data, parties, city)

    assert case["status"] == "closed"
    assert case["answer"]["text"]
    assert decided
    assert (data[0], data[-1]) == ("hold", None)


async def test_the_demonstration_has_data_rated_and_revised_where_the_law_has_ratings(service: Service) -> None:
    parties = InProcess(service, asyncio.get_running_loop())

    rated = {city: await asyncio.to_thread(rate_data, parties, city) for city in ("nanning", "nanjing")}

    assert rated["nanjing"] is None
    assert rated["nanning"]
    (version,) = rated["nanning"]["versions"]
    assert (version["ratings"], version["dimensions"][0]["mean"], version["dimensions"][1]["mean"]) == (2, 3.0, 5.0)


async def test_the_demonstration_has_feedback_answered_where_the_law_has_any(service: Service) -> None:
    parties = InProcess(service, asyncio.get_running_loop())

    found = {city: await asyncio.to_thread(tell_and_answer, parties, city) for city in ("lianyungang", "yulin")}

    assert found["yulin"] is None
    assert found["lianyungang"]
    assert (found["lianyungang"]["kind"], bool(found["lianyungang"]["answer"])) == ("suggestion", True)


async def test_the_demonstration_puts_on_record_what_the_bodies_of_a_city_declare(service: Service) -> None:
    parties = InProcess(service, asyncio.get_running_loop())

    found = {city: await asyncio.to_thread(put_on_record, parties, city) for city in FIVE_CITIES}

    kinds = {city: [each["kind"] for each in declared] for city, declared in found.items() if declared}
    assert kinds == {
        "nanning": ["showcase", "collection", "reachability", "policies", "standards"],
        "yulin": ["showcase", "policies", "classification_rules"],
        "guangzhou": ["showcase", "platform_rules", "processing", "use_evaluation"],
        "lianyungang": ["platform_rules", "training"],
        "nanjing": ["own_evaluation"],
    }


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
