"""What is erased reads as erased wherever it stood, and its case reads on."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from activities.database import open_pool
from activities.erasing.cases import Eraser
from activities.erasing.person import erase_person
from tests.api.calling import Service
from tests.api.test_evidence import uploaded
from tests.driving import ShiftedClock
from tests.owning import by_owner, owner_url

STATEMENT = "我的病历在这些数据里"


async def objected(service: Service) -> tuple[Any, str]:
    """An objection with a file of evidence, which has come to its end."""
    objector = service.as_("applicant@demo")
    dataset = await objector.conditional_dataset("nanning")
    evidence_id = await uploaded(objector)
    body = {
        "city": "nanning",
        "dataset_id": dataset["dataset_id"],
        "ground": "privacy",
        "statement": STATEMENT,
        "evidence": [evidence_id],
    }
    answer = await objector.post("/v1/objections", body, str(uuid.uuid4()))
    assert answer.status_code in (201, 202), answer.text
    return answer.json(), evidence_id


async def erased(service: Service) -> None:
    runtime = service.app.state.runtime
    await by_owner(runtime.pool, "update cases set closed_at = clock_timestamp()")
    clock = ShiftedClock(timedelta(days=6 * 366))
    eraser = Eraser(runtime.seals, runtime.evidence)
    async with await open_pool(await owner_url(runtime.pool)) as owner:
        await erase_person(owner, eraser, clock, "applicant@demo", by="admin@demo", basis="PIPL 47")


def standing(task: Any) -> Any:
    """A task, but for the seconds that have passed between one reading and the next."""
    return {**task, "clock": task["clock"] and {**task["clock"], "used_seconds": None}}


async def test_what_is_erased_reads_as_erased_and_its_case_reads_on(stopped: Service) -> None:
    case, evidence_id = await objected(stopped)
    officer, path = stopped.as_("reviewer@nanning.transport"), f"/v1/cases/{case['case_id']}"
    before = await officer.read(path)
    log = await officer.read(f"{path}/events")
    assert before["objection"]["statement"] == STATEMENT
    assert before["objection"]["evidence"][0]["name"] == "合同.pdf"
    assert (await officer.get(f"/v1/evidence/{evidence_id}")).status_code == 200

    await erased(stopped)

    after = await officer.read(path)
    assert "erased on" in after["objection"]["statement"]
    assert "删除" in after["objection"]["statement"]
    assert "erased on" in after["objection"]["evidence"][0]["name"]
    assert (await officer.get(f"/v1/evidence/{evidence_id}")).status_code == 404
    for part in ("case_number", "received_at", "procedure"):
        assert after[part] == before[part]
    assert [standing(task) for task in after["tasks"]] == [standing(task) for task in before["tasks"]]
    now = await officer.read(f"{path}/events")
    assert [event["type"] for event in now["items"]] == [event["type"] for event in log["items"]]
    assert STATEMENT in str(log)
    assert STATEMENT not in str(now)


async def test_whoever_is_erased_comes_in_no_more_by_the_old_name(stopped: Service) -> None:
    await objected(stopped)
    caller = stopped.as_("applicant@demo")
    assert (await caller.get("/v1/cases")).status_code == 200

    await erased(stopped)

    assert (await caller.get("/v1/cases")).status_code == 401
