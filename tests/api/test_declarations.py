"""What bodies declare outside every procedure: who does, who reads it, what it names, and what is overdue of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from activities.database import Pool
from tests.api.calling import Caller, Service
from tests.api.gate import put_grant
from tests.api.supervising import set_to
from tests.driving import ShiftedClock
from tests.owning import by_owner

OF_A_CASE: Mapping[str, str] = {
    "title": "Bus lanes by the hour",
    "value": "social",
    "why": "Buses are on time on six lines more",
    "use": "Positions of buses show where lanes pay",
}
OF_THE_PLATFORM: Mapping[str, str] = {
    "title": "Rules of the platform",
    "version": "2",
    "in_force_on": "2027-01-01",
    "of_the_authority": "It supervises",
    "of_providers": "They review before they publish",
    "of_users": "They use under their own names",
    "of_the_platform": "It keeps the log",
    "whole_process": "Each step is on record",
}
OF_STANDARDS: Mapping[str, str] = {
    "title": "Rules and standards of the platform",
    "version": "1",
    "in_force_on": "2027-01-01",
    "operation": "Opened at all hours",
    "standards": "The standards of the province",
    "storage": "Each copy is on record",
    "transfer": "Each transfer is on record",
    "use": "Each access is on record",
}
OF_A_TEXT: Mapping[str, str] = {
    "title": "Standard of masking",
    "version": "DB 1",
    "in_force_on": "2027-01-01",
    "contents": "How names are masked",
}
OF_THE_USE: Mapping[str, str] = {
    "through": "2026-11-20",
    "found": "Two users fetch the bus lines each day, nobody the stops",
    "improvement": "The stops get their coordinates",
}
OF_TRAINING: Mapping[str, str] = {
    "title": "Opening of data, for beginners",
    "kind": "plan",
    "day": "2027-01-11",
    "what": "How a draft is compiled, for the officers of every body, two days",
}
OF_ITS_OWN_EVALUATION: Mapping[str, str] = {
    "made_by": "An institute of the province",
    "through": "2026-11-20",
    "found": "Two stops have no coordinates",
    "put_right": "They have them since 25 November",
}
OF_PROCESSING: Mapping[str, str] = {"done_on": "2026-11-20", "operation": "cleaning", "what": "Doubles were removed"}


async def declare(caller: Caller, city: str, kind: str, says: Mapping[str, str], **more: Any) -> httpx.Response:
    body = {"city": city, "kind": kind, "says": dict(says), **more}
    return await caller.post("/v1/declarations", body, more.pop("key", str(uuid.uuid4())))


async def declared(caller: Caller, city: str, kind: str, says: Mapping[str, str], **more: Any) -> Any:
    answer = await declare(caller, city, kind, says, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def wrong(answer: httpx.Response) -> set[tuple[str, str]]:
    return {(each["field"], each["code"]) for each in answer.json()["errors"]}


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
