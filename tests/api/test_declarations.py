"""What bodies declare outside every procedure: who does, who reads it, what it names, and who takes it down."""

from __future__ import annotations

from typing import Any

import pytest

from activities.database import Pool
from tests.api.calling import Service
from tests.api.declaring import (
    OF_A_CASE,
    declare,
    declared,
    wrong,
)
from tests.api.gate import put_grant
from tests.owning import by_owner


async def granted(service: Service, pool: Pool, city: str) -> tuple[str, str]:
    """A conditional dataset of a city, and the number of a grant of the demo's applicant on it."""
    dataset = await service.nobody().conditional_dataset(city)
    party = await pool.fetchval("select account_id from accounts where login = 'applicant@demo'")
    case_id, _ = await put_grant(pool, dataset["dataset_id"], party=party)
    return dataset["dataset_id"], case_id


@pytest.mark.duty("NN-25", "YL-28", "GZ-21a")
@pytest.mark.parametrize(("city", "article"), [("nanning", "25.1"), ("yulin", "28"), ("guangzhou", "21.2")])
async def test_a_case_of_use_of_value_is_shown_and_names_its_user_only_by_consent(
    service: Service, pool: Pool, city: str, article: str
) -> None:
    dataset, grant = await granted(service, pool, city)
    # The authority shows it, and any body that opens data.
    for login in (f"supervisor@{city}.authority", "applicant@demo"):
        assert (
            await declare(service.as_(login), city, "showcase", OF_A_CASE, dataset_ids=[dataset])
        ).status_code == 403
    authority = service.as_(f"reviewer@{city}.authority")
    shown = await declared(authority, city, "showcase", OF_A_CASE, dataset_ids=[dataset], grant=grant)
    path = f"/v1/declarations/{shown['declaration_id']}"
    await declared(service.as_(f"reviewer@{city}.operator"), city, "showcase", OF_A_CASE, dataset_ids=[dataset])
    # Everybody reads which data, which use and why it is of value, and not whose use it is.
    nobody = service.nobody()
    read = await nobody.read(path)
    assert {each["name"]: each["value"] for each in read["says"]} == OF_A_CASE
    assert (read["rule"]["article"], read["user"], read["grant"]) == (article, None, None)
    listed = (await nobody.read("/v1/declarations", city=city, kind="showcase"))["items"]
    assert [each["declaration_id"] for each in listed][-1] == shown["declaration_id"]
    (kind,) = (
        each
        for each in (await nobody.read(f"/v1/datasets/{dataset}/declarations"))["kinds"]
        if each["kind"] == "showcase"
    )
    assert len(kind["items"]) == len(listed) == 2
    # The user is told, alone decides whether he is named, and may take it back.
    user = service.as_("applicant@demo")
    assert shown["declaration_id"] in (await user.read("/v1/messages"))["items"][0]["link"]
    assert (await user.read(path))["may_name"]
    for other in (authority, service.as_("applicant2@demo")):
        named = await other.http.put(f"{path}/naming", json={"named": True}, headers=other.headers())
        assert named.status_code == 403
    for says_so in (True, False):
        answer = await user.http.put(f"{path}/naming", json={"named": says_so}, headers=user.headers())
        assert answer.status_code == 200, answer.text
        assert ((await nobody.read(path))["user"] is not None) is says_so
    # It can be taken down, with a reason.
    down = await authority.post(f"{path}/taking-down", {"reason": "The use has ended"})
    assert down.status_code == 200, down.text
    left = await nobody.read(path)
    assert (left["says"], left["taken_down"]["reason"]) == ([], "The use has ended")
    assert len((await nobody.read("/v1/declarations", city=city))["items"]) == 1


