"""The case file: all that a case is, for whoever may read the whole of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from activities.evidence.files import Evidence
from activities.evidence.scanner import INFECTED, NOT_SCANNED
from reading.cases.lists import event_page
from reading.cases.shown import case_shown
from reading.objections import questions as objections
from reading.papers.bag import NOT_IN_A_PATH, PAYLOAD, Content, content_of, tag_files
from reading.papers.content import paper_of
from reading.papers.lists import papers_read
from reading.papers.typeset import pdf_of
from reading.sight import Caller
from reading.store import Store
from reading.words.language import CONTENT_LANGUAGE, Language
from rules.deadlines import to_shanghai

EVENTS = 500
"""Of the log that are read at once."""


class ReadsOnlyPart(Exception):
    """The case is the caller's own: what bodies write to each other in it is not all for the party to read."""


@dataclass(frozen=True)
class CaseFile:
    """The files of a bag by their paths: those that are made, and the evidence, whose bytes lie elsewhere."""

    case_number: str
    made: Mapping[str, bytes]
    evidence: Sequence[tuple[str, Evidence]]


async def case_file_of(
    store: Store, caller: Caller, language: Language, case_id: str, pages_url: str
) -> CaseFile | None:
    """The case with its log, its rules, its papers, and the evidence that the caller may read; None where the caller
    may not know of the case. Raises ReadsOnlyPart."""
    found = await papers_read(store, caller, case_id)
    if found is None:
        return None
    if not caller.reads_as_officer(found.read.state):
        raise ReadsOnlyPart(case_id)
    shown, now = await case_shown(store, caller, language, case_id), await store.now()
    made = {
        "case.json": shown.model_dump_json(indent=2).encode(),
        "log.json": json.dumps(await _log(store, caller, case_id), ensure_ascii=False, indent=1).encode(),
        "rules.json": found.read.rules.model_dump_json(indent=1).encode(),
    }
    for each in found.papers:
        paper = await paper_of(store, language, found, each, pages_url)
        made[f"papers/{each.name}.pdf"] = await pdf_of(paper, each.at)
    rows = await objections.evidence_of(store, case_id)
    readable = [await objections.evidence_for(store, caller, row.evidence_id) for row in rows]
    evidence = [
        (f"{PAYLOAD}evidence/{number:03d}-{each.name.translate(NOT_IN_A_PATH)}", each)
        for number, each in enumerate(readable, 1)
        if each and each.scan != INFECTED
    ]
    payload = {f"{PAYLOAD}{name}": content for name, content in made.items()}
    contents = [content_of(path, content) for path, content in payload.items()]
    contents += [Content(path, each.size, each.sha256) for path, each in evidence]
    about = {
        "Source-Organization": shown.city_name,
        "External-Identifier": shown.case_number,
        "External-Description": shown.procedure_label,
        "Language": CONTENT_LANGUAGE[language],
        "Evidence-Left-Out": str(len(rows) - len(evidence)),
        "Evidence-Not-Scanned": str(sum(each.scan == NOT_SCANNED for _, each in evidence)),
    }
    return CaseFile(shown.case_number, {**tag_files(contents, to_shanghai(now).date(), about), **payload}, evidence)


async def _log(store: Store, caller: Caller, case_id: str) -> list[object]:
    """The log, as the caller reads it."""
    events: list[object] = []
    cursor: str | None = None
    while page := await event_page(store, caller, case_id, cursor, EVENTS):
        events += [each.model_dump(mode="json") for each in page.items]
        if page.next is None:
            break
        cursor = page.next
    return events
