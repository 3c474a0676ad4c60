"""Recording what makes an entry change: by whom, with its draft or without, and once however often it is sent."""

from __future__ import annotations

import asyncio
import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from activities.database import Pool
from reading.store import Store
from reading.updates import questions as updates
from reading.updates.shown import draft_state_of
from tests.api.calling import Caller, Service, open_stages, open_task
from tests.api.updating import (
    CITIES,
    NEW_ENTRY,
    TITLE,
    answers,
    drafting,
    errors,
    filing,
    law,
    post,
    recorded,
    today,
    walked,
)

OTHER = {"title": {"zh": "公交车位置", "en": "Where buses are"}}


@pytest.mark.parametrize("city", CITIES)
async def test_from_the_event_to_a_new_version_in_each_of_the_five(working: Service, city: str) -> None:
    provider = working.as_(f"reviewer@{city}.transport")
    case = await recorded(provider, await drafting(provider, city))

    assert case["update"]["draft"]["state"] == "submitted"
    assert (case["update"]["draft"]["entry"]["title"], case["update"]["new_dataset"]) == (TITLE, False)
    case = await walked(working, case)

    assert (case["status"], case["outcome"]) == ("closed", "published")
    dataset = await provider.read(f"/v1/datasets/{case['dataset_id']}")
    assert (dataset["title"], dataset["openness"]) == (TITLE["en"], "conditional")
    versions = (await provider.read(f"/v1/datasets/{case['dataset_id']}/versions"))["items"]
    assert [each["case_number"] for each in versions] == [None, case["case_number"]]


@pytest.mark.parametrize("city", CITIES)
async def test_a_dataset_that_is_not_in_the_catalogue_is_there_once_its_entry_is_published(
    working: Service, city: str
) -> None:
    provider = working.as_(f"reviewer@{city}.transport")
    rules = await law(provider, city)
    body = await drafting(provider, city, dataset_id=None, entry=NEW_ENTRY, answers=answers(rules, "unconditional"))
    case = await recorded(provider, body)

    assert case["dataset_id"].startswith(f"{city}-transport-")
    assert case["update"]["new_dataset"]
    assert (await provider.get(f"/v1/datasets/{case['dataset_id']}")).status_code == 404
    case = await walked(working, case)

    dataset = await working.nobody().read(f"/v1/datasets/{case['dataset_id']}")
    assert (dataset["title"], dataset["openness"], dataset["provider"]) == (
        NEW_ENTRY["title"]["en"],
        "unconditional",
        f"{city}.transport",
    )
    found = await working.nobody().read("/v1/datasets", city=city, q="单车停放")
    assert [each["dataset_id"] for each in found["items"]] == [case["dataset_id"]]


async def test_an_event_without_a_draft_waits_for_one_on_its_clock(working: Service) -> None:
    provider = working.as_("reviewer@nanning.transport")
    occurred_on = today() - timedelta(days=3)
    case = await recorded(provider, await filing(provider, "nanning", occurred_on=str(occurred_on)))

    assert (case["update"]["occurred_on"], case["update"]["draft"]) == (str(occurred_on), None)
    assert case["received_at"][:10] == str(today())
    (task,) = case["tasks"]
    assert (task["stage"], task["body"], task["clock"]["period"]) == ("compilation", "nanning.transport", "10wd")
    assert task["clock"]["started_at"] == f"{occurred_on}T00:00:00+08:00"


async def test_an_event_that_is_recorded_late_is_overdue_from_the_start(working: Service) -> None:
    authority = working.as_("reviewer@nanning.authority")
    body = await filing(authority, "nanning", occurred_on=str(today() - timedelta(days=60)))
    case = await recorded(authority, body)
    assert case["tasks"][0]["clock"]["overdue"]
    assert case["tasks"][0]["body"] == "nanning.transport"
    listed = (await working.as_("reviewer@nanning.transport").read("/v1/tasks", overdue=True))["items"]
    assert [each["case_id"] for each in listed] == [case["case_id"]]


