"""The lists in which people search, as tables (CSV): all of what is searched for, in the order of the list."""

from __future__ import annotations

from collections.abc import AsyncIterator

from reading.cases import mine
from reading.cases import questions as cases
from reading.cases.lists import ended_task_page, task_page
from reading.cases.mine import MyCase
from reading.cases.questions import CasesSought
from reading.cases.shapes import TaskListed
from reading.cases.sought import ENDED, TasksSought
from reading.catalogue import lists as catalogue
from reading.catalogue.search import Search
from reading.catalogue.shapes import DatasetShown
from reading.grants.shapes import HolderShown
from reading.grants.shown import holder_page
from reading.sight import Caller
from reading.store import Archive, Store
from reading.tables.columns import A_PART, Columns, Part, day, minute, table, word, yes
from reading.words.clocks import last_day
from reading.words.language import Language
from rules.pack import Pack

TASKS: Columns[TaskListed] = {
    "case_number": lambda task, _: task.case_number,
    "procedure": lambda task, _: task.procedure_label,
    "stage": lambda task, _: task.label,
    "dataset": lambda task, _: task.dataset_title,
    "applicant": lambda task, _: task.party_name,
    "body": lambda task, _: task.body_name,
    "officer": lambda task, _: task.claimed_by,
    "urgency": lambda task, _: task.urgency_label,
    "opened_at": lambda task, _: minute(task.opened_at),
    "last_day": lambda task, _: day(task.clock.last_day),
    "left": lambda task, _: task.working_days_left,
    "overdue": lambda task, language: yes(task.clock.overdue, language),
    "ended_at": lambda task, _: minute(task.ended_at),
}
CASES: Columns[MyCase] = {
    "case_number": lambda case, _: case.case_number,
    "procedure": lambda case, _: case.procedure_label,
    "dataset": lambda case, _: case.title,
    "received_at": lambda case, _: minute(case.received_at),
    "filed_late": lambda case, language: yes(case.filed_late, language),
    "closed_at": lambda case, _: minute(case.closed_at),
    "ending": lambda case, _: case.outcome_label,
    "stage": lambda case, _: "; ".join(each.label for each in case.holdings),
    "body": lambda case, language: "; ".join(
        word("the_applicant", language) if each.is_mine else each.body_name for each in case.holdings
    ),
    "last_day": lambda case, _: day(min((each.last_day for each in case.holdings if each.last_day), default=None)),
    "overdue": lambda case, language: yes(any(each.overdue for each in case.holdings), language),
}
DATASETS: Columns[DatasetShown] = {
    "dataset_id": lambda entry, _: entry.dataset_id,
    "dataset": lambda entry, _: entry.title,
    "provider": lambda entry, _: entry.provider_name,
    "openness": lambda entry, language: word(entry.openness, language),
    "domain": lambda entry, _: entry.domain,
    "abstract": lambda entry, _: entry.abstract,
    "items": lambda entry, _: "; ".join(each.name for each in entry.items),
    "formats": lambda entry, _: "; ".join(entry.formats),
    "conditions": lambda entry, _: entry.conditions,
    "updated_on": lambda entry, _: day(entry.updated_on),
    "served": lambda entry, language: yes(entry.served, language),
    "disputed": lambda entry, language: yes(entry.disputed, language),
}
HOLDERS: Columns[HolderShown] = {
    "holder": lambda holder, _: holder.name,
    "dataset": lambda holder, _: holder.title,
    "dataset_id": lambda holder, _: holder.dataset_id,
    "granted_at": lambda holder, _: day(holder.granted_at),
    "valid_through": lambda holder, _: day(last_day(holder.valid_until)),
    "ended_at": lambda holder, _: day(holder.ended_at),
}
"""The columns, in their order; days and instants are those of Asia/Shanghai."""


def task_table(archive: Archive, caller: Caller, language: Language, wanted: TasksSought) -> AsyncIterator[str]:
    """The caller's tasks, in the order of the list."""
    listed = ended_task_page if wanted.states == ENDED else task_page

    async def part(store: Store, after: str | None) -> Part[TaskListed]:
        page = await listed(store, caller, language, wanted, after, A_PART)
        return page.items, page.next

    return table(archive, language, TASKS, part)


def case_table(archive: Archive, caller: Caller, language: Language, wanted: CasesSought) -> AsyncIterator[str]:
    """The cases that the caller may know of, latest first, with what lies open in each."""

    async def part(store: Store, after: str | None) -> Part[MyCase]:
        found = await cases.cases(store, caller, wanted, after, A_PART)
        return await mine.in_words(store, language, found.rows), found.next

    return table(archive, language, CASES, part)


def dataset_table(archive: Archive, caller: Caller | None, language: Language, wanted: Search) -> AsyncIterator[str]:
    """The datasets that are searched for."""

    async def part(store: Store, after: str | None) -> Part[DatasetShown]:
        page = await catalogue.datasets(store, caller, language, wanted, after, A_PART)
        return page.items, page.next

    return table(archive, language, DATASETS, part)


def holder_table(archive: Archive, language: Language, pack: Pack) -> AsyncIterator[str]:
    """Who holds conditional data of a city; nobody, where its law does not make that public."""

    async def part(store: Store, after: str | None) -> Part[HolderShown]:
        page = await holder_page(store, language, pack, after, A_PART)
        return (page.items, page.next) if page else ((), None)

    return table(archive, language, HOLDERS, part)
