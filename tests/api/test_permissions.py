"""Who may call what: every call by everybody, compared with the committed table."""

from __future__ import annotations

import csv
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from activities.database import present
from activities.evidence.files import submit
from activities.settings import Settings
from activities.telling.channels import Wanted, open_channel
from activities.telling.feeds import NewFeed, make_feed
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
IN_2099 = {"from_on": "2099-01-05", "until_on": "2099-01-06"}
A_SATURDAY_OFF = {"scope": "CN", "document": "x", "published_on": "2026-01-05", "days_off": ["2026-01-10"]}
CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/v1/cases", None),
    ("GET", "/v1/cases/{case_id}", None),
    ("GET", "/v1/cases/{case_id}/events", None),
    ("GET", "/v1/cases/{case_id}/proof", None),
    ("GET", "/v1/cases/{case_id}/trace", None),
    ("GET", "/v1/cases/{case_id}/papers", None),
    ("GET", "/v1/cases/{case_id}/papers/{name}.pdf", None),
    ("GET", "/v1/cases/{case_id}/case-file.zip", None),
    ("GET", "/v1/papers/{code}", None),
    ("GET", "/v1/cases/{case_id}/calendar.ics", None),
    ("GET", "/v1/calendar-feed", None),
    ("POST", "/v1/calendar-feed", None),
    ("DELETE", "/v1/calendar-feed", None),
    ("GET", "/v1/calendar-feed/{token}.ics", None),
    ("GET", "/v1/tasks", None),
    ("GET", "/v1/tasks/{task_id}", None),
    ("GET", "/v1/acts/{act_id}", None),
    ("GET", "/v1/grants", None),
    ("GET", "/v1/accesses", None),
    ("GET", "/v1/accesses/days", None),
    ("GET", "/v1/accesses/minutes?dataset_id=nanning-transport-bus-lines", None),
    ("GET", "/v1/accesses/use", None),
    ("GET", "/v1/datasets", None),
    ("GET", "/v1/datasets/{dataset_id}/ratings", None),
    ("GET", "/v1/datasets/{dataset_id}/rating", None),
    ("PUT", "/v1/datasets/{dataset_id}/rating", {"scores": {"regularity": 3}}),
    ("GET", "/v1/ratings", None),
    ("GET", "/v1/ratings/figures", None),
    ("GET", "/v1/feedback", None),
    ("GET", "/v1/feedback/{feedback_id}", None),
    ("POST", "/v1/feedback", {"city": "nanning", "kind": "opinion", "text": "x"}),
    ("POST", "/v1/feedback/{feedback_id}/answer", {"text": "x"}),
    ("GET", "/v1/declarations?city=nanning", None),
    ("GET", "/v1/declarations/owed?city=nanning", None),
    ("GET", "/v1/declarations/{declaration_id}", None),
    ("GET", "/v1/datasets/{dataset_id}/declarations", None),
    ("POST", "/v1/declarations", {"city": "nanning", "kind": "showcase", "says": {}}),
    ("POST", "/v1/declarations/{declaration_id}/taking-down", {"reason": "x"}),
    ("PUT", "/v1/declarations/{declaration_id}/naming", {"named": True}),
    ("GET", "/v1/catalogue.jsonld", None),
    ("GET", "/v1/cities", None),
    ("GET", "/v1/bodies", None),
    ("GET", "/v1/rules/nanning", None),
    ("GET", "/v1/heads", None),
    ("GET", "/v1/gate", None),
    ("GET", "/v1/exchange-gate", None),
    ("POST", "/v1/access-requests", "the form"),
    ("POST", "/v1/objections", "an objection"),
    ("POST", "/v1/leak-reports", {"city": "nanjing", "statement": "x"}),
    (
        "POST",
        "/v1/misuse-reports",
        {"city": "nanning", "dataset_id": "nanning-transport-bus-lines", "misuse": "abuse", "statement": "x"},
    ),
    ("POST", "/v1/misuse-appeals", {"case_id": "x", "measure_id": "x", "statement": "x"}),
    ("GET", "/v1/published-measures?city=guangzhou", None),
    (
        "POST",
        "/v1/quality-checks",
        {"city": "yulin", "dataset_id": "yulin-transport-rural-bus-lines", "statement": "x"},
    ),
    ("POST", "/v1/opening-focuses", {"city": "nanning", "year": 2022}),
    ("POST", "/v1/opening-plans", {"city": "nanning", "year": 2022}),
    ("POST", "/v1/evaluations", {"city": "nanning", "year": 2022}),
    ("POST", "/v1/evaluation-findings", {"case_id": "x", "body": "nanning.transport", "statement": "x"}),
    (
        "POST",
        "/v1/openings-elsewhere",
        {"city": "guangzhou", "dataset_id": "guangzhou-port-berths", "elsewhere": "x"},
    ),
    ("GET", "/v1/openings-elsewhere?city=guangzhou", None),
    (
        "POST",
        "/v1/sharing-requests",
        {"city": "nanjing", "dataset_id": "nanjing-health-emergency-calls", "purpose": "x", "access_mode": "api"},
    ),
    ("GET", "/v1/published-results", None),
    ("GET", "/v1/circulated-results", None),
    (
        "POST",
        "/v1/catalogue-updates",
        {"city": "nanning", "dataset_id": "nanning-transport-bus-lines", "trigger": "other"},
    ),
    ("POST", "/v1/demands", {"city": "nanning", "provider": "nanning.transport", "statement": "x"}),
    (
        "POST",
        "/v1/rectifications",
        {"city": "nanning", "body": "nanning.transport", "breach": "other_duty", "statement": "x"},
    ),
    ("POST", "/v1/account-changes", {"city": "nanning", "account_action": "open", "account_user": "x"}),
    (
        "POST",
        "/v1/contact-changes",
        {"city": "nanning", "contact": "x", "reached_at": "x", "discovered_on": "2026-01-05"},
    ),
    ("GET", "/v1/supervision/rectification-proposals", None),
    ("GET", "/v1/supervision/overdue", None),
    ("GET", "/v1/supervision/overdue/counts", None),
    ("GET", "/v1/supervision/due-soon", None),
    ("GET", "/v1/supervision/waiting-acts", None),
    ("GET", "/v1/supervision/promptly", None),
    ("GET", "/v1/supervision/readings", None),
    ("GET", "/v1/supervision/figures", None),
    ("GET", "/v1/figures", None),
    ("POST", "/v1/supervision/feeds", {"name": "x"}),
    ("GET", "/v1/supervision/feeds", None),
    ("GET", "/v1/supervision/feeds/{token}.csv", None),
    ("GET", "/v1/supervision/feeds/{token}.ics", None),
    ("DELETE", "/v1/supervision/feeds/{feed_id}", None),
    ("POST", "/v1/cases/{case_id}/withdrawal", None),
    ("POST", "/v1/cases/{case_id}/supplement", {"text": "x"}),
    ("GET", "/v1/cases/{case_id}/agreement", None),
    ("POST", "/v1/cases/{case_id}/agreement", {"conditions": "x"}),
    ("POST", "/v1/cases/{case_id}/signature", None),
    ("POST", "/v1/cases/{case_id}/choice", {"outcome": "ask_for_review"}),
    ("POST", "/v1/cases/{case_id}/evidence", "a file"),
    ("POST", "/v1/cases/{case_id}/suspension-review", None),
    ("POST", "/v1/cases/{case_id}/notes", {"text": "x"}),
    ("POST", "/v1/tasks/{task_id}/claim", None),
    ("POST", "/v1/tasks/{task_id}/release", None),
    ("POST", "/v1/tasks/{task_id}/reassignment", {"to": "reviewer2@nanning.operator"}),
    ("POST", "/v1/tasks/{task_id}/decision", {"outcome": "pass"}),
    ("POST", "/v1/tasks/{task_id}/correction", {"outcome": "pass"}),
    ("POST", "/v1/tasks/{task_id}/supplement-request", {"text": "x"}),
    ("POST", "/v1/tasks/{task_id}/extension", {"period": "1wd", "text": "x"}),
    ("POST", "/v1/tasks/{task_id}/stop", {"stop": "x", "text": "x"}),
    ("POST", "/v1/tasks/{task_id}/end-of-stop", {"stop": "x"}),
    ("POST", "/v1/tasks/{task_id}/opinion-request", {"question": "x"}),
    ("POST", "/v1/datasets/{dataset_id}/data-updates", {"updated_on": "2026-02-01"}),
    ("POST", "/v1/catalogue/imports", {"result": {"results": []}}),
    ("POST", "/v1/evidence", {"text": "x"}),
    ("GET", "/v1/evidence/{evidence_id}", None),
    ("GET", "/v1/calendar/notices", None),
    ("POST", "/v1/calendar/notices/dry-run", A_SATURDAY_OFF),
    ("POST", "/v1/calendar/notices", A_SATURDAY_OFF),
    ("GET", "/v1/maintenance-notices", None),
    (
        "POST",
        "/v1/maintenance-notices",
        {"starts_at": "2099-01-03T00:00:00+08:00", "ends_at": "2099-01-03T01:00:00+08:00", "what": "x"},
    ),
    ("POST", "/v1/maintenance-notices/{maintenance_id}/cancellation", None),
    ("GET", "/v1/holders", None),
    ("POST", "/v1/supervision/tasks/{task_id}/urging", {"text": "x"}),
    ("POST", "/v1/supervision/officers/{account}/hand-over", {"release": True}),
    ("GET", "/v1/directory", None),
    ("PUT", "/v1/directory/{body}/{post}", {"account": "reviewer@nanning.transport"}),
    ("DELETE", "/v1/directory/{body}/{post}", None),
    ("GET", "/v1/accounts", None),
    ("POST", "/v1/accounts", {"login": "x@y", "name": "x", "roles": ["admin"], "email": "x@example.org"}),
    ("PUT", "/v1/accounts/{login}/roles", {"roles": ["supervisor"]}),
    ("DELETE", "/v1/accounts/{login}", None),
    ("POST", "/v1/accounts/{login}/reopening", {"roles": ["admin"], "reason": "x"}),
    ("POST", "/v1/accounts/{login}/link", None),
    ("POST", "/v1/tokens/revocation", {"jti": "none"}),
    ("GET", "/v1/role-proposals", None),
    ("POST", "/v1/role-proposals/confirmation", {"proposals": ["none"]}),
    ("DELETE", "/v1/role-proposals/{proposal_id}", None),
    ("GET", "/v1/account-record", None),
    ("PUT", "/v1/bodies/{body}", {"role": "provider", "name": "x"}),
    ("GET", "/v1/absences", None),
    ("POST", "/v1/absences", {"substitute": "reviewer2@nanning.operator", **IN_2099}),
    ("DELETE", "/v1/absences/{absence_id}", None),
    ("GET", "/v1/messages", None),
    ("GET", "/v1/readings", None),
    ("GET", "/v1/own-data.zip", None),
    ("POST", "/v1/messages/read", {"message_ids": ["none"]}),
    ("GET", "/v1/channels", None),
    ("POST", "/v1/channels", {"kind": "webhook", "address": "https://hooks.example.org/x"}),
    ("DELETE", "/v1/channels/{channel_id}", None),
    ("POST", "/v1/cases/{case_id}/use-report", {"uses": "x"}),
    ("GET", "/v1/grants/{case_id}/use", None),
    ("POST", "/v1/grants/{case_id}/use-reports", None),
    ("POST", "/v1/grants/{case_id}/use-records", {"used_on": "2026-01-02", "text": "x"}),
    (
        "POST",
        "/v1/grants/{case_id}/inspections",
        {"inspected_on": "2026-01-02", "finding": "in_order", "text": "x"},
    ),
    ("POST", "/v1/grants/{case_id}/key", None),
    ("POST", "/v1/grants/{case_id}/renunciation", None),
    ("POST", "/v1/grants/{case_id}/revocation", {"reason": "x"}),
    ("GET", "/v1/grants/{case_id}/delegations", None),
    ("POST", "/v1/grants/{case_id}/delegations", {"to": "applicant2@demo"}),
    ("POST", "/v1/grants/{case_id}/delegations/{delegation_id}/revocation", None),
    ("GET", "/v1/delegations", None),
    ("POST", "/v1/delegations/{delegation_id}/key", None),
]
SUSPENSION_REVIEW = "/v1/cases/{case_id}/suspension-review"
OF_A_CITY = (
    "/v1/supervision/rectification-proposals",
    "/v1/catalogue/imports",
    "/v1/maintenance-notices",
    "/v1/bodies",
    "/v1/holders",
    "/v1/published-results",
    "/v1/figures",
)
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


