"""Files of evidence as their rows have them, and which of them belong to a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from activities.evidence.refused import EvidenceUnknown
from activities.evidence.scanner import NOT_SCANNED, Scan
from activities.evidence.sealed_files import sealed_size

if TYPE_CHECKING:
    from activities.database import Connection, Pool

COLUMNS = "evidence_id, account, name, media_type, size, sha256, uploaded_at, case_id, key_id, cautions, scan"
BY_ID = f"select {COLUMNS} from evidence where evidence_id = $1"  # noqa: S608 - names of columns
SUBMIT = """
update evidence set case_id = $3
where evidence_id = any($1) and account = $2 and (case_id is null or case_id = $3)
returning evidence_id
"""
TAKE_OUT = """
update evidence set case_id = null from acts as refused
where refused.act_id = $1 and evidence.case_id = refused.case_id and refused.act -> 'evidence' ? evidence_id
  and not exists (
    select from events where events.case_id = refused.case_id and event -> 'evidence' ? evidence_id
  ) and not exists (
    select from acts where acts.case_id = refused.case_id and state = 'received' and act -> 'evidence' ? evidence_id
  )
"""


@dataclass(frozen=True)
class Evidence:
    """An uploaded file as its row has it; `case_id` is null until it was submitted. `cautions` are what whoever opens
    it should know; one in which the scanner found something later is given to nobody."""

    evidence_id: str
    account: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime
    case_id: str | None
    key_id: str | None = None
    """The data key under which name and bytes are sealed; none where they are as they came."""
    cautions: tuple[str, ...] = ()
    scan: Scan = NOT_SCANNED

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """As the row has it: a name that is sealed is sealed here too."""
        it = cls(**row)
        return replace(it, cautions=tuple(it.cautions))

    @property
    def path(self) -> str:
        """Where the bytes lie in the store."""
        return path_of(self.sha256) if self.key_id is None else path_of(self.key_id)

    @property
    def stored_size(self) -> int:
        """How many bytes lie there."""
        return self.size if self.key_id is None else sealed_size(self.size)


def path_of(name: str) -> str:
    """Where something of this name lies in the store: content by its SHA-256, what is sealed by the id of its key."""
    return f"{name[:2]}/{name}"


async def known(pool: Pool, evidence_id: str) -> Evidence:
    """The file of this id. Raises EvidenceUnknown."""
    row = await pool.fetchrow(BY_ID, evidence_id)
    if row is None:
        raise EvidenceUnknown([evidence_id])
    return Evidence.of(dict(row))


async def digests_of(connection: Connection, evidence_ids: Sequence[str]) -> dict[str, str]:
    """The SHA-256 of the bytes of each of these files that is known."""
    if not evidence_ids:
        return {}
    rows = await connection.fetch(
        "select evidence_id, sha256 from evidence where evidence_id = any($1)", list(evidence_ids)
    )
    return {row["evidence_id"]: row["sha256"] for row in rows}


async def submit(connection: Connection, evidence_ids: Sequence[str], account: str, case_id: str) -> None:
    """The evidence of these ids, which the account uploaded, belongs to the case, in the caller's transaction.

    What belongs to this very case already stays so. Raises EvidenceUnknown, which names each id that is not there, is
    somebody else's, or belongs to another case; the caller's transaction must then not be committed.
    """
    found = {row["evidence_id"] for row in await connection.fetch(SUBMIT, list(evidence_ids), account, case_id)}
    if unknown := [each for each in dict.fromkeys(evidence_ids) if each not in found]:
        raise EvidenceUnknown(unknown)


async def take_out(connection: Connection, act_id: str) -> None:
    """The evidence that came with an act which is refused belongs to no case again, unless the log of its case has it,
    or another act that waits there came with it too."""
    await connection.execute(TAKE_OUT, act_id)
