"""Grants, restrictions and keys for tests of the gate, put into PostgreSQL as the writer would."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import timedelta
from typing import Any

from activities.database import Connection, Pool
from activities.statements import insert

CONDITIONAL = "nanning-transport-bus-positions"
UNCONDITIONAL = "nanning-transport-bus-lines"
CLOSED = "guangzhou-transport-taxi-trajectories"


async def put_case(connection: Connection | Pool, procedure: str, dataset_id: str) -> str:
    """A case with nothing in its log; its id."""
    case_id = str(uuid.uuid4())
    await connection.execute("insert into pinned_rules (digest, rules) values ('none', '{}') on conflict do nothing")
    await connection.execute(
        "insert into cases (case_id, case_number, city, procedure, dataset_id, party, received_at, rules_digest, "
        "number, engine_number) values ($1, $1, 'nanning', $2, $3, 'acc_party', clock_timestamp(), 'none', 0, 0)",
        case_id,
        procedure,
        dataset_id,
    )
    return case_id


async def put_grant(connection: Connection | Pool, dataset_id: str = CONDITIONAL, **columns: Any) -> tuple[str, str]:
    """A grant of the whole dataset for download, for a day; its case and its key. `columns` replace what it has."""
    case_id = await put_case(connection, "access", dataset_id)
    key = "kf_" + secrets.token_urlsafe(32)
    now = await connection.fetchval("select clock_timestamp()")
    row = {
        "case_id": case_id,
        "granted_by": case_id,
        "dataset_id": dataset_id,
        "party": "acc_party",
        "data_items": [],
        "access_modes": ["download"],
        "granted_at": now - timedelta(hours=1),
        "valid_until": now + timedelta(days=1),
        "key_digest": hashlib.sha256(key.encode()).hexdigest(),
        **columns,
    }
    await connection.execute(insert("grants", list(row)), *row.values())
    return case_id, key


async def restrict(connection: Connection | Pool, kind: str, *items: str, dataset_id: str = CONDITIONAL) -> str:
    """A restriction of a case of its own; the case."""
    case_id = await put_case(connection, "objection", dataset_id)
    await connection.execute(
        "insert into restrictions (case_id, dataset_id, kind, data_items, since) "
        "values ($1, $2, $3, $4, clock_timestamp())",
        case_id,
        dataset_id,
        kind,
        items,
    )
    return case_id


async def lift(connection: Connection | Pool, case_id: str) -> None:
    await connection.execute("update restrictions set ended_at = clock_timestamp() where case_id = $1", case_id)
