"""Who may call what: every call by everybody, compared with the committed table."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.evidence import submit
from activities.settings import Settings
from api.app import create_app
from tests.api.calling import Caller, Service, open_task, serving
from tests.api.objecting import filed, form, upload

TABLE = Path(__file__).with_name("permissions.csv")
WHO = {
    "nobody": None,
    "applicant": "applicant@demo",
    "another applicant": "applicant2@demo",
    "operator": "reviewer@nanning.operator",
    "provider": "reviewer@nanning.transport",
    "another provider": "reviewer@nanning.health",
    "authority": "reviewer@nanning.authority",
    "experts": "reviewer@nanning.experts",
    "supervisor": "supervisor@nanning.authority",
    "another city": "reviewer@yulin.operator",
    "gateway": "gateway@nanning",
    "admin": "admin@kaifang",
}
CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/v1/cases", None),
    ("GET", "/v1/cases/{case_id}", None),
    ("GET", "/v1/cases/{case_id}/events", None),
    ("GET", "/v1/cases/{case_id}/trace", None),
    ("GET", "/v1/tasks", None),
    ("GET", "/v1/tasks/{task_id}", None),
    ("GET", "/v1/acts/{act_id}", None),
    ("GET", "/v1/grants", None),
    ("GET", "/v1/datasets", None),
    ("GET", "/v1/catalogue.jsonld", None),
    ("GET", "/v1/rules/nanning", None),
    ("GET", "/v1/gate", None),
    ("POST", "/v1/access-requests", "the form"),
    ("POST", "/v1/objections", "an objection"),
    ("POST", "/v1/leak-reports", {"city": "nanjing", "statement": "x"}),
    (
        "POST",
        "/v1/catalogue-updates",
        {"city": "nanning", "dataset_id": "nanning-transport-bus-lines", "trigger": "other"},
    ),
    ("POST", "/v1/demands", {"city": "nanning", "provider": "nanning.transport", "statement": "x"}),
    ("POST", "/v1/cases/{case_id}/withdrawal", None),
    ("POST", "/v1/cases/{case_id}/supplement", {"text": "x"}),
    ("POST", "/v1/cases/{case_id}/signature", None),
    ("POST", "/v1/cases/{case_id}/evidence", "a file"),
    ("POST", "/v1/cases/{case_id}/suspension-review", None),
    ("POST", "/v1/cases/{case_id}/notes", {"text": "x"}),
    ("POST", "/v1/tasks/{task_id}/claim", None),
    ("POST", "/v1/tasks/{task_id}/release", None),
    ("POST", "/v1/tasks/{task_id}/reassignment", {"to": "reviewer2@nanning.operator"}),
    ("POST", "/v1/tasks/{task_id}/decision", {"outcome": "pass"}),
    ("POST", "/v1/tasks/{task_id}/correction", {"outcome": "pass"}),
    ("POST", "/v1/tasks/{task_id}/supplement-request", {"text": "x"}),
    ("POST", "/v1/tasks/{task_id}/opinion-request", {"question": "x"}),
    ("POST", "/v1/datasets/{dataset_id}/data-updates", {"updated_on": "2026-02-01"}),
    ("POST", "/v1/catalogue/imports", {"result": {"results": []}}),
    ("POST", "/v1/evidence", {"text": "x"}),
    ("GET", "/v1/evidence/{evidence_id}", None),
    ("POST", "/v1/grants/{case_id}/key", None),
    ("POST", "/v1/grants/{case_id}/renunciation", None),
    ("POST", "/v1/grants/{case_id}/revocation", {"reason": "x"}),
]
SUSPENSION_REVIEW = "/v1/cases/{case_id}/suspension-review"
OF_AN_OBJECTION = ("/v1/cases/{case_id}/trace", "/v1/cases/{case_id}/evidence", SUSPENSION_REVIEW)


async def evidence_of(service: Service, case: Any) -> str:
    """A file that the case's party uploaded and submitted."""
    applicant = service.as_("applicant@demo")
    uploaded = (await applicant.post("/v1/evidence?name=x.txt", {"text": "mine"})).json()["evidence_id"]
    pool = service.app.state.runtime.pool
    party = await pool.fetchval("select party from cases where case_id = $1", case["case_id"])
    async with pool.acquire() as connection:
        await submit(connection, [uploaded], party, case["case_id"])
    return str(uploaded)


async def status(service: Service, who: str | None, method: str, path: str, body: Any) -> int:
    """The answer to a call on a case that is new: a request before its operator, or an objection before its
    provider, who has declined to suspend where the call takes that up again."""
    applicant = service.as_("applicant@demo")
    if path in OF_AN_OBJECTION:
        objection = await filed(applicant, "nanning", ground="other_right")
        if path == SUSPENSION_REVIEW:
            await service.decide(objection, "suspension", "keep_open", reason="x")
        path = path.format(case_id=objection["case_id"])
    case = await applicant.file("nanning")
    note = await applicant.do(f"/v1/cases/{case['case_id']}/notes", {"text": "mine"})
    ids = {"case_id": case["case_id"], "task_id": open_task(case, "formal_review")["task_id"]}
    evidence_id = await evidence_of(service, case) if "{evidence_id}" in path else None
    filled = path.format(**ids, act_id=note["act_id"], evidence_id=evidence_id, dataset_id=case["dataset_id"])
    caller = service.as_(who) if who else Caller(service.http, None)
    if method == "GET":
        return (await caller.get(filled)).status_code
    if path == "/v1/evidence":
        filled += "?name=x.txt"  # and the JSON is a text
    if path == "/v1/catalogue/imports":
        filled += "?city=nanning"
    if body == "the form":
        body = await applicant.form("nanning")
    elif body == "an objection":
        body = await form(applicant, "nanning", ground="other_right")
    elif body == "a file":
        body = {"evidence": [await upload(applicant)]}
    return (await caller.post(filled, body, str(uuid.uuid4()))).status_code


async def test_who_may_call_what_is_as_the_committed_table_says(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")  # what is permitted is received, and answered 202
    async with serving(create_app(settings, patience=timedelta(milliseconds=100)), settings) as service:
        rows = [
            {"call": f"{method} {path}"}
            | {name: str(await status(service, who, method, path, body)) for name, who in WHO.items()}
            for method, path, body in CALLS
        ]
        described = {
            f"{method.upper()} {path}"
            for path, calls in service.app.openapi()["paths"].items()
            for method in calls
            if path.startswith("/v1/")
        }

    found = io.StringIO()
    writer = csv.DictWriter(found, ["call", *WHO], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    assert found.getvalue() == TABLE.read_text()
    public = {"GET /v1/datasets/{dataset_id}", "GET /v1/datasets/{dataset_id}/versions"}
    one_of_its_kind = public | {"GET /v1/deadlines", "GET /v1/rules/{city}"}
    assert described - one_of_its_kind == {f"{method} {path}" for method, path, _ in CALLS} - {"GET /v1/rules/nanning"}
