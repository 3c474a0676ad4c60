"""Objectors who call the service, and what their objections do in PostgreSQL."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

import httpx

from activities.database import Pool
from tests.api.calling import Caller, Service

STATEMENT = "Column three names persons"
TOLD = "Your objection was looked into"
OBJECTIONS = "/v1/objections"
Decision = tuple[str, str, dict[str, Any]]


async def upload(caller: Caller, text: str = "they are named here") -> str:
    """The id of a small text file that was uploaded."""
    return await upload_file(caller, "proof.txt", text.encode())


async def upload_file(caller: Caller, name: str, content: bytes) -> str:
    """The id of a file that was uploaded."""
    answer = await caller.http.post("/v1/evidence", params={"name": name}, content=content, headers=caller.headers())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["evidence_id"])


async def form(caller: Caller, city: str, **fields: Any) -> dict[str, Any]:
    """An objection on privacy against the city's first conditional dataset; a field given as None is left out."""
    dataset = await caller.conditional_dataset(city)
    filled = {"city": city, "dataset_id": dataset["dataset_id"], "ground": "privacy", "statement": STATEMENT} | fields
    return {name: value for name, value in filled.items() if value is not None}


async def filed(caller: Caller, city: str, *, proven: bool = True, **fields: Any) -> Any:
    """The case of an objection, with evidence unless told otherwise."""
    if proven:
        fields["evidence"] = [await upload(caller)]
    answer = await caller.post(OBJECTIONS, await form(caller, city, **fields), str(uuid.uuid4()))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def filed_in_parts(
    caller: Caller, objection: Any, files: Sequence[tuple[str, bytes]], key: str | None = None
) -> httpx.Response:
    """The answer to an objection that comes with its files."""
    parts: list[tuple[str, tuple[str | None, bytes, str]]] = [
        ("objection", (None, json.dumps(objection).encode(), "application/json")),
        *(("evidence", (name, content, "application/octet-stream")) for name, content in files),
    ]
    keyed = caller.headers({"Idempotency-Key": key or str(uuid.uuid4())})
    return await caller.http.post(OBJECTIONS, files=parts, headers=keyed)


async def decided(service: Service, case: Any, decisions: Sequence[Decision]) -> Any:
    """The case after these decisions; the day of a processing is the one since which the data is kept back, or on which
    the objection came where none is."""
    for stage, outcome, said in decisions:
        dated = {"processed_on": kept_back_since(case)[:10]} if "processing" in said else {}
        case = await service.decide(case, stage, outcome, **dated, **said)
    return case


def kept_back_since(case: Any) -> str:
    """When the case began to keep data back; its receipt, if it does not."""
    since: str = case["data"]["since"] or case["received_at"]
    return since


async def restricted(pool: Pool, dataset_id: str) -> list[tuple[str, list[str]]]:
    """What is kept back of a dataset now, as the gate sees it."""
    rows = await pool.fetch(
        "select kind, data_items from restrictions where dataset_id = $1 and ended_at is null order by since",
        dataset_id,
    )
    return [(row["kind"], row["data_items"]) for row in rows]


async def unsubmitted(pool: Pool) -> int:
    """Files that belong to no case."""
    count: int = await pool.fetchval("select count(*) from evidence where case_id is null")
    return count
