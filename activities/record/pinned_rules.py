"""The rules that cases keep, by digest: what a digest names never changes, so it is read once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rules.procedure_rules import ProcedureRules

if TYPE_CHECKING:
    from activities.database import Connection


class PinnedRules:
    """Rules in PostgreSQL and, once read, in this process: a handful for each city, and the same for whoever reads
    them, since they are many objects for the garbage collector (docs/decisions/0181)."""

    def __init__(self) -> None:
        self._known: dict[str, ProcedureRules] = {}

    async def of(self, connection: Connection, digest: str) -> ProcedureRules:
        """The rules of that digest, which a case was received under."""
        if digest not in self._known:
            stored = await connection.fetchval("select rules from pinned_rules where digest = $1", digest)
            self._known[digest] = _read(stored)
        return self._known[digest]

    async def keep(self, connection: Connection, rules: ProcedureRules) -> str:
        """The rules are kept, once, in the caller's transaction; their digest."""
        digest = rules.digest()
        # Looked up each time: what is known here may be gone from a database that was set back to yesterday's.
        if not await connection.fetchval("select exists (select from pinned_rules where digest = $1)", digest):
            await connection.execute(
                "insert into pinned_rules (digest, rules) values ($1, $2) on conflict do nothing",
                digest,
                rules.model_dump_json(),
            )
        return digest


@lru_cache(maxsize=512)
def _read(text: str) -> ProcedureRules:
    """By the text, not by its digest: whoever reads what somebody has changed does not have what was there before."""
    return ProcedureRules.model_validate_json(text)