async def feeds_of_the_supervisor(service: Service) -> dict[str, str]:
    """Two feeds: the token of one, which nobody revokes, and the id of the other."""
    names = {"token": "the-token-of-the-supervisor", "feed_id": "of-the-supervisor"}
    query = "select account_id from accounts where login = 'supervisor@nanning.authority'"
    pool = service.app.state.runtime.pool
    async with pool.acquire() as connection:
        account, now = await connection.fetchval(query), await present(connection)
    for feed_id, token in (("fetched", names["token"]), (names["feed_id"], "another")):
        await make_feed(pool, NewFeed(feed_id, account, "x", {"lists": ["overdue"]}), token, now)
    return names


async def channel_of_the_applicant(service: Service) -> str:
    """The id of a channel that the applicant opened."""
    query = "select account_id from accounts where login = 'applicant@demo'"
    async with service.app.state.runtime.pool.acquire() as connection, connection.transaction():
        account, now = await connection.fetchval(query), await present(connection)
        wanted = Wanted("webhook", "https://hooks.example.org/x", "en")
        await open_channel(connection, "of-the-applicant", account, wanted, now, seals=service.app.state.runtime.seals)
    return "of-the-applicant"


async def on_file(service: Service) -> dict[str, str]:
    """A post of the provider that is filled, and an absence of its officer."""
    names = {"body": "nanning.transport", "post": "data_officer", "absence_id": "of-the-provider"}
    of_officer = "account_id, now(), account_id from accounts where login = 'reviewer@nanning.transport'"
    pool = service.app.state.runtime.pool
    await pool.execute(
        "insert into posts (body, post, account_id, filed_at, filed_by) "
        f"select $1, $2, {of_officer} on conflict do nothing",
        names["body"],
        names["post"],
    )
    await pool.execute(
        "insert into absences select $1, o.account_id, s.account_id, '2099-01-05', '2099-01-06', now() "
        "from accounts o, accounts s where o.login = 'reviewer@nanning.transport' "
        "and s.login = 'reviewer2@nanning.transport' on conflict do nothing",
        names["absence_id"],
    )
    return names


