"""The papers of a case that somebody may read: whoever may read what happened may have it on paper, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass

from activities.tables.cases import ActRow
from reading.cases import questions as cases
from reading.papers.issued import Issued, PaperKind, issued
from reading.papers.questions import accepted_acts, case_of, key_of_papers, stamps_of
from reading.papers.stamps import Stamp, is_ours, is_same, read_code
from reading.papers.words import word
from reading.read_by.register import texts_are_read
from reading.shape import Instant, Shape
from reading.sight import Caller, may_read
from reading.store import CaseRead, Store
from reading.words.language import Language


class PaperListed(Shape):
    """A paper of a case. `code` is that by which anybody verifies it; `replaced` that a later decision corrects it."""

    name: str
    kind: PaperKind
    title: str
    issued_at: Instant
    replaced: bool
    code: str


class Papers(Shape):
    """The papers of a case that the caller may read, in the order of its log; they are few, so there are no pages."""

    items: list[PaperListed]


@dataclass(frozen=True)
class PapersRead:
    """A case with its papers, as far as somebody may read them, and the stamp of each."""

    read: CaseRead
    acts: dict[str, ActRow]
    papers: list[Issued]
    stamps: dict[str, Stamp]

    def named(self, name: str) -> Issued | None:
        """The paper of that name."""
        return next((each for each in self.papers if each.name == name), None)


async def papers_read(store: Store, caller: Caller, case_id: str) -> PapersRead | None:
    """The papers of a case that the caller may read; None where it may not know of the case."""
    if await cases.case(store, caller, case_id) is None:
        return None
    read = await store.case_read(case_id)
    await texts_are_read(store, caller, read.state)
    acts = await accepted_acts(store, case_id)
    papers = [each for each in issued(read.rules, read.state, read.log) if may_have(caller, read, acts, each)]
    return PapersRead(read, acts, papers, await stamps_of(store, read, acts, papers))


def may_have(caller: Caller, read: CaseRead, acts: dict[str, ActRow], paper: Issued) -> bool:
    """Whether somebody who may know of the case may read what the paper says."""
    act = acts.get(paper.act or "")
    if act is None:
        return caller.reads_as_officer(read.state) or paper.kind is PaperKind.RECEIPT
    return may_read(caller, read.rules, read.state, act)


async def papers_of(store: Store, caller: Caller, language: Language, case_id: str) -> Papers | None:
    """As they are listed; None where the caller may not know of the case."""
    found = await papers_read(store, caller, case_id)
    return Papers(items=listed(found, language)) if found else None


def listed(found: PapersRead, language: Language) -> list[PaperListed]:
    """The papers as a list shows them."""
    return [
        PaperListed(
            name=each.name,
            kind=each.kind,
            title=word(language, each.kind, "title"),
            issued_at=each.at,
            replaced=each.is_replaced,
            code=found.stamps[each.name].code,
        )
        for each in found.papers
    ]


@dataclass(frozen=True)
class Verified:
    """A paper that was issued. `as_issued`: the record reads today as it did; it does not where words were erased
    since."""

    found: PapersRead
    paper: Issued
    digest: str
    as_issued: bool


async def verified(store: Store, code: str) -> Verified | None:
    """The paper of that code, whoever asks; None where none was issued with it."""
    claimed = read_code(code)
    if claimed is None or not is_ours(await key_of_papers(store), claimed):
        return None
    row = await case_of(store, claimed.case_number)
    if row is None:
        return None
    read, acts = await store.case_read(row.case_id), await accepted_acts(store, row.case_id)
    papers = [each for each in issued(read.rules, read.state, read.log) if each.number == claimed.number]
    paper = next((each for each in papers if each.kind is claimed.kind), None)
    if paper is None:
        return None
    stamps = await stamps_of(store, read, acts, [paper])
    is_unchanged = is_same(stamps[paper.name].facts, claimed.facts)
    return Verified(PapersRead(read, acts, [paper], stamps), paper, claimed.digest, is_unchanged)