async def test_the_authority_records_the_event_and_the_provider_drafts_later(working: Service) -> None:
    authority = working.as_("reviewer@nanning.authority")
    case = await recorded(authority, await filing(authority, "nanning", provider="nanning.transport"))
    assert case["parties"][0] | {"name": ""} == {"role": "initiator", "id": "reviewer@nanning.authority", "name": ""}
    rules = await law(authority, "nanning")
    draft = {"entry": {"title": TITLE}, "answers": answers(rules, "conditional")}
    case = await walked(working, case, draft)
    assert case["outcome"] == "published"


async def test_a_draft_is_for_the_body_that_compiles_the_entry(service: Service) -> None:
    authority = service.as_("reviewer@nanning.authority")
    assert errors(await post(authority, await drafting(authority, "nanning"))) == [("entry", "draft_of_another_body")]


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("reviewer@nanning.health", 403, "not-your-dataset"),
        ("reviewer@nanning.operator", 403, "provider-or-authority-records"),
        ("reviewer@nanning.experts", 403, "provider-or-authority-records"),
        ("reviewer@yulin.authority", 403, "provider-or-authority-records"),
        ("supervisor@nanning.authority", 403, "role-required"),
        ("applicant@demo", 403, "role-required"),
        ("admin@kaifang", 403, "role-required"),
    ],
)
async def test_only_the_provider_of_a_dataset_and_the_authority_record_what_happened(
    service: Service, who: str, status: int, code: str
) -> None:
    caller = service.as_(who)
    answer = await post(caller, await filing(caller, "nanning"))
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:kaifang:problem:{code}")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"dataset_id": None}, ("provider", "missing_here")),
        ({"dataset_id": None, "provider": "nanning.authority"}, ("provider", "provider_unknown")),
        ({"dataset_id": None, "provider": "yulin.transport"}, ("provider", "provider_unknown")),
        ({"provider": "nanning.health"}, ("dataset_id", "dataset_of_another_provider")),
        ({"dataset_id": "yulin-transport-rural-bus-lines"}, ("dataset_id", "dataset_unknown")),
        ({"dataset_id": "nanning-transport-nothing"}, ("dataset_id", "dataset_unknown")),
        ({"city": "atlantis"}, ("city", "city_unknown")),
    ],
)
async def test_whose_entry_it_is_must_be_known(
    service: Service, fields: dict[str, Any], wrong: tuple[str, str]
) -> None:
    authority = service.as_("reviewer@nanning.authority")
    body = {name: value for name, value in ((await filing(authority, "nanning")) | fields).items() if value}
    assert errors(await post(authority, body)) == [wrong]


@pytest.mark.parametrize("city", CITIES)
async def test_a_trigger_that_only_a_case_orders_is_refused_with_the_rule(service: Service, city: str) -> None:
    provider = service.as_(f"reviewer@{city}.transport")
    answer = await post(provider, await filing(provider, city, trigger="processing"))
    assert errors(answer) == [("trigger", "trigger_not_on_request")]
    assert answer.json()["errors"][0]["rule"]["article"]
    assert errors(await post(provider, await filing(provider, city, trigger="whim")))[0][1] == "trigger_unknown"


async def test_the_day_is_demanded_where_the_clock_runs_from_the_event(service: Service) -> None:
    provider = service.as_("reviewer@nanning.transport")
    answer = await post(provider, await filing(provider, "nanning", trigger="law_revised", occurred_on=None))
    assert errors(answer) == [("occurred_on", "day_demanded")]
    assert answer.json()["errors"][0]["rule"]["article"] == "15"

    case = await recorded(provider, await filing(provider, "nanning", trigger="rule_revised", occurred_on=None))
    assert case["tasks"][0]["clock"]["due_at"] is None


async def test_what_has_not_happened_yet_is_not_recorded(service: Service) -> None:
    provider = service.as_("reviewer@nanning.transport")
    tomorrow = str(today() + timedelta(days=1))
    answer = await post(provider, await filing(provider, "nanning", occurred_on=tomorrow))
    assert errors(answer) == [("occurred_on", "day_in_the_future")]


