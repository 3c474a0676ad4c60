"""Demands for data outside the catalogue: filed, agreed to, answered by a publication; or declined, or referred."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.api.calling import Caller, Service, open_stages, open_task
from tests.api.updating import NEW_ENTRY, answers, errors, law, walked

DEMANDS = "/v1/demands"
CITIES = ("guangzhou", "nanning", "yulin")
STATEMENT = "Where shared bicycles are parked"


async def demand(caller: Caller, of_city: str, **fields: Any) -> httpx.Response:
    """The answer to a demand from that city's transport department; a field given as None is left out."""
    filled = {"city": of_city, "provider": f"{of_city}.transport", "statement": STATEMENT} | fields
    body = {name: value for name, value in filled.items() if value is not None}
    return await caller.post(DEMANDS, body, str(uuid.uuid4()))


async def demanded(caller: Caller, city: str, **fields: Any) -> Any:
    answer = await demand(caller, city, **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.duty("NN-15b", "YL-18")
@pytest.mark.parametrize("city", CITIES)
async def test_a_demand_that_is_agreed_to_becomes_a_dataset_and_the_requester_is_told(
    working: Service, city: str
) -> None:
    requester = working.as_("applicant@demo")
    case = await demanded(requester, city)
    assert case["parties"][0]["role"] == "requester"
    assert (case["dataset_id"], case["demand"]["statement"], case["demand"]["provided"]) == (None, STATEMENT, None)
    assert [task["body"] for task in case["tasks"]] == [f"{city}.transport"]

    case = await working.decide(case, "assessment", "agree")
    provider = working.as_(f"reviewer@{city}.transport")
    update = await provider.read(f"/v1/cases/{case['catalogue_update']['case_id']}")
    assert (update["update"]["trigger"], update["update"]["new_dataset"]) == ("demand", True)
    assert update["caused_by"]["case_number"] == case["case_number"]
    rules = await law(provider, city)
    update = await walked(working, update, {"entry": NEW_ENTRY, "answers": answers(rules, "unconditional")})
    assert update["outcome"] == "published"
    await working.app.state.runtime.courier.finish()

    own = await requester.read(f"/v1/cases/{case['case_id']}")
    assert (own["status"], own["outcome"]) == ("closed", "provided")
    assert own["demand"]["provided"] == update["dataset_id"]
    assert own["catalogue_update"] is None
    dataset = await working.nobody().read(f"/v1/datasets/{own['demand']['provided']}")
    assert dataset["title"] == NEW_ENTRY["title"]["en"]
    log = (await requester.read(f"/v1/cases/{case['case_id']}/events"))["items"]
    assert update["case_id"] not in str(log)


@pytest.mark.duty("GZ-18a")
@pytest.mark.duty("GZ-18b")
async def test_guangzhous_two_clocks_run_from_one_receipt(working: Service) -> None:
    case = await demanded(working.as_("applicant@demo"), "guangzhou")
    clock = open_task(case, "assessment")["clock"]
    assert clock["period"] == "20wd"
    (own,) = clock["own_periods"]
    assert (own["outcome"], own["period"]) == ("decline", "5wd")
    assert own["last_day"] < clock["last_day"]
    assert own["due_at"][:10] > own["last_day"]

    case = await working.decide(case, "assessment", "agree")
    assert open_task(case, "provision")["clock"]["due_at"] == clock["due_at"]


@pytest.mark.duty("NN-15b", "YL-18")
@pytest.mark.parametrize("city", CITIES)
async def test_who_declines_a_demand_tells_the_requester_why(working: Service, city: str) -> None:
    requester = working.as_("applicant@demo")
    case = await demanded(requester, city)
    task = open_task(case, "assessment")
    provider = working.as_(f"reviewer@{city}.transport")
    bare = await provider.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "decline"})
    assert errors(bare) == [("reason", "RequirementMissing")]
    await working.decide(case, "assessment", "decline", reason="It names persons")

    own = await requester.read(f"/v1/cases/{case['case_id']}")
    assert own["outcome"] == "declined"
    assert own["reasons"][0]["text"] == {"reason": "It names persons"}


async def test_a_demand_for_what_is_in_the_catalogue_is_referred_to_its_dataset(working: Service) -> None:
    requester = working.as_("applicant@demo")
    case = await demanded(requester, "guangzhou")
    task = open_task(case, "assessment")
    provider = working.as_("reviewer@guangzhou.transport")
    for wrong in ("somewhere else", "nanning-transport-bus-lines"):
        said = {"outcome": "refer", "reference": wrong}
        answer = await provider.post(f"/v1/tasks/{task['task_id']}/decision", said)
        assert errors(answer) == [("reference", "dataset_unknown")]
    await working.decide(case, "assessment", "refer", reference="guangzhou-transport-metro-stations")
    own = await requester.read(f"/v1/cases/{case['case_id']}")
    assert (own["outcome"], own["demand"]["referred_to"]) == ("referred", "guangzhou-transport-metro-stations")


@pytest.mark.parametrize("city", ["lianyungang", "nanjing"])
async def test_where_the_law_knows_no_demands_none_is_received(service: Service, city: str) -> None:
    assert errors(await demand(service.as_("applicant@demo"), city)) == [("city", "procedure_unknown")]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"statement": None}, ("statement", "field_required")),
        ({"statement": " "}, ("statement", "field_required")),
        ({"provider": "guangzhou.authority"}, ("provider", "provider_unknown")),
        ({"provider": "nanning.transport"}, ("provider", "provider_unknown")),
        ({"use": "idle"}, ("use", "use_unknown")),
        ({"city": "atlantis"}, ("city", "city_unknown")),
        ({"dataset_id": "x"}, ("dataset_id", "extra_forbidden")),
    ],
)
async def test_what_is_wrong_with_a_demand_is_named(
    service: Service, fields: dict[str, Any], wrong: tuple[str, str]
) -> None:
    assert errors(await demand(service.as_("applicant@demo"), "guangzhou", **fields)) == [wrong]


async def test_a_demand_is_read_by_requester_provider_and_city_and_nobody_else(
    working: Service,
) -> None:
    case = await demanded(working.as_("applicant@demo"), "guangzhou")
    seen = {
        who: (await working.as_(who).get(f"/v1/cases/{case['case_id']}")).status_code
        for who in (
            *("applicant@demo", "reviewer@guangzhou.transport", "reviewer@guangzhou.authority"),
            *("supervisor@guangzhou.authority", "applicant2@demo", "reviewer@guangzhou.health"),
        )
    }
    assert list(seen.values()) == [200, 200, 200, 200, 404, 404]
    assert open_stages(case) == ["assessment"]