Made = dict[str, dict[str, Any]]
"""Cases that calls are about, as long as no call has changed anything."""


async def case_of_the_applicant(service: Service) -> dict[str, Any]:
    """A request before its operator, and what a path may name of it."""
    applicant = service.as_("applicant@demo")
    case = await applicant.file("nanning")
    note = await applicant.do(f"/v1/cases/{case['case_id']}/notes", {"text": "mine"})
    names = {"case_id": case["case_id"], "task_id": open_task(case, "formal_review")["task_id"]}
    return names | {"act_id": note["act_id"], "dataset_id": case["dataset_id"]}


async def objection_for(service: Service, path: str) -> dict[str, Any]:
    """An objection before its provider, who has declined to suspend where the call takes that up again."""
    objection: dict[str, Any] = await filed(service.as_("applicant@demo"), "nanning", ground="other_right")
    if path == SUSPENSION_REVIEW:
        await service.decide(objection, "suspension", "keep_open", reason="x")
    return objection


async def names_in(service: Service, path: str, made: Made) -> dict[str, Any]:
    """What the path names: nothing is made that it does not name, for there are many calls."""
    names: dict[str, Any] = {"maintenance_id": "none", "account": "reviewer@nanning.transport"}
    names |= {
        "name": "receipt-1",
        "code": "none",
        "login": "reviewer2@nanning.health",
        "proposal_id": "none",
        "feedback_id": "none",
        "declaration_id": "none",
        "delegation_id": "none",
    }
    names["body"] = "nanning.parks"
    if any(f"{{{name}}}" in path for name in ("case_id", "task_id", "act_id", "evidence_id", "dataset_id")):
        if "a request" not in made:
            made["a request"] = await case_of_the_applicant(service)
        names |= made["a request"]
        if "{evidence_id}" in path:
            names["evidence_id"] = await evidence_of(service, made["a request"])
    if "{post}" in path or "{absence_id}" in path:
        names |= await on_file(service)
    if "{token}" in path or "{feed_id}" in path:
        names |= await feeds_of_the_supervisor(service)
    if "{channel_id}" in path:
        names["channel_id"] = await channel_of_the_applicant(service)
    return names


