"""What the law of each city demands of the catalogue itself: fresh data, lists of open data, nothing that is closed."""

from __future__ import annotations

from typing import Any

import pytest

from activities.database import Pool
from tests.api.calling import Caller, Service
from tests.api.gate import put_grant
from tests.api.updating import BASIS, CITIES, NEW_ENTRY, answers, drafting, errors, law, recorded, today, walked

CONDITIONS = {"zh": "仅限科研使用", "en": "For research only"}


async def listed(caller: Caller, **asked: Any) -> set[str]:
    return {each["dataset_id"] for each in (await caller.read("/v1/datasets", limit=200, **asked))["items"]}


@pytest.mark.duty("NN-21", "GZ-13", "LYG-15", "NJ-18b")
@pytest.mark.parametrize("city", CITIES)
async def test_data_past_its_frequency_is_stale_until_its_provider_updates_it(
    service: Service, pool: Pool, city: str
) -> None:
    provider, supervisor = service.as_(f"reviewer@{city}.transport"), service.as_(f"supervisor@{city}.authority")
    dataset_id = (await provider.conditional_dataset(city))["dataset_id"]
    daily = """update datasets set updated_on = '2026-01-05', entry = entry || '{"update_frequency": "P1D"}'
        where dataset_id = $1"""
    await pool.execute(daily, dataset_id)
    assert dataset_id in await listed(supervisor, stale=True)
    read = await supervisor.read(f"/v1/datasets/{dataset_id}")
    assert (read["freshness"]["stale"], read["freshness"]["stale_from"]) == (True, "2026-01-07T00:00:00+08:00")

    said = await provider.post(f"/v1/datasets/{dataset_id}/data-updates", {"updated_on": str(today())})
    assert said.status_code == 200, said.text
    assert dataset_id not in await listed(supervisor, stale=True)


@pytest.mark.duty("NJ-25")
@pytest.mark.parametrize(
    ("openness", "more"),
    [("unconditional", {}), ("conditional", {"conditions": CONDITIONS, "basis": BASIS}), ("closed", {"basis": BASIS})],
)
async def test_what_nanjing_publishes_stands_in_the_list_of_its_class_and_in_no_other(
    working: Service, openness: str, more: dict[str, Any]
) -> None:
    provider, anybody = working.as_("reviewer@nanjing.transport"), working.nobody()
    rules = await law(provider, "nanjing")
    draft = {"dataset_id": None, "entry": NEW_ENTRY | more, "answers": answers(rules, openness)}
    case = await recorded(provider, await drafting(provider, "nanjing", **draft))
    classes = ("unconditional", "conditional", "closed")
    for each in classes:
        assert case["dataset_id"] not in await listed(anybody, city="nanjing", openness=each)
    case = await walked(working, case)
    assert case["outcome"] == "published"
    standing = {each for each in classes if case["dataset_id"] in await listed(anybody, city="nanjing", openness=each)}
    assert standing == {openness}


@pytest.mark.duty("LYG-9", "LYG-17b", "NJ-26")
@pytest.mark.parametrize("city", ["lianyungang", "nanjing"])
async def test_unconditional_data_is_had_without_a_request_and_without_a_grant(
    service: Service, applicant: Caller, city: str
) -> None:
    found = await applicant.read("/v1/datasets", city=city, openness="unconditional", limit=1)
    dataset = await applicant.read(f"/v1/datasets/{found['items'][0]['dataset_id']}")
    asked = {"dataset_id": dataset["dataset_id"], "mode": "download"}
    assert (await service.http.get("/v1/gate", params=asked)).is_success, "nobody has to have a key"
    wanted = {"city": city, "purpose": "x", "scenario": "x", "safeguards": "x", "use": "general"}
    refused = await applicant.post("/v1/access-requests", wanted | {"dataset_id": dataset["dataset_id"]}, "once")
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [("dataset_id", "not_conditional")]
    closed_to_nobody = (await service.nobody().conditional_dataset(city))["dataset_id"]
    without = await service.http.get("/v1/gate", params=asked | {"dataset_id": closed_to_nobody})
    assert without.headers["x-kaifang-reason"] == "key_missing", "what is conditional needs a grant"


@pytest.mark.duty("YL-16")
async def test_closed_data_of_yulin_is_served_on_no_path(service: Service, pool: Pool) -> None:
    anybody = service.nobody()
    found = await anybody.read("/v1/datasets", city="yulin", openness="closed", limit=1)
    dataset_id = found["items"][0]["dataset_id"]
    _, key = await put_grant(pool, dataset_id)
    for headers in ({"X-Access-Key": key}, {}):
        facts = {"dataset_id": dataset_id, "mode": "download"}
        answer = await service.http.get("/v1/gate", params=facts, headers=headers)
        assert (answer.status_code, answer.headers["x-kaifang-reason"]) == (403, "closed")
    form = await service.as_("applicant@demo").form("yulin", dataset_id=dataset_id, data_items=None)
    answer = await service.as_("applicant@demo").post("/v1/access-requests", form, "request-of-closed-data")
    assert errors(answer)[0][0] == "dataset_id"
    page = await anybody.get("/v1/catalogue.jsonld", city="yulin")
    (entry,) = [node for node in every_node(page.json()) if dataset_id in str(node.get("@id", ""))]
    assert "distribution" not in entry


def every_node(document: Any) -> list[dict[str, Any]]:
    """Every dataset of a page of the catalogue in DCAT."""
    return [node for node in document["dataset"] if isinstance(node, dict)]