@pytest.mark.duty("NN-25", "YL-28")
@pytest.mark.parametrize(
    ("county", "provider"), [("nanning.wuming", "nanning.wumingtransport"), ("yulin.beiliu", "yulin.beiliutransport")]
)
async def test_a_county_shows_a_case_about_its_own_data(
    service: Service, pool: Pool, county: str, provider: str
) -> None:
    city = county.partition(".")[0]
    found = (await service.nobody().read("/v1/datasets", city=city))["items"]
    ours, theirs = [each["dataset_id"] for each in found][:2]
    await by_owner(pool, "update datasets set provider = $2 where dataset_id = $1", ours, provider)
    officer = service.as_(f"reviewer@{county}")
    refused = await declare(officer, city, "showcase", OF_A_CASE, dataset_ids=[theirs])
    assert refused.json()["type"] == "urn:kaifang:problem:not-your-dataset"
    shown = await declared(officer, city, "showcase", OF_A_CASE, dataset_ids=[ours])
    assert (await service.nobody().read(f"/v1/declarations/{shown['declaration_id']}"))["body"] == county


async def test_whoever_holds_the_grant_shows_its_use_for_no_body_and_takes_nothing_down(
    service: Service, pool: Pool
) -> None:
    dataset, grant = await granted(service, pool, "nanning")
    authority = service.as_("reviewer@nanning.authority")
    shown = await declared(authority, "nanning", "showcase", OF_A_CASE, dataset_ids=[dataset], grant=grant)
    holder = await pool.fetchval("select account_id from accounts where login = 'reviewer@nanning.authority'")
    await by_owner(pool, "update grants set party = $2 where case_id = $1", grant, holder)
    path = f"/v1/declarations/{shown['declaration_id']}"
    for refused in (
        await declare(authority, "nanning", "showcase", OF_A_CASE, dataset_ids=[dataset], grant=grant),
        await authority.post(f"{path}/taking-down", {"reason": "It flatters me too little"}),
    ):
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:kaifang:problem:party-to-the-case")
    assert not (await authority.read(path))["may_take_down"]
    assert (await service.as_("supervisor@nanning.authority").read(path))["may_take_down"], "a colleague may"


@pytest.mark.duty("GZ-21a")
async def test_a_delegate_whose_use_is_shown_is_told_and_alone_lets_himself_be_named(
    service: Service, pool: Pool
) -> None:
    dataset, grant = await granted(service, pool, "guangzhou")
    authority, nobody = service.as_("reviewer@guangzhou.authority"), service.nobody()
    about: dict[str, Any] = {"dataset_ids": [dataset], "grant": grant, "delegate": "applicant2@demo"}
    early = await declare(authority, "guangzhou", "showcase", OF_A_CASE, **about)
    assert (early.status_code, wrong(early)) == (422, {("delegate", "no_delegate_of_it")})
    await pool.execute(
        "insert into delegations (delegation_id, case_id, delegate, accesses, delegated_at, until_at) "
        "select 'let', $1, account_id, 3, now(), now() from accounts where login = 'applicant2@demo'",
        grant,
    )
    named = await declare(authority, "guangzhou", "showcase", {**OF_A_CASE, "use": "A map by applicant2@demo"}, **about)
    assert wrong(named) == {("says.use", "names_the_user")}
    shown = await declared(authority, "guangzhou", "showcase", OF_A_CASE, **about)
    path = f"/v1/declarations/{shown['declaration_id']}"
    delegate, holder = service.as_("applicant2@demo"), service.as_("applicant@demo")
    assert shown["declaration_id"] in (await delegate.read("/v1/messages"))["items"][0]["link"]
    received = (await holder.read("/v1/messages"))["items"]
    assert not any(shown["declaration_id"] in (each["link"] or "") for each in received)
    assert [(await each.read(path))["may_name"] for each in (delegate, holder)] == [True, False]
    refused = await holder.http.put(f"{path}/naming", json={"named": True}, headers=holder.headers())
    assert refused.status_code == 403
    assert (await nobody.read(path))["user"] is None
    answer = await delegate.http.put(f"{path}/naming", json={"named": True}, headers=delegate.headers())
    assert answer.status_code == 200, answer.text
    assert (await nobody.read(path))["user"] is not None
    # Who used it is no body's officer in it.
    await pool.execute(
        "update accounts set city = 'guangzhou', body = 'guangzhou.authority', roles = roles || array['supervisor'] "
        "where login = 'applicant2@demo'"
    )
    own = await delegate.post(f"{path}/taking-down", {"reason": "It flatters me too little"})
    assert (own.status_code, own.json()["type"]) == (403, "urn:kaifang:problem:party-to-the-case")


