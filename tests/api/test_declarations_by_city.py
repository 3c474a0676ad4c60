"""What the law of each city wants to be declared, who reads it, and what is overdue of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.database import Pool
from tests.api.calling import Caller, Service
from tests.api.declaring import (
    OF_A_TEXT,
    OF_ITS_OWN_EVALUATION,
    OF_PROCESSING,
    OF_STANDARDS,
    OF_THE_PLATFORM,
    OF_THE_USE,
    OF_TRAINING,
    declare,
    declared,
    wrong,
)
from tests.api.supervising import set_to
from tests.driving import ShiftedClock
from tests.owning import by_owner


@pytest.mark.duty("NN-5.2", "NN-6.3", "YL-6b", "YL-14")
@pytest.mark.parametrize(
    ("city", "kind", "role", "which", "article"),
    [
        ("nanning", "policies", "authority", {}, "5(2)"),
        ("nanning", "standards", "operator", {"which": "opening"}, "6(3)"),
        ("yulin", "policies", "operator", {"which": "indicators"}, "6"),
        ("yulin", "classification_rules", "authority", {}, "14"),
    ],
)
async def test_the_policies_and_standards_of_a_city_are_on_record_and_read_by_everybody(
    service: Service, city: str, kind: str, role: str, which: dict[str, str], article: str
) -> None:
    says = {**which, **OF_A_TEXT}
    other = {"authority": "operator", "operator": "authority"}[role]
    for login in (f"reviewer@{city}.{other}", f"reviewer@{city}.transport"):
        assert (await declare(service.as_(login), city, kind, says)).status_code == 403, login
    kept = await declared(service.as_(f"reviewer@{city}.{role}"), city, kind, says)
    read = await service.nobody().read(f"/v1/declarations/{kept['declaration_id']}")
    assert {each["name"]: each["value"] for each in read["says"]} == says
    assert (read["rule"]["article"], read["body"]) == (article, f"{city}.{role}")


@pytest.mark.duty("NN-21")
async def test_collection_and_reachability_are_on_record_and_what_is_overdue_shows(
    service: Service, pool: Pool
) -> None:
    lines, positions = "nanning-transport-bus-lines", "nanning-transport-bus-positions"
    nobody, provider = service.nobody(), service.as_("reviewer@nanning.transport")
    operator = service.as_("reviewer@nanning.operator")

    async def standing(dataset: str, kind: str) -> Any:
        kinds = (await nobody.read(f"/v1/datasets/{dataset}/declarations"))["kinds"]
        return next(each for each in kinds if each["kind"] == kind)

    # Provider and operator each answer for it, the provider for data of its own.
    await declared(provider, "nanning", "collection", {"method": "as_it_arises"}, dataset_ids=[lines])
    assert (await standing(lines, "collection"))["items"][0]["says"][0]["value"] == "as_it_arises"
    health = service.as_("reviewer@nanning.health")
    refused = await declare(health, "nanning", "reachability", {"reachable": "yes"}, dataset_ids=[lines])
    assert refused.json()["type"] == "urn:kaifang:problem:not-your-dataset"
    assert (await standing(lines, "reachability"))["overdue"]
    await declared(operator, "nanning", "reachability", {"reachable": "no", "note": "Down"}, dataset_ids=[lines])
    reached = await declared(provider, "nanning", "reachability", {"reachable": "yes"}, dataset_ids=[lines])
    now = await standing(lines, "reachability")
    assert (now["items"][0]["says"][0]["value"], now["overdue"], now["days"]) == ("yes", False, 30)
    assert (now["rule"]["article"], now["again_rule"]["basis"]) == ("21", "service")
    # One that is too old is overdue, in public and in the list of whoever answers for it.
    party = await pool.fetchval("select account_id from accounts where login = 'reviewer@nanning.transport'")
    await pool.execute(
        "insert into declarations (declaration_id, city, kind, body, account_id, says, request_digest, declared_at) "
        "values ('old', 'nanning', 'reachability', 'nanning.transport', $1, '{\"reachable\": \"yes\"}', '', "
        "now() - interval '32 days')",
        party,
    )
    await pool.execute("insert into declared_datasets (declaration_id, dataset_id) values ('old', $1)", positions)
    assert (await standing(positions, "reachability"))["overdue"]
    for officer, others in ((provider, False), (operator, True)):
        (owed,) = (await officer.read("/v1/declarations/owed", city="nanning"))["kinds"]
        ids = {each["dataset_id"] for each in owed["datasets"]}
        assert positions in ids
        assert lines not in ids
        assert any(not each.startswith("nanning-transport") for each in ids) is others
    assert (
        await service.as_("reviewer@yulin.operator").get("/v1/declarations/owed", city="nanning")
    ).status_code == 403
    # What was taken down no longer counts.
    await provider.post(f"/v1/declarations/{reached['declaration_id']}/taking-down", {"reason": "Mistaken"})
    assert (await standing(lines, "reachability"))["items"][0]["says"][0]["value"] == "no"


@pytest.mark.duty("GZ-19a")
async def test_what_a_provider_does_with_its_data_is_on_record_for_bodies_alone(
    service: Service,
) -> None:
    dataset = (await service.nobody().conditional_dataset("guangzhou"))["dataset_id"]
    provider = service.as_("reviewer@guangzhou.transport")
    kept = await declared(provider, "guangzhou", "processing", OF_PROCESSING, dataset_ids=[dataset])
    path = f"/v1/declarations/{kept['declaration_id']}"
    assert kept["rule"]["article"] == "19.1"
    for login in ("reviewer@guangzhou.transport", "reviewer@guangzhou.operator", "supervisor@guangzhou.authority"):
        officer = service.as_(login)
        assert (await officer.read(path))["says"][1]["text"] == "Cleaning"
        assert len((await officer.read("/v1/declarations", city="guangzhou", dataset_id=dataset))["items"]) == 1
        kinds = (await officer.read(f"/v1/datasets/{dataset}/declarations"))["kinds"]
        assert "processing" in {each["kind"] for each in kinds}
    for login in ("reviewer@guangzhou.health", "applicant@demo", "reviewer@nanning.operator"):
        other = service.as_(login)
        assert (await other.get(path)).status_code == 404, login
        assert (await other.read("/v1/declarations", city="guangzhou"))["items"] == []
    assert (await service.nobody().read("/v1/declarations", city="guangzhou", kind="processing"))["items"] == []
    refused = await declare(
        service.as_("reviewer@guangzhou.operator"), "guangzhou", "processing", OF_PROCESSING, dataset_ids=[dataset]
    )
    assert refused.status_code == 403


@pytest.mark.duty("GZ-28b")
async def test_a_provider_of_guangzhou_that_has_not_evaluated_use_is_seen_to_owe_it(
    stopped: Service, pool: Pool, clock: ShiftedClock
) -> None:
    service = stopped
    provider, operator = service.as_("reviewer@guangzhou.transport"), service.as_("reviewer@guangzhou.operator")
    authority, nobody = service.as_("supervisor@guangzhou.authority"), service.nobody()
    found = (await nobody.read("/v1/datasets", city="guangzhou", provider="guangzhou.transport", limit=200))["items"]
    own = {each["dataset_id"] for each in found if each["openness"] in ("conditional", "unconditional")}

    async def owed(reader: Caller) -> set[str]:
        (kind,) = (await reader.read("/v1/declarations/owed", city="guangzhou"))["kinds"]
        assert (kind["kind"], kind["days"], kind["rule"]["basis"]) == ("use_evaluation", 365, "service")
        return {each["dataset_id"] for each in kind["datasets"]}

    await set_to(service, clock, datetime.fromisoformat("2027-01-01T12:00:00+08:00"))
    assert await owed(provider) == set(), "before we counted nothing was owed by a day"
    await set_to(service, clock, datetime.fromisoformat("2027-01-03T12:00:00+08:00"))
    assert await owed(provider) == own
    for whole_city in (operator, authority):
        assert own < await owed(whole_city)

    # The provider alone evaluates its own data, and says what it found and what it will improve.
    for other in (operator, service.as_("reviewer@guangzhou.authority")):
        refused = await declare(other, "guangzhou", "use_evaluation", OF_THE_USE, dataset_ids=sorted(own))
        assert refused.status_code == 403
    for lacking in OF_THE_USE:
        less = {name: text for name, text in OF_THE_USE.items() if name != lacking}
        answer = await declare(provider, "guangzhou", "use_evaluation", less, dataset_ids=sorted(own))
        assert wrong(answer) == {(f"says.{lacking}", "said_missing")}
    left, *evaluated = sorted(own)
    made = await declared(provider, "guangzhou", "use_evaluation", OF_THE_USE, dataset_ids=evaluated)
    assert made["rule"]["article"] == "28.1"
    # One evaluation counts for each dataset that it is about; what it left out is owed still.
    assert await owed(provider) == {left}
    assert await owed(authority) & own == {left}
    path = f"/v1/declarations/{made['declaration_id']}"
    assert {each["name"]: each["value"] for each in (await authority.read(path))["says"]} == OF_THE_USE
    assert (await nobody.get(path)).status_code == 404
    # A year later it is owed again.
    await by_owner(pool, "update declarations set declared_at = declared_at - interval '366 days'")
    assert await owed(authority) >= own


@pytest.mark.duty("GZ-28b")
async def test_an_evaluation_is_not_up_to_tomorrow(service: Service, pool: Pool) -> None:
    today = await pool.fetchval("select (clock_timestamp() at time zone 'Asia/Shanghai')::date")
    provider = service.as_("reviewer@guangzhou.transport")
    datasets = ["guangzhou-transport-metro-stations"]
    # Two days ahead, for a day may end while this runs.
    ahead = {**OF_THE_USE, "through": (today + timedelta(days=2)).isoformat()}
    refused = await declare(provider, "guangzhou", "use_evaluation", ahead, dataset_ids=datasets)
    assert (refused.status_code, wrong(refused)) == (422, {("says.through", "day_to_come")})
    (error,) = refused.json()["errors"]
    assert error["rule"]["article"] == "28.1"
    until_today = {**OF_THE_USE, "through": today.isoformat()}
    await declared(provider, "guangzhou", "use_evaluation", until_today, dataset_ids=datasets)


@pytest.mark.duty("GZ-15")
async def test_the_rules_of_the_platform_say_what_each_of_the_four_does(service: Service) -> None:
    operator = service.as_("reviewer@guangzhou.operator")
    # The operator makes them, and nobody for it.
    for login in ("reviewer@guangzhou.authority", "reviewer@guangzhou.transport", "supervisor@guangzhou.authority"):
        assert (await declare(service.as_(login), "guangzhou", "platform_rules", OF_THE_PLATFORM)).status_code == 403, (
            login
        )
    lacking = {name: text for name, text in OF_THE_PLATFORM.items() if name != "of_users"}
    answer = await declare(operator, "guangzhou", "platform_rules", {**lacking, "in_force_on": "1 January"})
    assert wrong(answer) == {("says.of_users", "said_missing"), ("says.in_force_on", "date_from_datetime_parsing")}
    for version in ("1", "2"):
        await declared(operator, "guangzhou", "platform_rules", {**OF_THE_PLATFORM, "version": version})
    # A later version stands before the earlier, which stays.
    rules = (await service.nobody().read("/v1/declarations", city="guangzhou", kind="platform_rules"))["items"]
    assert [{each["name"]: each["value"] for each in one["says"]}["version"] for one in rules] == ["2", "1"]


@pytest.mark.duty("LYG-21a")
async def test_lianyungangs_authority_has_rules_that_make_the_platform_traceable_on_record(service: Service) -> None:
    authority, nobody = service.as_("reviewer@lianyungang.authority"), service.nobody()
    for login in ("reviewer@lianyungang.operator", "reviewer@lianyungang.transport", "reviewer@nanjing.authority"):
        refused = await declare(service.as_(login), "lianyungang", "platform_rules", OF_STANDARDS)
        assert refused.status_code == 403, login
    for lacking in ("operation", "standards", "storage", "transfer", "use"):
        less = {name: text for name, text in OF_STANDARDS.items() if name != lacking}
        assert wrong(await declare(authority, "lianyungang", "platform_rules", less)) == {
            (f"says.{lacking}", "said_missing")
        }
    kept = await declared(authority, "lianyungang", "platform_rules", OF_STANDARDS)
    # Everybody reads them: the whole course is transparent.
    read = await nobody.read(f"/v1/declarations/{kept['declaration_id']}")
    assert {each["name"]: each["value"] for each in read["says"]} == OF_STANDARDS
    assert (read["rule"]["article"], read["body"]) == ("21.1", "lianyungang.authority")


@pytest.mark.duty("LYG-35b")
async def test_lianyungangs_authority_has_its_plans_of_training_on_record(service: Service) -> None:
    authority, nobody = service.as_("reviewer@lianyungang.authority"), service.nobody()
    for login in ("reviewer@lianyungang.transport", "reviewer@nanjing.authority", "applicant@demo"):
        assert (await declare(service.as_(login), "lianyungang", "training", OF_TRAINING)).status_code == 403, login
    lacking = {name: text for name, text in OF_TRAINING.items() if name != "what"}
    assert wrong(await declare(authority, "lianyungang", "training", lacking)) == {("says.what", "said_missing")}
    plan = await declared(authority, "lianyungang", "training", OF_TRAINING)
    given = await declared(authority, "lianyungang", "training", {**OF_TRAINING, "kind": "training"})
    assert plan["rule"]["article"] == "35.2"
    said = (await nobody.read(f"/v1/declarations/{plan['declaration_id']}"))["says"]
    assert {each["name"]: each["value"] for each in said} == OF_TRAINING
    listed = (await nobody.read("/v1/declarations", city="lianyungang", kind="training"))["items"]
    assert {each["declaration_id"] for each in listed} == {plan["declaration_id"], given["declaration_id"]}


@pytest.mark.duty("NJ-37b")
async def test_an_evaluation_that_nanjings_department_commissioned_is_on_record_put_right(
    service: Service,
) -> None:
    dataset = (await service.nobody().conditional_dataset("nanjing"))["dataset_id"]
    transport = service.as_("reviewer@nanjing.transport")
    for login in ("reviewer@nanjing.authority", "reviewer@nanjing.government", "applicant@demo"):
        refused = await declare(
            service.as_(login), "nanjing", "own_evaluation", OF_ITS_OWN_EVALUATION, dataset_ids=[dataset]
        )
        assert refused.status_code == 403, login
    lacking = {name: text for name, text in OF_ITS_OWN_EVALUATION.items() if name != "put_right"}
    answer = await declare(transport, "nanjing", "own_evaluation", lacking, dataset_ids=[dataset])
    assert wrong(answer) == {("says.put_right", "said_missing")}
    made = await declared(transport, "nanjing", "own_evaluation", OF_ITS_OWN_EVALUATION, dataset_ids=[dataset])
    assert made["rule"]["article"] == "37"
    path = f"/v1/declarations/{made['declaration_id']}"
    authority = service.as_("reviewer@nanjing.authority")
    assert {each["name"]: each["value"] for each in (await authority.read(path))["says"]} == OF_ITS_OWN_EVALUATION
    assert (await service.nobody().get(path)).status_code == 404
    health = service.as_("reviewer@nanjing.health")
    theirs = await declare(health, "nanjing", "own_evaluation", OF_ITS_OWN_EVALUATION, dataset_ids=[dataset])
    assert theirs.json()["type"] == "urn:kaifang:problem:not-your-dataset"
    centre = service.as_("reviewer@nanjing.operator")
    await declared(centre, "nanjing", "own_evaluation", OF_ITS_OWN_EVALUATION, dataset_ids=[dataset])
