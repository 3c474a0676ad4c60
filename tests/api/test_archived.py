"""A case in the archive of its year is read over HTTP as it was read the day before."""

from __future__ import annotations

from typing import Any

from activities.database import Pool
from tests.api.calling import Caller, Service
from tests.archiving import archive_as_if_they_ended_long_ago

LIES_IN = "select bool_and(archive_year > 0) from {} where case_id = $1"


async def everything_read(caller: Caller, case_id: str) -> dict[str, Any]:
    """What the party of a case reads of it: the case, its tasks, log, proof and papers, and its place in lists."""
    of = f"/v1/cases/{case_id}"
    case = await caller.read(of)
    found = {path: await caller.read(path) for path in (of, f"{of}/events", f"{of}/proof", f"{of}/papers")}
    found |= {f"task {each['task_id']}": await caller.read(f"/v1/tasks/{each['task_id']}") for each in case["tasks"]}
    found["list"] = [each["case_id"] for each in (await caller.read("/v1/cases"))["items"]]
    for each in found[f"{of}/papers"]["items"]:
        paper = await caller.get(f"{of}/papers/{each['name']}.pdf")
        assert paper.content.startswith(b"%PDF"), paper.text
    return found


async def test_an_archived_case_is_read_as_before_and_answers_acts_as_before(
    working: Service, applicant: Caller, pool: Pool
) -> None:
    case_id = (await applicant.file("nanning"))["case_id"]
    await applicant.do(f"/v1/cases/{case_id}/withdrawal")
    late = {"text": "One more thing"}
    answered = await applicant.post(f"/v1/cases/{case_id}/notes", late, "a key of a test")
    before = await everything_read(applicant, case_id)
    assert before[f"/v1/cases/{case_id}/papers"]["items"]

    assert await archive_as_if_they_ended_long_ago(pool) == 1

    for table in ("events", "acts"):
        assert await pool.fetchval(LIES_IN.format(table), case_id)
    assert await everything_read(applicant, case_id) == before
    again = await applicant.post(f"/v1/cases/{case_id}/notes", late, "a key of a test")
    assert (again.status_code, again.json()["type"]) == (answered.status_code, answered.json()["type"])
    new = await applicant.post(f"/v1/cases/{case_id}/notes", late, "another key")
    assert (new.status_code, new.json()["type"]) == (answered.status_code, answered.json()["type"])
    officer = working.as_("reviewer@nanning.operator")
    assert (await officer.read(f"/v1/cases/{case_id}"))["status"] == "closed"
    file = await officer.get(f"/v1/cases/{case_id}/case-file.zip")
    assert file.content.startswith(b"PK"), file.text
