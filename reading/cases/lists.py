"""Pages: the cases and tasks that a caller searches for, and the log of one case."""

from __future__ import annotations

from collections.abc import Iterable

from activities.tables.cases import ActRow
from models.events import EVENT, Event
from reading.cases import questions as cases
from reading.cases import sought as task_lists
from reading.cases.questions import CasesSought
from reading.cases.shapes import CaseSummary, LoggedEvent, TaskListed
from reading.cases.shown import case_summary
from reading.cases.sought import TasksSought
from reading.cases.tasks import tasks_of_list
from reading.cases.written import said_in
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.shape import Page
from reading.sight import Caller, hidden_fields, hidden_texts, may_read
from reading.store import CaseRead, Store
from reading.words.language import Language, said

OF_A_CASE = "case:"
"""How the account of an event begins if another case did it: a party does not read which case."""


async def case_page(
    store: Store, caller: Caller, sought: CasesSought, after: str | None, limit: int
) -> Page[CaseSummary]:
    """The cases that the caller may know of, latest first. Raises CursorUnusable."""
    found = await cases.cases(store, caller, sought, after, limit)
    return Page(items=[case_summary(row) for row in found.rows], next=found.next)


async def task_page(
    store: Store, caller: Caller, language: Language, sought: TasksSought, after: str | None, limit: int
) -> Page[TaskListed]:
    """The caller's tasks, most urgent first. Raises CursorUnusable."""
    present = await store.present()
    found = await task_lists.tasks(store, caller, sought, present, after, limit)
    return Page(items=await tasks_of_list(store, language, found.rows, present), next=found.next)


async def ended_task_page(
    store: Store, caller: Caller, language: Language, sought: TasksSought, after: str | None, limit: int
) -> Page[TaskListed]:
    """The caller's tasks that were decided, the latest first. Raises CursorUnusable."""
    present = await store.present()
    found = await task_lists.tasks_ended(store, caller, sought, present, after, limit)
    return Page(items=await tasks_of_list(store, language, found.rows, present), next=found.next)


async def event_page(
    store: Store, caller: Caller, case_id: str, after: str | None, limit: int
) -> Page[LoggedEvent] | None:
    """The log of a case, in its order; None where the caller may not know of the case. Raises CursorUnusable."""
    if await cases.case(store, caller, case_id) is None:
        return None
    found = await cases.events(store, case_id, after, limit)
    read = await store.case_read(case_id)
    acts = {row.act_id: row for row in await cases.acts_with_text(store, caller, read.state)}
    events = [EVENT.validate_python(row.event) for row in found.rows]
    logins = await directory.logins(store, (getattr(event, "by", None) for event in events))
    return Page(
        items=[
            event_shown(caller, read, event, acts.get(event.act or ""), logins.get(getattr(event, "by", "")))
            for event in events
        ],
        next=found.next,
    )


def event_shown(caller: Caller, read: CaseRead, event: Event, act: ActRow | None, login: str | None) -> LoggedEvent:
    """An event as the caller may read it; `login` is of who did it, `act` the one that came with text."""
    hidden = hidden_fields(caller, read.state, event)
    if login and login.startswith(OF_A_CASE) and not caller.reads_as_officer(read.state):
        login, hidden = None, hidden | {"by"}
    readable = act is not None and may_read(caller, read.rules, read.state, act)
    return LoggedEvent(
        **event.model_dump(mode="json", exclude=set(hidden)),
        by_login=login,
        text=said_in(act, hidden_texts(caller, read.state)) if act and readable else None,
    )


async def titles_of(store: Store, language: Language, datasets: Iterable[str | None]) -> dict[str, str]:
    """Dataset to its title; nothing of one that is not in the catalogue."""
    titles = await catalogue.titles(store, {each for each in datasets if each})
    return {dataset_id: said(title, language) for dataset_id, title in titles.items()}