async def status(service: Service, made: Made, who: str | None, method: str, path: str, body: Any) -> int:
    """The answer to a call on a case to which nothing has been done: what was made for other calls is taken as long as
    each of them only read, or was refused."""
    code = await answered(service, made, who, method, path, body)
    if method != "GET" and code < httpx.codes.BAD_REQUEST:
        made.clear()
    return code


async def answered(service: Service, made: Made, who: str | None, method: str, path: str, body: Any) -> int:
    applicant = service.as_("applicant@demo")
    if path in OF_AN_OBJECTION:
        objection = made[path] = made.get(path) or await objection_for(service, path)
        path = path.format(case_id=objection["case_id"])
    filled = path.format(**await names_in(service, path, made))
    if path in OF_A_CITY:
        filled += f"?city={'guangzhou' if path == '/v1/holders' else 'nanning'}"
    caller = service.as_(who) if who else Caller(service.http, None)
    if method == "GET":
        return (await caller.get(filled)).status_code
    if method in ("PUT", "DELETE"):
        return (await caller.http.request(method, filled, json=body, headers=caller.headers())).status_code
    if path == "/v1/evidence":
        filled += "?name=x.txt"  # and the JSON is a text
    if body == "the form":
        body = await applicant.form("nanning")
    elif body == "an objection":
        body = await form(applicant, "nanning", ground="other_right")
    elif body == "a file":
        body = {"evidence": [await upload(applicant)]}
    return (await caller.post(filled, body, str(uuid.uuid4()))).status_code


