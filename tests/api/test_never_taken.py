"""Who sent what PostgreSQL will never take is told so by name, in the answer and whenever it is asked for."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from jinja2 import TemplateNotFound

from activities.database import Pool
from api.http.failing import problem_of
from rules.pinned_stages import EntryEffect
from tests.api.calling import Caller, Service, open_task
from tests.api.importing import AUTHORITY, CONDITIONAL, GOOD, HEAD, send, told
from tests.api.test_bounds import wide
from tests.api.updating import UPDATES, drafting, filing, law, recorded, said_with, walked
from tests.breaking_the_database import forget, refuse
from tests.owning import by_owner

CANNOT = "urn:kaifang:problem:cannot-be-stored"


async def test_after_a_publication_that_can_never_be_stored_the_entry_is_drafted_anew(
    working: Service, pool: Pool
) -> None:
    """An index that is too narrow for what people may say, as the index words once were."""
    await by_owner(pool, "create index too_narrow on dataset_versions ((entry -> 'abstract' ->> 'zh'))")
    provider = working.as_("reviewer@nanning.transport")
    long = {"abstract": {"zh": wide(20_000), "en": "x"}, "basis": {"zh": "某法", "en": "Some law"}}
    rules = await law(provider, "nanning")
    stage, outcome = next(
        (stage, outcome)
        for step in rules.steps
        for stage in step.stages
        for outcome in stage.outcomes
        if outcome.entry is EntryEffect.PUBLISH
    )
    case = await recorded(provider, await drafting(provider, "nanning", entry=long))
    task = open_task(await walked(working, case, until=stage.stage), stage.stage)
    officer = working.as_(f"reviewer@{task['body']}")

    publish = {"outcome": outcome.outcome, **said_with(outcome)}
    answer = await officer.post(f"/v1/tasks/{task['task_id']}/decision", publish)

    assert (answer.status_code, answer.json()["type"]) == (422, CANNOT)
    shown = await officer.read(f"/v1/acts/{answer.json()['act_id']}")
    assert (shown["state"], shown["problem"]["type"]) == ("refused", CANNOT)
    chinese = (await officer.get(f"/v1/acts/{shown['act_id']}", {"Accept-Language": "zh-CN"})).json()
    assert chinese["problem"]["title"] == "内容无法保存"
    returned = await officer.do(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "return", "reason": "too long"})
    assert returned["state"] == "accepted"


async def test_a_filing_that_can_never_be_stored_is_a_problem_and_no_case(
    service: Service, applicant: Caller, pool: Pool
) -> None:
    await by_owner(pool, "create index too_narrow on acts ((content ->> 'purpose'))")
    form = await applicant.form("nanning", purpose=wide(20_000))
    answer = await applicant.post("/v1/access-requests", form, str(uuid.uuid4()))
    assert (answer.status_code, answer.json()["type"]) == (422, CANNOT)
    assert await pool.fetchval("select (select count(*) from cases) + (select count(*) from acts)") == 0


async def test_a_claim_that_can_never_be_stored_is_refused_and_asked_for_again(
    working: Service, applicant: Caller, pool: Pool
) -> None:
    task = open_task(await applicant.file("nanning"), "formal_review")
    officer = working.as_("reviewer@nanning.operator")
    await refuse(pool, "tasks", "new.claimed_by is not null", "54000")
    answer = await officer.post(f"/v1/tasks/{task['task_id']}/claim", None, "the-claim")
    assert (answer.status_code, answer.json()["type"]) == (422, CANNOT)
    await forget(pool, "tasks")
    again = await officer.post(f"/v1/tasks/{task['task_id']}/claim", None, "the-claim")
    assert again.json()["act_id"] == answer.json()["act_id"]
    assert (await officer.do(f"/v1/tasks/{task['task_id']}/claim"))["state"] == "accepted"


async def test_a_row_that_can_never_be_stored_is_reported_and_stops_nothing(service: Service, pool: Pool) -> None:
    await by_owner(pool, "create index too_narrow on acts ((content -> 'entry' -> 'abstract' ->> 'zh'))")
    rows = [HEAD, GOOD.replace("停放点位置", wide(20_000)), CONDITIONAL]
    report = (await send(service.as_(AUTHORITY), "\n".join(rows))).json()
    assert told(report) == [(2, None, "CannotBeStored")]
    assert report["accepted"] == 1


@pytest.mark.parametrize("path", ["/v1/absences", "/v1/maintenance-notices"])
async def test_whatever_else_can_never_be_stored_is_a_problem_of_the_callers(
    service: Service, pool: Pool, path: str
) -> None:
    table = path.rsplit("/", 1)[1].partition("-")[0]
    await refuse(pool, table, "true", "22003")
    officer = service.as_("reviewer@nanning.operator")
    bodies: dict[str, Any] = {
        "/v1/absences": {"substitute": "reviewer2@nanning.operator", "from_on": "2099-01-05", "until_on": "2099-01-06"},
        "/v1/maintenance-notices": {
            "starts_at": "2099-01-03T00:00:00+08:00",
            "ends_at": "2099-01-03T01:00:00+08:00",
            "what": "x",
            "reason": "x",
        },
    }
    answer = await officer.post(path, bodies[path], str(uuid.uuid4()))
    assert (answer.status_code, answer.json()["type"]) == (422, CANNOT)


async def test_the_draft_of_the_issue_is_refused_with_its_field(service: Service) -> None:
    provider = service.as_("reviewer@nanning.transport")
    draft = {"domain": {"zh": wide(683), "en": "x"}}
    answer = await provider.post(UPDATES, await filing(provider, "nanning", entry=draft), str(uuid.uuid4()))
    assert [each["field"] for each in answer.json()["errors"]] == ["entry.domain.zh"]


def test_a_template_that_is_missing_is_a_fault_of_ours_and_no_database_away() -> None:
    assert problem_of(TemplateNotFound("case.html")).code == "Unexpected"
    assert problem_of(ConnectionRefusedError()).code == "DatabaseAway"
