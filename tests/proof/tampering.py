"""A record on which people have worked, for whoever tampers with it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

from activities.database import Pool
from activities.evidence.store import EvidenceStore
from activities.evidence.uploading import receive_upload
from activities.proof.findings import Finding
from activities.proof.verifying import Seen, one_look, verify_record
from models import acts as a
from tests.driving import AT, Driver

EVIDENCE = b"plain words, and each of them counts\n"
SECRET = "to be read by people only"


async def chunks(content: bytes = EVIDENCE) -> AsyncIterator[bytes]:
    yield content


async def work(driver: Driver, store: EvidenceStore) -> tuple[str, str]:
    """An objection with a file, which was decided with reasons and told to a request, and another request with a
    note; the case ids of objection and other request."""
    uploaded = await receive_upload(store, driver.pool, account="acc_objector", name="a.txt", chunks=chunks())
    await driver.file("nanning", party="acc_who_is_told", hand_over=False)
    objection = await driver.file(
        "nanning",
        procedure="objection",
        party="acc_objector",
        given=("statement", "evidence"),
        evidence=[uploaded.evidence_id],
        content={"statement": SECRET},
        choices={"ground": "privacy"},
        hand_over=False,
    )
    request = await driver.file("nanning", dataset_id="nanning-transport-other", hand_over=False)
    (task, *_) = (await driver.state(objection)).open_tasks()
    decided = {"reason": "privacy", "hours": 1.5}
    assert await driver.decide(objection, task.stage, task.outcomes[0], content=decided, hand_over=False) == "accepted"
    (task, *_) = (await driver.state(request)).open_tasks()
    acting = {"case_id": request, "by": driver.officer_of(task, "1"), "received_at": AT}
    claim = a.Claim.model_validate({"id": str(uuid.uuid4()), "task_id": task.task_id, **acting})
    assert await driver.do(claim, hand_over=False) == "accepted"
    note = a.Note.model_validate({"id": str(uuid.uuid4()), **acting})
    assert await driver.do(note, content={"text": "乙"}, hand_over=False) == "accepted"
    return objection, request


async def found(pool: Pool, store: EvidenceStore | None = None, seen: Seen | None = None) -> list[Finding]:
    async with one_look(pool) as connection:
        return [finding async for finding in verify_record(connection, store, seen or Seen())]


def stored_file(home: Path) -> Path:
    """The one file of the store."""
    (file,) = (path for path in (home / "evidence").rglob("*") if path.is_file())
    return file
