"""What is on record as tables (CSV): rectifications, the log of a case, the versions of an entry."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from reading.cases.lists import event_page
from reading.cases.shapes import LoggedEvent
from reading.catalogue import lists as catalogue
from reading.catalogue.shapes import VersionShown
from reading.sight import Caller
from reading.store import Archive, Present, Store
from reading.supervision.proposed import proposal_page
from reading.supervision.rectifications import RectificationListed, rectification_page
from reading.supervision.shapes import RectificationProposal
from reading.tables.columns import A_PART, Columns, Part, day, minute, table, word, yes
from reading.words.language import Language, said
from rules.pinned import Label
from rules.procedure_rules import ProcedureRules


def facts(of: Mapping[str, Any] | None) -> str | None:
    """Facts of which each event has its own, in JSON."""
    return json.dumps(of, ensure_ascii=False, default=str) if of else None


def named(label: Any, language: Language) -> str | None:
    """What the file of an entry says in both languages, in one."""
    return said(Label.model_validate(label), language) if label else None


RECTIFICATIONS: Columns[RectificationListed] = {
    "case_number": lambda it, _: it.case_number,
    "received_at": lambda it, _: minute(it.received_at),
    "against": lambda it, _: it.body_name,
    "breach": lambda it, _: it.breach_label,
    "stage": lambda it, _: "; ".join(each.label for each in it.open_stages),
    "body": lambda it, _: "; ".join(each.body_name for each in it.open_stages),
    "last_day": lambda it, _: day(min((each.last_day for each in it.open_stages if each.last_day), default=None)),
    "overdue": lambda it, language: yes(any(each.overdue for each in it.open_stages), language),
    "closed_at": lambda it, _: minute(it.closed_at),
    "ending": lambda it, _: it.outcome_label,
}
PROPOSALS: Columns[RectificationProposal] = {
    "case_number": lambda it, _: it.task.case_number,
    "procedure": lambda it, _: it.task.procedure_label,
    "stage": lambda it, _: it.task.label,
    "body": lambda it, _: it.task.body_name,
    "last_day": lambda it, _: day(it.task.last_day),
    "late": lambda it, _: it.task.late_working_days,
    "urgings": lambda it, _: it.task.urgings,
    "urged_at": lambda it, _: minute(it.task.urged_at),
    "rule": lambda it, _: it.rule.text,
    "task_id": lambda it, _: it.task.task_id,
}
EVENTS: Columns[LoggedEvent] = {
    "event_number": lambda event, _: event.number,
    "at": lambda event, _: event.at.isoformat(),
    "event": lambda event, _: event.type,
    "by_login": lambda event, _: event.by_login,
    "act_id": lambda event, _: event.act,
    "facts": lambda event, _: facts(event.model_extra),
    "text": lambda event, _: facts(event.text),
}
VERSIONS: Columns[VersionShown] = {
    "version": lambda it, _: it.number,
    "published_at": lambda it, _: minute(it.published_at),
    "case_number": lambda it, _: it.case_number,
    "dataset": lambda it, language: named(it.entry.get("title"), language),
    "openness": lambda it, language: word(it.openness, language),
    "domain": lambda it, language: named(it.entry.get("domain"), language),
    "abstract": lambda it, language: named(it.entry.get("abstract"), language),
    "items": lambda it, language: "; ".join(named(each["name"], language) or "" for each in it.entry.get("items", ())),
    "formats": lambda it, _: "; ".join(it.entry.get("formats", ())),
    "conditions": lambda it, language: named(it.entry.get("conditions"), language),
}


def rectification_table(archive: Archive, caller: Caller, language: Language, city: str) -> AsyncIterator[str]:
    """The rectifications of a city that the caller may know of, the latest first."""

    async def part(store: Store, after: str | None) -> Part[RectificationListed]:
        page = await rectification_page(store, caller, city, language, after, A_PART)
        return page.items, page.next

    return table(archive, language, RECTIFICATIONS, part)


def proposal_table(
    archive: Archive, caller: Caller, rules: ProcedureRules, present: Present, language: Language
) -> AsyncIterator[str]:
    """All for which the rules of a city propose a rectification, the longest overdue first."""

    async def part(store: Store, after: str | None) -> Part[RectificationProposal]:
        page = await proposal_page(store, caller, rules, present, language, after, A_PART)
        return page.items, page.next

    return table(archive, language, PROPOSALS, part)


def event_table(archive: Archive, caller: Caller, language: Language, case_id: str) -> AsyncIterator[str]:
    """The log of a case as the caller may read it; nothing where it may not know of the case."""

    async def part(store: Store, after: str | None) -> Part[LoggedEvent]:
        page = await event_page(store, caller, case_id, after, A_PART)
        return (page.items, page.next) if page else ((), None)

    return table(archive, language, EVENTS, part)


def version_table(archive: Archive, language: Language, dataset_id: str) -> AsyncIterator[str]:
    """The versions of an entry, the first one first; nothing for a dataset that is not in the catalogue."""

    async def part(store: Store, after: str | None) -> Part[VersionShown]:
        page = await catalogue.versions(store, dataset_id, after, A_PART)
        return (page.items, page.next) if page else ((), None)

    return table(archive, language, VERSIONS, part)
