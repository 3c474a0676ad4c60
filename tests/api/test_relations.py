"""Who may do what to whose case: every call that names a case, by everybody who has something to do with it or had,
compared with the committed table.

`KAIFANG_WRITE_TABLE=yes pytest tests/api/test_relations.py` writes the table anew; look at what has changed in it.
"""

from __future__ import annotations

import csv
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from activities.evidence.files import submit
from tests.api.calling import Caller, Service, open_task
from tests.api.conflicting import also_applies, leaves
from tests.api.objecting import upload
from tests.api.test_five_cities import granted
from tests.api.test_permissions import CALLS

WRITES = os.environ.get("KAIFANG_WRITE_TABLE") == "yes"
OF_CASES, OF_GRANTS = (Path(__file__).with_name(f"relations_{name}.csv") for name in ("to_a_case", "to_a_grant"))
OFFICER, COLLEAGUE, LEFT = "reviewer@nanning.operator", "reviewer2@nanning.operator", "reviewer@nanning.education"
SUPERVISOR = "supervisor@nanning.authority"
TO_A_CASE: Mapping[str, str] = {
    "party": "applicant@demo",
    "another applicant": "applicant2@demo",
    "officer of its body": COLLEAGUE,
    "officer of another body": "reviewer@nanning.health",
    "officer of another city": "reviewer@yulin.operator",
    "supervisor of its city": SUPERVISOR,
    "supervisor of another city": "supervisor@yulin.authority",
    "officer who is the party": OFFICER,
    "supervisor who is the party": SUPERVISOR,
    "former officer": LEFT,
}
UNKNOWN_FIELD = (422, "urn:kaifang:problem:request-invalid")
HIS_OWN = {"officer who is the party", "supervisor who is the party"}
"""Relations of whoever filed the case that is looked at."""
TO_A_GRANT: Mapping[str, str] = {
    "another applicant": "applicant2@demo",
    "officer of another provider": "reviewer@nanning.health",
    "officer of another city": "reviewer@yulin.transport",
    "former officer": LEFT,
    "former grantee": "objector@demo",
    "officer of its provider": "reviewer2@nanning.transport",
    "grantee": "applicant@demo",
    "officer who is the grantee": "reviewer@nanning.transport",
}
NAMING_A_CASE = [
    call
    for call in CALLS
    if any(f"{{{name}}}" in call[1] for name in ("case_id", "task_id", "act_id", "evidence_id"))
    and not call[1].startswith("/v1/grants")
]
NAMING_A_GRANT = [
    ("GET", "/v1/cases/{case_id}", None),
    ("GET", "/v1/cases/{case_id}/events", None),
    ("POST", "/v1/cases/{case_id}/notes", {"text": "x"}),
    ("POST", "/v1/grants/{case_id}/key", None),
    ("GET", "/v1/grants/{case_id}/delegations", None),
    ("POST", "/v1/grants/{case_id}/delegations", {"to": "objector@demo", "matter": "x"}),
    ("POST", "/v1/grants/{case_id}/delegations/none/revocation", None),
    ("POST", "/v1/grants/{case_id}/revocation", {"reason": "x"}),
    ("POST", "/v1/grants/{case_id}/renunciation", None),
]


def answered(answer: httpx.Response) -> str:
    """The status, and of a problem which it is."""
    kind = answer.json()["type"].rpartition(":")[2] if answer.status_code >= 400 else ""
    return f"{answer.status_code} {kind}".strip()


async def named(service: Service, party: Caller) -> dict[str, str]:
    """What a call on a new case of that party names: its task, an act of an officer and a file of the party."""
    case = await party.file("nanning")
    note = await service.as_(COLLEAGUE).do(f"/v1/cases/{case['case_id']}/notes", {"text": "among ourselves"})
    uploaded, pool = await upload(party), service.app.state.runtime.pool
    async with pool.acquire() as connection:
        account = await connection.fetchval("select party from cases where case_id = $1", case["case_id"])
        await submit(connection, [uploaded], account, case["case_id"])
    return {
        "case_id": case["case_id"],
        "task_id": open_task(case, "formal_review")["task_id"],
        "act_id": note["act_id"],
        "evidence_id": uploaded,
        "name": "receipt-1",
    }


async def call_of(caller: Caller, method: str, path: str, body: Any) -> str:
    if method == "GET":
        return answered(await caller.get(path))
    body = {"evidence": ["none"]} if body == "a file" else body
    return answered(await caller.post(path, body, str(uuid.uuid4())))


def compared(table: Path, found: Mapping[str, Mapping[str, str]]) -> None:
    """The committed table says what was found, by call and by who it is."""
    columns = list(next(iter(found.values())))
    if WRITES:
        with table.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["call", *columns])
            writer.writerows([call, *by_whom.values()] for call, by_whom in found.items())
    with table.open(newline="") as file:
        assert found == {row.pop("call"): row for row in csv.DictReader(file)}