async def test_nothing_is_filed_with_a_draft_that_could_not_be_submitted(service: Service, pool: Pool) -> None:
    provider = service.as_("reviewer@nanning.transport")
    rules = await law(provider, "nanning")
    found = answers(rules, "conditional")
    del found["law_in_question"], found["specialised"]
    answer = await post(provider, await drafting(provider, "nanning", answers=found))

    assert errors(answer) == [
        ("answers.law_in_question", "RequirementMissing"),
        ("answers.specialised", "RequirementMissing"),
    ]
    assert answer.json()["errors"][0]["rule"]["basis"] == "service"
    assert await pool.fetchval("select count(*) from cases") == 0


async def test_every_field_that_a_new_entry_lacks_is_named_with_its_article(service: Service, pool: Pool) -> None:
    provider = service.as_("reviewer@nanning.transport")
    rules = await law(provider, "nanning")
    entry = {name: NEW_ENTRY[name] for name in ("title", "items")}
    body = await drafting(provider, "nanning", dataset_id=None, entry=entry, answers=answers(rules, "conditional"))
    answer = await post(provider, body)
    lacking = {"abstract", "domain", "formats", "conditions", "update_frequency"}
    assert set(errors(answer)) == {(f"entry.{field}", "RequirementMissing") for field in lacking}
    assert {each["rule"]["article"] for each in answer.json()["errors"]} == {"16"}

    body["entry"] = {"abstract": NEW_ENTRY["abstract"]}
    assert errors(await post(provider, body)) == [("entry.title", "missing_here"), ("entry.items", "missing_here")]
    assert await pool.fetchval("select count(*) from cases") == 0


async def test_answers_without_a_draft_are_no_filing(service: Service) -> None:
    provider = service.as_("reviewer@nanning.transport")
    body = await filing(provider, "nanning", answers={"openness": "closed"})
    answer = await post(provider, body)
    assert answer.status_code == 422
    assert [each["code"] for each in answer.json()["errors"]] == ["answers_without_entry"]


