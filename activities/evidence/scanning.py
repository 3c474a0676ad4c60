"""Files are scanned as they arrive; those that came while the scanner was away, or before there was one, later."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, BinaryIO

from activities.evidence.files import known
from activities.evidence.refused import EvidenceNotAllowed
from activities.evidence.scanner import INFECTED, NOT_SCANNED, Scan, Scanner, ScannerAway, pieces_of
from activities.looking import look_on

if TYPE_CHECKING:
    from activities.database import Pool
    from activities.evidence.store import EvidenceStore

LOG = logging.getLogger("kaifang.evidence")
EVERY = 60.0
"""Seconds between two looks for files that are not scanned."""
A_ROUND = 100
IN_A_ROW = 3
"""Files at which the scanner fails one after the other before it is taken for away."""

WAITING = """
select evidence_id from evidence
where scan = 'not_scanned' and not exists (select from erasures where what = 'evidence' and id = evidence_id)
order by uploaded_at, evidence_id limit $1
"""
SCANNED = (
    "update evidence set scan = $2, scanned_at = clock_timestamp() where evidence_id = $1 and scan = 'not_scanned'"
)


async def scanned_on_arrival(scanner: Scanner | None, file: BinaryIO) -> Scan:
    """What the scanner says of a file that arrived; not scanned where it is away, or where there is none. Raises
    EvidenceNotAllowed where it found something."""
    if scanner is None:
        return NOT_SCANNED
    try:
        verdict = await scanner.scan(pieces_of(file))
    except ScannerAway as away:
        LOG.warning("a file is taken and not scanned: %s", away)
        return NOT_SCANNED
    if verdict.scan == INFECTED:
        raise EvidenceNotAllowed("content_infected", {"found": verdict.found})
    return verdict.scan


class Scanning:
    """Beside the worker."""

    def __init__(self, pool: Pool, store: EvidenceStore, every: float = EVERY) -> None:
        self._pool = pool
        self._store = store
        self._every = every

    async def run(self) -> None:
        """Looks until it is cancelled; whatever is away is waited for. Without a scanner, says so and does nothing."""
        if self._store.scanner is None:
            LOG.warning("no scanner looks into files of evidence (KAIFANG_SCANNER)")
        await look_on(self.look, self._every, LOG, "files of evidence cannot be scanned")

    async def look(self) -> int:
        """How many of the files that were not scanned are scanned now."""
        if self._store.scanner is None:
            return 0
        scanned = failed = 0
        for row in await self._pool.fetch(WAITING, A_ROUND):
            try:
                scanned += await self._scanned(self._store.scanner, row["evidence_id"])
                failed = 0
            except ScannerAway as away:
                failed += 1
                LOG.info("evidence %s is not scanned: %s", row["evidence_id"], away)
                if failed == IN_A_ROW:
                    break
        return scanned

    async def _scanned(self, scanner: Scanner, evidence_id: str) -> int:
        evidence = await known(self._pool, evidence_id)
        verdict = await scanner.scan(await self._store.read(evidence))
        if verdict.found:
            LOG.error("evidence %s is given to nobody any more: the scanner found %s", evidence_id, verdict.found)
        await self._pool.execute(SCANNED, evidence_id, verdict.scan)
        return 1