async def test_who_may_do_what_to_whose_case_is_as_the_committed_table_says(stopped: Service) -> None:
    await leaves(stopped, LEFT)
    found: dict[str, dict[str, str]] = {f"{method} {path}": {} for method, path, _ in NAMING_A_CASE}
    for relation, login in TO_A_CASE.items():
        if relation in HIS_OWN:
            await also_applies(stopped, login, *(["supervisor"] if login == SUPERVISOR else []))
        party = stopped.as_(login if relation in HIS_OWN else "applicant@demo")
        names = await named(stopped, party)
        for method, path, body in NAMING_A_CASE:
            answer = await call_of(stopped.as_(login), method, path.format(**names), body)
            found[f"{method} {path}"][relation] = answer
            if answer[0] == "2" and method != "GET":
                # What was taken has changed the case: the next call is about another.
                names = await named(stopped, party)
    compared(OF_CASES, found)
    for relation in HIS_OWN:
        answers = {found[call][relation] for call in found if call.startswith("POST /v1/tasks/")}
        assert answers <= {"403 party-to-the-case", "403 not-your-task"}, relation


async def test_who_may_do_what_to_whose_grant_is_as_the_committed_table_says(working: Service) -> None:
    await leaves(working, LEFT)
    former = working.as_("objector@demo")
    ended = (await granted(working, former, "nanning"))["granted"]["access_case_id"]
    await former.do(f"/v1/grants/{ended}/renunciation")
    officer = await also_applies(working, TO_A_GRANT["officer who is the grantee"])
    case = await officer.file("nanning")
    for stage, outcome in (("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve")):
        case = await decided_by_a_colleague(working, case, stage, outcome)
    case = await decided_by_a_colleague(working, case, "provider_signature", "sign")
    own = (await officer.sign(case["case_id"]))["case"]["granted"]["access_case_id"]

    found: dict[str, dict[str, str]] = {f"{method} {path}": {} for method, path, _ in NAMING_A_GRANT}
    grant = (await granted(working, working.as_("applicant@demo"), "nanning"))["granted"]["access_case_id"]
    for relation, login in TO_A_GRANT.items():
        access = own if relation == "officer who is the grantee" else grant
        for method, path, body in NAMING_A_GRANT:
            answer = await call_of(working.as_(login), method, path.format(case_id=access), body)
            found[f"{method} {path}"][relation] = answer
            if path == "/v1/grants/{case_id}/revocation" and answer.startswith("200"):
                grant = (await granted(working, working.as_("applicant@demo"), "nanning"))["granted"]["access_case_id"]
                access = grant
    compared(OF_GRANTS, found)
    assert found["POST /v1/grants/{case_id}/revocation"]["officer who is the grantee"] == "403 party-to-the-case"


async def decided_by_a_colleague(service: Service, case: Any, stage: str, outcome: str) -> Any:
    """As `Service.decide`, by another officer of a provider whose first officer is the party."""
    task = open_task(case, stage)
    second = task["body"] == "nanning.transport"
    officer = service.as_(f"reviewer{'2' if second else ''}@{task['body']}")
    said: dict[str, str] = {}
    if outcome == "sign":
        said = {"conditions": "No copy leaves the machine"}
        said |= {"digest": await officer.digest(case["case_id"], **said)}
    return (await officer.do(f"/v1/tasks/{task['task_id']}/decision", {"outcome": outcome, **said}))["case"]


@pytest.mark.parametrize(
    "field", ["party", "by", "account", "body", "received_at", "supervises", "in_place_of", "to_body"]
)
async def test_no_form_sets_what_the_directory_and_the_clock_say(stopped: Service, field: str) -> None:
    """Neither who acts and for which body nor when it was received is anybody's to state."""
    applicant, officer = stopped.as_("applicant@demo"), stopped.as_(OFFICER)
    stated = {field: "nanning.operator"}
    form_of_request = await applicant.form("nanning")
    filing = await applicant.post("/v1/access-requests", form_of_request | stated, str(uuid.uuid4()))
    assert (filing.status_code, filing.json()["type"]) == UNKNOWN_FIELD
    case = await applicant.file("nanning")
    task = open_task(case, "formal_review")["task_id"]
    forms: list[tuple[Caller, str, dict[str, str]]] = [
        (officer, f"/v1/tasks/{task}/decision", {"outcome": "pass"}),
        (officer, f"/v1/tasks/{task}/reassignment", {"to": COLLEAGUE}),
        (officer, f"/v1/supervision/tasks/{task}/urging", {"text": "x"}),
        (applicant, f"/v1/cases/{case['case_id']}/notes", {"text": "x"}),
        (applicant, f"/v1/cases/{case['case_id']}/withdrawal", {"reason": "x"}),
    ]
    for caller, path, form in forms:
        answer = await caller.post(path, form | stated)
        assert (answer.status_code, answer.json()["type"]) == UNKNOWN_FIELD, path


async def test_nobody_reads_or_moves_the_messages_and_feeds_of_another(stopped: Service) -> None:
    await stopped.as_("applicant@demo").file("nanning")
    mine = (await stopped.as_(OFFICER).read("/v1/messages"))["items"]
    assert mine
    other = stopped.as_(COLLEAGUE)
    ids = [each["message_id"] for each in mine]
    assert not {each["message_id"] for each in (await other.read("/v1/messages"))["items"]} & set(ids)
    await other.post("/v1/messages/read", {"message_ids": ids})
    assert all(each["read_at"] is None for each in (await stopped.as_(OFFICER).read("/v1/messages"))["items"])
    feed = (await stopped.as_(SUPERVISOR).post("/v1/supervision/feeds", {"name": "x"})).json()
    deleted = await other.http.delete(f"/v1/supervision/feeds/{feed['feed_id']}", headers=other.headers())
    assert deleted.status_code == 404
    assert (await other.read("/v1/supervision/feeds"))["items"] == []