async def test_the_same_call_again_files_and_submits_nothing_twice(working: Service, pool: Pool) -> None:
    provider = working.as_("reviewer@nanning.transport")
    body, key = await drafting(provider, "nanning"), str(uuid.uuid4())
    first = await recorded(provider, body, key)
    again = await recorded(provider, body, key)

    assert (again["case_id"], again["events_count"]) == (first["case_id"], first["events_count"])
    kinds = await pool.fetch("select kind from acts where case_id = $1 order by seq", first["case_id"])
    assert [row["kind"] for row in kinds] == ["file", "decide"]
    other = await post(provider, body | {"statement": "Another"}, key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:kaifang:problem:idempotency-key-reused")


async def test_a_call_that_broke_off_between_filing_and_draft_is_finished_by_its_repeat(
    working: Service, pool: Pool
) -> None:
    provider = working.as_("reviewer@nanning.transport")
    body, key = await drafting(provider, "nanning"), str(uuid.uuid4())
    inbox = working.app.state.runtime.inbox

    async def fails(*_: object) -> None:
        raise ConnectionResetError

    receive_act, inbox.receive_act = inbox.receive_act, fails
    broken = await post(provider, body, key)
    inbox.receive_act = receive_act
    assert broken.status_code in (500, 503)
    assert await pool.fetchval("select count(*) from cases") == 1

    case = await recorded(provider, body, key)
    assert (case["update"]["draft"]["state"], await pool.fetchval("select count(*) from cases")) == ("submitted", 1)


async def test_a_draft_that_another_officer_was_faster_with_is_refused_and_the_event_stays(working: Service) -> None:
    provider, colleague = working.as_("reviewer@nanning.transport"), working.as_("reviewer2@nanning.transport")
    body, key = await drafting(provider, "nanning"), str(uuid.uuid4())
    inbox = working.app.state.runtime.inbox

    async def fails(*_: object) -> None:
        raise ConnectionResetError

    receive_act, inbox.receive_act = inbox.receive_act, fails
    await post(provider, body, key)
    inbox.receive_act = receive_act
    (task,) = (await colleague.read("/v1/tasks"))["items"]
    draft = {"outcome": "submit", "entry": body["entry"], "answers": body["answers"]}
    await colleague.do(f"/v1/tasks/{task['task_id']}/decision", draft)

    answer = await post(provider, body, key)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:kaifang:problem:task-already-decided")


async def test_the_second_update_waits_for_the_first_and_its_repeat_submits_the_draft(
    working: Service,
) -> None:
    provider = working.as_("reviewer@nanning.transport")
    first = await recorded(provider, await drafting(provider, "nanning"))
    body, key = await drafting(provider, "nanning", entry=OTHER), str(uuid.uuid4())
    second = await recorded(provider, body, key)

    waits_for = {"case_id": first["case_id"], "case_number": first["case_number"]}
    assert (second["update"]["waits_for"], open_stages(second)) == (waits_for, ["compilation"])
    assert (second["update"]["draft"]["state"], second["update"]["draft"]["act_id"]) == ("waiting", None)
    again = await recorded(provider, body, key)
    assert (open_stages(again), again["update"]["draft"]["state"]) == (["compilation"], "waiting")

    first = await walked(working, first)
    assert first["outcome"] == "published"
    turn = await recorded(provider, body, key)
    assert (turn["update"]["waits_for"], turn["update"]["draft"]["state"]) == (None, "submitted")
    (changed,) = [each for each in turn["update"]["draft"]["changes"] if each["field"] == "title"]
    assert changed["now"] == TITLE
    second = await walked(working, turn)
    dataset = await provider.read(f"/v1/datasets/{second['dataset_id']}")
    assert dataset["title"] == OTHER["title"]["en"]


async def test_a_turn_taken_while_its_repeat_is_read_submits_the_draft_all_the_same(
    working: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = working.as_("reviewer@nanning.transport")
    first = await recorded(provider, await drafting(provider, "nanning"))
    body, key = await drafting(provider, "nanning", entry=OTHER), str(uuid.uuid4())
    second = await recorded(provider, body, key)
    is_waiting = updates.is_waiting

    async def after_the_turn(store: Store, case_id: str, kind: str) -> str | None:
        monkeypatch.undo()
        await walked(working, first)
        await turn_taken(provider, case_id)
        return await is_waiting(store, case_id, kind)

    monkeypatch.setattr(updates, "is_waiting", after_the_turn)
    turn = await recorded(provider, body, key)
    assert (turn["update"]["waits_for"], turn["update"]["draft"]["state"]) == (None, "submitted")
    assert turn["case_id"] == second["case_id"]


async def turn_taken(caller: Caller, case_id: str) -> None:
    """Returns when no other update is before this one."""
    async with asyncio.timeout(30):
        while (await caller.read(f"/v1/cases/{case_id}"))["update"]["waits_for"]:  # noqa: ASYNC110  the engine ends it
            await asyncio.sleep(0.02)


async def test_a_draft_submitted_after_its_log_was_read_is_not_shown_as_kept(working: Service) -> None:
    provider = working.as_("reviewer@nanning.transport")
    first = await recorded(provider, await drafting(provider, "nanning"))
    body, key = await drafting(provider, "nanning", entry=OTHER), str(uuid.uuid4())
    second = await recorded(provider, body, key)
    await walked(working, first)
    await turn_taken(provider, second["case_id"])

    async with working.app.state.runtime.store() as store:
        read = await store.case_read(second["case_id"])
        turn = await recorded(provider, body, key)
        assert turn["update"]["draft"]["state"] == "submitted"
        received = await updates.decision_after(store, read)
    assert draft_state_of(read.state, received) == "received"
    assert received == turn["update"]["draft"]["act_id"]


async def test_while_the_engine_is_away_the_draft_is_received_with_the_event(service: Service) -> None:
    provider = service.as_("reviewer@nanning.transport")
    service.app.state.runtime.courier._patience = timedelta(milliseconds=100)
    case = await recorded(provider, await drafting(provider, "nanning"))
    assert open_stages(case) == ["compilation"]
    draft = case["update"]["draft"]
    assert draft["state"] == "received"
    act = await provider.read(f"/v1/acts/{draft['act_id']}")
    assert act["state"] == "received"
    assert date.fromisoformat(case["update"]["occurred_on"])
    assert open_task(case, "compilation")["clock"]["period"] == "10wd"
