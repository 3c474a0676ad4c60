"""The use of data that an objection is about: who was granted it, and each access that the gate decided on."""

from __future__ import annotations

from collections.abc import Mapping

from activities.gate.log import gaps
from activities.tables.cases import CaseRow
from activities.tables.gate import GrantRow
from reading.directory import questions as directory
from reading.grants import questions as grants
from reading.grants.questions import GateDecision, LastDecision
from reading.grants.shapes import TracedAccess, TracedGap, TracedGrant, TraceShown
from reading.objections.sight import traces_use
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language, said
from reading.words.texts import texts
from rules.bounds import EARLIEST, LATEST
from rules.pinned import Label


async def trace(
    store: Store,
    caller: Caller,
    language: Language,
    case: CaseRow,
    after: str | None,
    grants_after: str | None,
    limit: int,
) -> TraceShown | None:
    """Every grant that ever was on the dataset of an objection, and everything that the gate's log holds of it, latest
    first: a page of each, with the gaps of the log over the span of its page. None where the case is no objection.

    Raises NoPartInTheCase, CursorUnusable.
    """
    if not traces_use(case):
        return None
    read = await store.case_read(case.case_id)
    caller.must_have_part(read.state, read.rules)
    return await _trace_of(store, language, case.dataset_id, after, grants_after, limit)


async def _trace_of(
    store: Store, language: Language, dataset_id: str, after: str | None, grants_after: str | None, limit: int
) -> TraceShown:
    last = None if after is None else LastDecision.named(after)
    accesses = await grants.gate_decisions_on(store, dataset_id, last, limit)
    granted = await grants.grants_on(store, dataset_id, grants_after, limit)
    parties = [
        *(who for each in accesses.rows for who in (each.party, each.delegate)),
        *(grant.party for grant in granted.rows),
    ]
    names = await directory.logins(store, parties)
    await store.release()
    since = accesses.rows[-1].decision.at if accesses.next else EARLIEST
    async with store.pool.acquire() as connection:
        missing = await gaps(connection, since, last.at if last else LATEST)
    return TraceShown(
        items=[access_shown(each, names, language) for each in accesses.rows],
        next=accesses.next,
        grants=[granted_shown(each, names) for each in granted.rows],
        grants_next=granted.next,
        gaps=[TracedGap.model_validate(gap, from_attributes=True) for gap in missing],
    )


def access_shown(each: GateDecision, names: Mapping[str, str], language: Language) -> TracedAccess:
    """One answer of the gate."""
    decision = each.decision
    text = texts().gate.get(decision.reason, Label(zh=decision.reason, en=decision.reason))
    known = decision.model_dump(include=set(TracedAccess.model_fields))
    return TracedAccess(
        **known, text=said(text, language), grantee=names.get(each.party or ""), delegate=names.get(each.delegate or "")
    )


def granted_shown(row: GrantRow, names: Mapping[str, str]) -> TracedGrant:
    """One grant, with the login of its grantee."""
    return TracedGrant(**row.model_dump(include=set(TracedGrant.model_fields)), grantee=names.get(row.party, row.party))
