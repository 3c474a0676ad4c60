"""Periods that bind a filing over HTTP: from a day that is stated or that another case has; late is on record, is found
by who looks for it, and bars nothing."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import httpx
import pytest

from rules.deadlines import to_shanghai
from rules.loading import load_pack, load_text
from rules.pack import Pack
from tests.api.calling import Caller, Service
from tests.api.test_misuse import in_use, reported, task_of

CITY = "guangzhou"
STAYS = "[{in_force_from: 2022-07-01, value: stays, cite: service after_the_law}]\n"
KNOWN = """\
      discovered_on:
        label: {zh: 知道之日, en: Day of knowledge}
        versions: [{in_force_from: 2022-07-01, value: {required: true}, cite: service after_the_law}]
"""
WITHIN_DAYS = """\
    filed_within: [{in_force_from: 2022-07-01, value: {within: 30d, from: discovered_on}, cite: service after_the_law}]
"""
WITHIN_A_MONTH = """\
    filed_within: [{in_force_from: 2022-07-01, value: {within: 1mo, from_event: measure_told}, cite: "measures 30.1"}]
"""


def bound() -> Pack:
    """Guangzhou's law with two more periods, as its pack would have them."""
    law = files("rules").joinpath("packs", f"{CITY}.yaml").read_text(encoding="utf-8")
    head, _, procedures = law.partition("\nprocedures:\n")
    before, objection, after = procedures.partition("  objection:\n")
    after = after.replace("    fields:\n", f"    fields:\n{KNOWN}", 1)
    after = after.replace("    counting:\n", f"{WITHIN_DAYS}    counting:\n      d: {STAYS}", 1)
    after, appeal, last = after.partition("  misuse_appeal:\n")
    counting = f"    counting:\n      mo: {STAYS}"
    last = last.replace("    fields:\n", f"{WITHIN_A_MONTH}{counting}    fields:\n", 1)
    return load_text(f"{head}\nprocedures:\n{before}{objection}{after}{appeal}{last}", f"{CITY}.yaml")


@pytest.fixture
def with_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = bound()
    monkeypatch.setattr("api.acting.filing.load_pack", lambda city: pack if city == CITY else load_pack(city))


async def today_of(service: Service) -> date:
    return to_shanghai(await service.app.state.runtime.now()).date()


async def objected(caller: Caller, dataset_id: str, **more: Any) -> httpx.Response:
    about = {"city": CITY, "dataset_id": dataset_id, "ground": "other_right", "statement": "It names me"}
    return await caller.post("/v1/objections", about | more, str(uuid.uuid4()))


@pytest.mark.usefixtures("with_periods")
async def test_a_late_objection_is_late_on_record_found_told_and_decided(working: Service, objector: Caller) -> None:
    today = await today_of(working)
    found = await objector.read("/v1/datasets", city=CITY, openness="unconditional", limit=1)
    dataset_id = found["items"][0]["dataset_id"]

    lacking = await objected(objector, dataset_id)
    future = await objected(objector, dataset_id, discovered_on=f"{today + timedelta(days=1)}")
    in_time = (await objected(objector, dataset_id, discovered_on=f"{today - timedelta(days=30)}")).json()
    late = (await objected(objector, dataset_id, discovered_on=f"{today - timedelta(days=31)}")).json()

    for answer, code in ((lacking, "field_required"), (future, "day_in_the_future")):
        assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [("discovered_on", code)]
    assert (in_time["filing_period"]["late"], in_time["filing_period"]["last_day"]) == (False, f"{today}")
    period = late["filing_period"]
    assert (period["late"], period["period"], period["counted_from_label"]) == (True, "30d", "day of knowledge")
    assert (period["counted_from"], period["basis"]) == (f"{today - timedelta(days=31)}", "service")
    assert [task["state"] for task in late["tasks"] if task["stage"] == "verification"] == ["open"]

    listed = await objector.read("/v1/cases", filed_late=True)
    kept = await objector.read("/v1/cases", filed_late=False)
    assert [(each["case_id"], each["filed_late"]) for each in listed["items"]] == [(late["case_id"], True)]
    assert [(each["case_id"], each["filed_late"]) for each in kept["items"]] == [(in_time["case_id"], False)]
    sheet = (await objector.get("/v1/cases", {"Accept": "text/csv"})).text.splitlines()
    column = sheet[0].split(",").index("Filed late")
    assert {line.split(",")[0]: line.split(",")[column] for line in sheet[1:]} == {
        late["case_number"]: "yes",
        in_time["case_number"]: "no",
    }

    provider = next(each["id"] for each in late["parties"] if each["role"] == "provider")
    officer = working.as_(f"reviewer@{provider}")
    for reader in (objector, officer):
        messages = (await reader.read("/v1/messages"))["items"]
        told = {each["case_number"]: "late, which is on record" in each["text"] for each in messages}
        assert told == {late["case_number"]: True, in_time["case_number"]: False}
    closed = await working.decide(late, "verification", "keep_open", answer="It stays open", reason="As before")
    assert closed["status"] == "closed"


@pytest.mark.usefixtures("with_periods")
async def test_an_appeal_is_counted_from_the_day_on_which_its_user_was_told(
    working: Service, applicant: Caller
) -> None:
    access, _ = await in_use(working, applicant, CITY)
    case = await reported(working.as_("applicant2@demo"), CITY, access["dataset_id"])
    said = {"outcome": "close", "misused_grant": access["case_number"], "misuse": "unlawful_use", "reason": "Seen"}
    task = task_of(case, "authority_verification")
    await working.as_("reviewer@guangzhou.authority").do(f"/v1/tasks/{task}/decision", said)
    (taken,) = (await applicant.read(f"/v1/cases/{access['case_id']}"))["taken"]
    appeal = {"case_id": access["case_id"], "measure_id": taken["measure_id"], "statement": "We sold nothing"}

    filed = await applicant.post("/v1/misuse-appeals", appeal, str(uuid.uuid4()))

    assert filed.status_code == 201, filed.text
    period, today = filed.json()["filing_period"], await today_of(working)
    assert (period["counted_from"], period["late"], period["article"]) == (f"{today}", False, "30.1")
    assert period["counted_from_label"] == "day on which the measure was told"


@pytest.mark.duty("NN-15a")
async def test_an_update_that_is_filed_after_its_ten_days_is_late_on_record(working: Service) -> None:
    clerk, today = working.as_("reviewer@nanning.transport"), await today_of(working)
    datasets = await clerk.read("/v1/datasets", city="nanning", provider="nanning.transport", limit=1)
    about = {"city": "nanning", "dataset_id": datasets["items"][0]["dataset_id"], "statement": "A law has changed"}
    late = {}
    for trigger, ago in (("law_revised", 3), ("law_revised", 60), ("rule_revised", 60)):
        form = about | {"trigger": trigger, "occurred_on": f"{today - timedelta(days=ago)}"}
        answer = await clerk.post("/v1/catalogue-updates", form, str(uuid.uuid4()))
        assert answer.status_code == 201, answer.text
        period = answer.json()["filing_period"]
        late[trigger, ago] = period and (period["late"], period["article"])
    assert late == {("law_revised", 3): (False, "15"), ("law_revised", 60): (True, "15"), ("rule_revised", 60): None}
    board = await working.as_("supervisor@nanning.authority").read("/v1/cases", filed_late=True, status="open")
    assert [each["procedure"] for each in board["items"]] == ["catalogue_update"]
