"""What is received as an objection, and what is refused by field and rule, in both languages."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from activities.database import Pool
from tests.api.calling import Caller, Service, open_stages, open_task
from tests.api.objecting import OBJECTIONS, STATEMENT, filed, filed_in_parts, form, restricted, unsubmitted, upload


async def refused(caller: Caller, body: Any, language: str = "en") -> Any:
    """The one problem with one field for which an objection is not received."""
    answer = await caller.post(OBJECTIONS, body, str(uuid.uuid4()), headers={"Accept-Language": language})
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    return error


@pytest.mark.parametrize("city", ["nanning", "yulin", "guangzhou", "lianyungang", "nanjing"])
async def test_an_objection_is_received_without_the_engine_and_holds_the_items_it_names(
    objector: Caller, pool: Pool, city: str
) -> None:
    item = (await objector.conditional_dataset(city))["items"][0]["item"]

    case = await filed(objector, city, data_items=[item])

    assert (case["procedure"], case["status"], case["request"]) == ("objection", "open", None)
    assert case["objection"]["ground"] == "privacy"
    assert case["objection"]["ground_label"] != "privacy"
    assert [file["name"] for file in case["objection"]["evidence"]] == ["proof.txt"]
    assert await restricted(pool, case["dataset_id"]) == [("hold", [item])]
    assert next(party["role"] for party in case["parties"]) == "objector"


async def test_what_an_objector_says_never_leaves_the_inbox(objector: Caller, pool: Pool) -> None:
    await filed(objector, "nanning")

    for part in ("select act::text from acts", "select event::text from events"):
        assert STATEMENT not in "".join(row[0] for row in await pool.fetch(part))


async def test_the_same_key_and_body_is_the_same_objection(objector: Caller) -> None:
    body, key = await form(objector, "nanning", evidence=[await upload(objector)]), str(uuid.uuid4())

    first = await objector.post(OBJECTIONS, body, key)
    again = await objector.post(OBJECTIONS, body, key)
    other = await objector.post(OBJECTIONS, body | {"statement": "Something else"}, key)

    assert first.json()["case_number"] == again.json()["case_number"]
    assert first.headers["location"] == f"/v1/cases/{first.json()['case_id']}"
    assert (other.status_code, other.json()["type"]) == (422, "urn:kaifang:problem:idempotency-key-reused")


async def test_an_objection_needs_a_key_and_an_applicant(service: Service, objector: Caller) -> None:
    body = await form(objector, "nanning")

    assert (await objector.post(OBJECTIONS, body)).json()["type"] == "urn:kaifang:problem:idempotency-key-missing"
    assert (await service.as_("reviewer@nanning.transport").post(OBJECTIONS, body, "k")).status_code == 403


@pytest.mark.parametrize(
    ("city", "fields", "expected"),
    [
        ("nanning", {"ground": "envy"}, ("ground", "ground_unknown", "22.1")),
        ("nanning", {"ground": None}, ("ground", "field_required", "22.1")),
        ("nanjing", {"statement": "  "}, ("statement", "field_required", "statement")),
        ("nanjing", {"data_items": ["driver"]}, ("data_items", "item_unknown", "disputed_items")),
    ],
)
async def test_what_the_citys_law_does_not_receive_is_refused_by_field_and_rule(
    objector: Caller, city: str, fields: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    body = await form(objector, city, **fields)

    english = await refused(objector, body)
    chinese = await refused(objector, body, "zh-CN")

    assert (english["field"], english["code"], english["rule"]["article"]) == expected
    assert chinese["rule"]["text"] != english["rule"]["text"]
    assert "request" not in english["detail"]
    assert "申请" not in chinese["detail"]


@pytest.mark.duty("NN-20.6", "YL-24")
@pytest.mark.parametrize(("city", "ground", "article"), [("nanning", "error", "20(6)"), ("yulin", "quality", "24")])
async def test_what_belongs_to_a_quality_check_is_refused_by_the_article_of_that(
    objector: Caller, city: str, ground: str, article: str
) -> None:
    answer = await objector.post(OBJECTIONS, await form(objector, city, ground=ground), "once")

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"], error["rule"]["article"]) == (422, "ground_belongs_elsewhere", article)
    assert "quality check" in error["detail"]


@pytest.mark.duty("GZ-29b")
async def test_in_guangzhou_evidence_that_comes_later_begins_the_period(
    objector: Caller,
) -> None:
    case = await filed(objector, "guangzhou", proven=False, ground="quality")
    clock = open_task(case, "verification")["clock"]
    assert (clock["period"], clock["due_at"], clock["awaits_evidence"]) == (None, None, True)

    added = {"evidence": [await upload(objector)]}
    case = (await objector.do(f"/v1/cases/{case['case_id']}/evidence", added))["case"]
    clock = open_task(case, "verification")["clock"]
    assert (clock["period"], clock["awaits_evidence"], clock["article"]) == ("15wd", False, "29.3")
    assert clock["due_at"] is not None


async def closed_dataset(caller: Caller, city: str) -> Any:
    return (await caller.read("/v1/datasets", city=city, openness="closed"))["items"][0]


async def test_closed_data_cannot_be_objected_to_where_the_law_speaks_of_open_data(objector: Caller) -> None:
    for city in ("nanning", "yulin", "guangzhou", "lianyungang"):
        dataset = await closed_dataset(objector, city)
        ground = "error" if city == "lianyungang" else "privacy"
        error = await refused(objector, await form(objector, city, ground=ground, dataset_id=dataset["dataset_id"]))
        assert (error["field"], error["code"]) == ("dataset_id", "not_open")


@pytest.mark.duty("NJ-35a")
async def test_nanjings_closed_data_can_be_objected_to_and_stays_closed_at_the_gate(
    service: Service, objector: Caller, pool: Pool
) -> None:
    dataset = await closed_dataset(objector, "nanjing")
    case = await filed(objector, "nanjing", dataset_id=dataset["dataset_id"])
    assert case["dataset_id"] == dataset["dataset_id"]
    case = await service.decide(case, "marking", "mark")

    seen = await service.nobody().read(f"/v1/datasets/{dataset['dataset_id']}")
    assert (seen["openness"], seen["disputed"]) == ("closed", True)
    said = str(seen)
    assert case["case_number"] not in said, "who objects, and in which case, is nobody's affair"
    asked = await service.nobody().get("/v1/gate", dataset_id=dataset["dataset_id"])
    assert (asked.status_code, asked.json()["reason"]) == (403, "closed")


async def test_a_leak_is_stated_only_where_the_law_asks(objector: Caller) -> None:
    in_nanning = await refused(objector, await form(objector, "nanning", leak="reported"))
    body = await form(objector, "guangzhou", leak="perhaps", evidence=[await upload(objector)])
    in_guangzhou = await refused(objector, body)

    assert (in_nanning["field"], in_nanning["code"]) == ("leak", "leak_not_asked")
    assert (in_guangzhou["field"], in_guangzhou["code"]) == ("leak", "leak_unknown")


@pytest.mark.duty("GZ-29b")
@pytest.mark.parametrize("openness", ["conditional", "unconditional"])
async def test_guangzhou_holds_data_from_the_receipt_of_a_reported_leak_on(
    objector: Caller, pool: Pool, openness: str
) -> None:
    listed = await objector.read("/v1/datasets", city="guangzhou", openness=openness, limit=2)
    unproven, proven = (each["dataset_id"] for each in listed["items"])
    leak: dict[str, Any] = {"ground": "quality", "leak": "reported"}

    await filed(objector, "guangzhou", dataset_id=unproven, ground="quality")
    assert await restricted(pool, unproven) == []
    await filed(objector, "guangzhou", dataset_id=proven, **leak)
    case = await filed(objector, "guangzhou", proven=False, dataset_id=unproven, **leak)

    assert (case["objection"]["leak"], case["hold_withheld"]) == ("reported", None)
    assert await restricted(pool, proven) == [("hold", [])]
    assert await restricted(pool, unproven) == [("hold", [])]


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize("body", ["transport", "authority", "operator"])
async def test_lianyungangs_bodies_that_discover_a_leak_file_and_follow_their_case(
    working: Service, pool: Pool, body: str
) -> None:
    officer, login = working.as_(f"reviewer@lianyungang.{body}"), f"reviewer@lianyungang.{body}"
    stated = await form(officer, "lianyungang")

    answer = await filed_in_parts(officer, stated, [("log.txt", b"a copy was seen")])

    assert answer.status_code == 201, answer.text
    case = await officer.read(f"/v1/cases/{answer.json()['case_id']}")
    assert {"provider_withdrawal", "authority_withdrawal"} < set(open_stages(case))
    assert await restricted(pool, case["dataset_id"]) == [("hold", [])]
    log = (await officer.read(f"/v1/cases/{case['case_id']}/events"))["items"]
    account = await pool.fetchval("select account_id from accounts where login = $1", login)
    assert [event["party"] for event in log if event["type"] == "Filed"] == [account]


async def test_a_body_without_a_part_and_a_body_of_another_city_file_nothing(service: Service, pool: Pool) -> None:
    of_lianyungang = await form(service.as_("objector@demo"), "lianyungang")
    of_nanning = await form(service.as_("objector@demo"), "nanning")

    refusals = [
        await service.as_(login).post(OBJECTIONS, body, str(uuid.uuid4()))
        for login, body in (
            ("reviewer@lianyungang.health", of_lianyungang),
            ("reviewer@lianyungang.experts", of_lianyungang),
            ("supervisor@lianyungang.authority", of_lianyungang),
            ("reviewer@nanning.transport", of_lianyungang),
            ("reviewer@nanning.transport", of_nanning),
        )
    ]

    assert {(each.status_code, each.json()["type"]) for each in refusals} == {
        (403, "urn:kaifang:problem:role-required")
    }
    assert await pool.fetchval("select count(*) from cases") == 0


async def test_unknown_evidence_is_named_and_nothing_is_received(
    service: Service, objector: Caller, pool: Pool
) -> None:
    mine, of_another = await upload(objector), await upload(service.as_("applicant@demo"))
    body = await form(objector, "nanning", evidence=[mine, of_another, "none-such"])

    error = await refused(objector, body)

    assert (error["field"], error["code"]) == ("evidence", "EvidenceUnknown")
    assert of_another in error["detail"]
    assert "none-such" in error["detail"]
    assert mine not in error["detail"]
    assert await pool.fetchval("select count(*) from cases") == 0
    assert await unsubmitted(pool) == 2


async def test_evidence_of_one_case_is_none_of_another(objector: Caller) -> None:
    case = await filed(objector, "nanning")
    used = case["objection"]["evidence"][0]["evidence_id"]

    error = await refused(objector, await form(objector, "yulin", evidence=[used]))

    assert (error["field"], error["code"]) == ("evidence", "EvidenceUnknown")


async def test_a_field_that_no_objection_has_is_refused_by_name(objector: Caller) -> None:
    error = await refused(objector, await form(objector, "nanning", urgency="urgent"))

    assert (error["field"], error["code"]) == ("urgency", "extra_forbidden")


async def test_an_objection_is_taken_back_and_nothing_is_held_any_longer(
    working: Service, objector: Caller, pool: Pool
) -> None:
    case = await filed(objector, "nanning", evidence=[await upload(objector)])
    assert await pool.fetchval("select count(*) from restrictions where ended_at is null") > 0

    stranger = await working.as_("applicant2@demo").post(f"/v1/cases/{case['case_id']}/withdrawal")
    taken_back = await objector.do(f"/v1/cases/{case['case_id']}/withdrawal")

    assert stranger.status_code == 404
    assert taken_back["case"]["outcome"] == "withdrawn"
    assert await pool.fetchval("select count(*) from restrictions where ended_at is null") == 0


@pytest.mark.parametrize("item", ["", " ", "\u3000"])
async def test_a_blank_item_is_none_and_holds_nothing_that_it_does_not_name(
    objector: Caller, pool: Pool, item: str
) -> None:
    body = await form(objector, "nanning", evidence=[await upload(objector)], data_items=[item])
    assert (await refused(objector, body))["field"] == "data_items.0"
    assert await pool.fetchval("select count(*) from restrictions") == 0


async def test_bodies_that_come_slowly_keep_nobody_else_from_being_answered(objector: Caller) -> None:
    enough = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"{"
        await enough.wait()
        yield b"}"

    headers = {**objector.headers(), "Idempotency-Key": "slow", "Content-Type": "application/json"}
    async with asyncio.TaskGroup() as group:
        calls = [
            group.create_task(objector.http.post(OBJECTIONS, content=slowly(), headers=headers)) for _ in range(12)
        ]
        async with asyncio.timeout(60):
            assert (await objector.get("/v1/cases")).status_code == 200
        enough.set()
    assert {call.result().status_code for call in calls} == {422}
