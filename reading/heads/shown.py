"""Signed days for everybody, and the proof of a case for whoever may know of it."""

from __future__ import annotations

from datetime import date

from activities.proof.heads import Head
from activities.proof.statements import Proof, published_with_stamp
from activities.tables.proof import SignedDayRow
from reading.cases import questions as cases
from reading.heads import questions
from reading.heads.shapes import AdoptionShown, CaseProof, HeadShown, ProofShown, SignedDays, SignedDayShown
from reading.sight import Caller
from reading.store import Store


async def signed_days(store: Store, after: str | None, limit: int) -> SignedDays:
    """The days that were signed, the latest first. Raises CursorUnusable."""
    found = await questions.signed_days(store, after, limit)
    adopted = [AdoptionShown(**row.model_dump()) for row in await questions.adoptions(store)]
    stamps = await questions.stamps(store, [row.day for row in found.rows])
    items = [_shown(row, stamps.get(row.day)) for row in found.rows]
    return SignedDays(items=items, next=found.next, adopted=adopted)


async def signed_day(store: Store, day: date) -> SignedDayShown | None:
    """One of them; None where it is not signed."""
    row = await questions.signed_day(store, day)
    return _shown(row, (await questions.stamps(store, [day])).get(day)) if row else None


def _shown(row: SignedDayRow, stamp: bytes | None) -> SignedDayShown:
    return SignedDayShown.model_validate(published_with_stamp(row.statement, row.signature, stamp))


async def proof_of(store: Store, caller: Caller, case_id: str) -> CaseProof | None:
    """The head of a case with its proof; None where the caller may not know of the case."""
    case = await cases.case(store, caller, case_id)
    if case is None:
        return None
    last, proof = await questions.last_act(store, case), None
    if signed := await questions.signed_head(store, case_id):
        row, day = signed
        head = Head(row.case_id, row.events, row.head, row.acts, row.acts_head)
        stamp = (await questions.stamps(store, [day.day])).get(day.day)
        document = Proof(head, row.place, tuple(row.path), day.statement, day.signature, stamp).document()
        proof = ProofShown.model_validate(document)
    now = HeadShown(case_id=case_id, events=case.number, head=case.head, acts=last.seq, acts_head=last.hash)
    return CaseProof(case_id=case_id, case_number=case.case_number, now=now, proof=proof)
