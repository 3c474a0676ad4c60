"""How a grant is used, as it is shown to its holder and to the bodies that may know of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from activities.filing.reports_owed import case_of_report
from activities.tables.cases import ActRow, CaseRow, TaskRow
from activities.tables.gate import GrantRow
from models.events import UseInspected, UseRecorded
from models.using import first_report_on
from reading.cases import questions as cases
from reading.cases.possible import possible_acts
from reading.directory import questions as directory
from reading.grants import questions as grants
from reading.sight import Caller, may_read
from reading.store import CaseRead, Store
from reading.use_reports import questions
from reading.use_reports.shapes import InspectionOnRecord, ReportOnUse, UseOfGrant, UseOnRecord
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from rules.pinned import Citation

MOST_REPORTS = 200
"""The latest that are shown together."""


async def use_of_grant(store: Store, caller: Caller, language: Language, case_id: str) -> UseOfGrant | None:
    """How the grant is used that is this case; None where the caller may not know of it."""
    found = await grants.grant(store, caller, case_id)
    if found is None:
        return None
    read = await store.case_read(case_id)
    acts = {row.act_id: row for row in await cases.acts_with_text(store, caller, read.state)}
    readable = {name: row for name, row in acts.items() if may_read(caller, read.rules, read.state, row)}
    inspected = [event for event in read.log if isinstance(event, UseInspected)]
    names = await directory.body_names(store, (each.body for each in inspected))
    law = Law(read.rules, language)
    return UseOfGrant(
        case_id=case_id,
        case_number=found.case.case_number,
        report_days=found.grant.report_days,
        next_report_on=found.grant.next_report_on if found.case.closed_at is None else None,
        obtained_on=await questions.obtained_on(store, case_id),
        reports=await reports_of(store, language, found.grant),
        records=list(records_of(read, readable)),
        inspections=[
            InspectionOnRecord(
                inspected_on=each.inspected_on,
                recorded_at=each.at,
                body=each.body,
                body_name=said(names[each.body], language) if each.body in names else each.body,
                finding=each.finding,
                finding_label=said(texts().inspections[each.finding], language),
                text=text_of(readable.get(each.act or "")),
                law=law.named(inspected_under(read, each)),
            )
            for each in reversed(inspected)
        ],
    )


def may_inspect(caller: Caller, read: CaseRead, now: datetime) -> bool:
    """Whether the caller may put an inspection of the grant on record: asked of the judge."""
    return any(each.act == "inspect" for each in possible_acts(read.rules, read.state, caller, now))


def inspected_under(read: CaseRead, it: UseInspected) -> Citation:
    """The article by which the body inspects."""
    assert read.rules.inspection, "nobody inspects without a rule"
    return read.rules.inspection.citation


def records_of(read: CaseRead, readable: dict[str, ActRow]) -> Iterator[UseOnRecord]:
    """The entries of the user's own record, the latest first."""
    for event in reversed(read.log):
        if isinstance(event, UseRecorded):
            text = text_of(readable.get(event.act or ""))
            yield UseOnRecord(used_on=event.used_on, recorded_at=event.at, text=text)


def text_of(row: ActRow | None) -> str | None:
    """What was written with an act."""
    return str(row.content["text"]) if row and row.content and row.content.get("text") else None


async def reports_of(store: Store, language: Language, grant: GrantRow) -> list[ReportOnUse]:
    """The reports on use of a grant that are owed or were made, the latest first."""
    now = await store.now()
    days = {case_of_report(grant.case_id, day): day for day in days_asked_for(grant)}
    rows = await questions.reports(store, list(days))
    answers = await questions.answers_of_users(store, list(rows))
    found = []
    for row in rows.values():
        ending = (await store.rules(row.rules_digest)).ending(row.outcome or "")
        label = said(ending.label, language) if ending else row.outcome
        found.append(report_shown(row, days[row.case_id], answers.get(row.case_id, ()), now, label))
    return sorted(found, key=lambda each: each.owed_on, reverse=True)


def days_asked_for(grant: GrantRow) -> Iterator[date]:
    """The days on which reports were owed, the latest first, and the next, which may have been made ahead of it."""
    if grant.report_days is None:
        return
    first, step = first_report_on(grant.granted_at, grant.report_days), timedelta(days=grant.report_days)
    last = grant.next_report_on or first_report_on(grant.valid_until, grant.report_days)
    day = first + step * ((last - first).days // grant.report_days)
    for _ in range(MOST_REPORTS):
        if day < first:
            return
        yield day
        day -= step


def report_shown(
    row: CaseRow, owed_on: date, answers: Sequence[TaskRow], now: datetime, outcome_label: str | None
) -> ReportOnUse:
    """One report: an answer given late is late, and so is one that is owed after its period."""
    is_over = any(task.ended_at is None and task.due_at is not None and task.due_at <= now for task in answers)
    return ReportOnUse(
        case_id=row.case_id,
        case_number=row.case_number,
        owed_on=owed_on,
        owed=any(task.ended_at is None for task in answers),
        late=is_over or any(task.late for task in answers),
        outcome=row.outcome,
        outcome_label=outcome_label,
    )