async def test_a_text_that_names_the_user_is_refused(service: Service, pool: Pool) -> None:
    dataset, grant = await granted(service, pool, "nanning")
    says = {**OF_A_CASE, "use": "Applicant@Demo made a map of it"}
    answer = await declare(
        service.as_("reviewer@nanning.authority"), "nanning", "showcase", says, dataset_ids=[dataset], grant=grant
    )
    assert (answer.status_code, wrong(answer)) == (422, {("says.use", "names_the_user")})


async def test_a_declaration_is_taken_down_by_its_body_or_by_whom_the_pack_names(service: Service) -> None:
    dataset = (await service.nobody().conditional_dataset("nanning"))["dataset_id"]
    provider = service.as_("reviewer@nanning.transport")
    shown = await declared(provider, "nanning", "showcase", OF_A_CASE, dataset_ids=[dataset])
    path = f"/v1/declarations/{shown['declaration_id']}/taking-down"
    for login in ("reviewer@nanning.operator", "reviewer@nanning.health", "reviewer@yulin.authority"):
        assert (await service.as_(login).post(path, {"reason": "Mine"})).status_code == 403, login
    authority = service.as_("supervisor@nanning.authority")
    for _ in range(2):
        assert (await authority.post(path, {"reason": "It says too much"})).status_code == 200
    again = await provider.post(path, {"reason": "Another"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:kaifang:problem:declaration-taken-down")


@pytest.mark.parametrize(
    ("change", "says", "errors"),
    [
        ({}, {"title": " ", "value": "great", "more": "x"}, {
            ("says.title", "said_missing"), ("says.value", "not_one_of_these"), ("says.why", "said_missing"),
            ("says.use", "said_missing"), ("says.more", "extra_forbidden"),
        }),
        ({"dataset_ids": []}, OF_A_CASE, {("dataset_ids", "about_datasets")}),
        ({"dataset_ids": ["yulin-nothing"]}, OF_A_CASE, {("dataset_ids", "dataset_unknown")}),
        ({"grant": "NN-AC-2026-9999"}, OF_A_CASE, {("grant", "grant_on_none_of_these")}),
        ({"kind": "platform_rules"}, OF_A_CASE, {("kind", "not_declared")}),
        ({"kind": "collection", "grant": "any"}, {"method": "by_hand"}, {("grant", "about_no_grant")}),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_declaration_is_named_and_nothing_is_written(
    service: Service, pool: Pool, change: dict[str, Any], says: dict[str, str], errors: set[tuple[str, str]]
) -> None:
    sent = {"city": "nanning", "kind": "showcase", "dataset_ids": ["nanning-transport-bus-lines"], **change}
    answer = await declare(service.as_("reviewer@nanning.operator"), **sent, says=says)
    assert (answer.status_code, wrong(answer)) == (422, errors)
    assert await pool.fetchval("select count(*) from declarations") == 0


async def test_the_same_key_is_the_same_declaration_and_another_with_it_is_refused(
    service: Service, pool: Pool
) -> None:
    provider = service.as_("reviewer@nanning.transport")
    sent = {"city": "nanning", "kind": "collection", "dataset_ids": ["nanning-transport-bus-lines"]}
    body = {**sent, "says": {"method": "as_it_arises"}}
    first, again = [await provider.post("/v1/declarations", body, "once") for _ in range(2)]
    assert (first.status_code, again.json()) == (201, first.json())
    other = await provider.post("/v1/declarations", {**sent, "says": {"method": "by_hand"}}, "once")
    assert other.json()["type"] == "urn:kaifang:problem:idempotency-key-reused"
    assert await pool.fetchval("select count(*) from declarations") == 1