@pytest.fixture
async def unworked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    """The service without an engine: what is permitted is received, and answered 202."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    async with serving(create_app(settings, patience=timedelta(milliseconds=100)), settings) as service:
        yield service


@pytest.mark.parametrize("name", WHO)
async def test_who_may_call_what_is_as_the_committed_table_says(unworked: Service, name: str) -> None:
    made: Made = {}
    found = {
        f"{method} {path}": str(await status(unworked, made, WHO[name], method, path, body))
        for method, path, body in CALLS
    }
    with TABLE.open() as table:
        assert found == {row["call"]: row[name] for row in csv.DictReader(table)}


async def test_the_committed_table_holds_every_call(unworked: Service) -> None:
    described = {
        f"{method.upper()} {path}"
        for path, calls in unworked.app.openapi()["paths"].items()
        for method in calls
        if path.startswith("/v1/")
    }
    public = {"GET /v1/datasets/{dataset_id}", "GET /v1/datasets/{dataset_id}/versions"}
    of_rules = {"GET /v1/rules/{city}", "GET /v1/rules/{city}/agreements/{openness}"}
    one_of_its_kind = public | of_rules | {"GET /v1/deadlines", "GET /v1/heads/{day}"}
    tried = {f"{method} {path.partition('?')[0]}" for method, path, _ in CALLS}
    assert described - one_of_its_kind == tried - {"GET /v1/rules/nanning"}
