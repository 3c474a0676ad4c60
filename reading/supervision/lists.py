"""What a supervisor asks, answered: a page of a list, all of it, or how many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from reading.shape import Page
from reading.slices import Slice
from reading.store import Archive, Present, Store
from reading.supervision import questions as supervision
from reading.supervision.due_lists import DueList, due_between
from reading.supervision.pages import page_end, page_of
from reading.supervision.shapes import OverdueCounts, PromptTask, SupervisedTask, WaitingAct
from reading.supervision.shown import counts_shown, due_tasks_shown, prompt_tasks_shown, waiting_shown
from reading.supervision.sight import Narrowing, Seen, Sight
from reading.words.language import Language

LONG = timedelta(minutes=1)
"""An act is worked off in well under a second while the machines run."""
A_PART = 200
"""Tasks that are read at a time where all are wanted."""


@dataclass(frozen=True)
class Asking:
    """Who asks about which tasks, at which instant, and in which language the answer is to be."""

    sight: Sight
    narrowing: Narrowing
    present: Present
    language: Language

    @property
    def seen(self) -> Seen | None:
        """The part of the question that this sight covers; None where it covers nothing."""
        return self.sight.narrowed(self.narrowing)


async def due_page(store: Store, asking: Asking, which: DueList, after: str | None, limit: int) -> Page[SupervisedTask]:
    """So many tasks of a list, the earliest due first. Raises CursorUnusable."""
    end, seen = page_end(after), asking.seen
    if seen is None:
        return Page(items=[], next=None)
    between = due_between(which, seen.cities, asking.present)
    found = await supervision.due_tasks(store, between, [*seen.conditions(), *seen.listed()], end, limit + 1)
    page, more = page_of(found, limit)
    return Page(items=await due_tasks_shown(store, page, asking.present, asking.language), next=more)


async def every_due_task(archive: Archive, asking: Asking, which: DueList) -> AsyncIterator[list[SupervisedTask]]:
    """All tasks of a list, part by part; no connection is held between them."""
    after: str | None = None
    while True:
        async with archive.store_a_little_behind() as store:
            page = await due_page(store, asking, which, after, A_PART)
        yield page.items
        if page.next is None:
            return
        after = page.next


async def overdue_counts(store: Store, asking: Asking) -> OverdueCounts:
    """How many of the overdue tasks lie where."""
    return await counts_shown(store, await _overdue(store, asking), asking.present.now, asking.language)


async def overdue_total(store: Store, asking: Asking) -> int:
    """How many tasks are overdue."""
    return (await _overdue(store, asking)).total()


async def _overdue(store: Store, asking: Asking) -> Counter[Slice]:
    seen = asking.seen
    return await supervision.count_overdue(store, seen, asking.present.now) if seen else Counter()


async def prompt_page(store: Store, asking: Asking, after: str | None, limit: int) -> Page[PromptTask]:
    """So many tasks that are owed promptly, the longest open first. Raises CursorUnusable."""
    end, seen = page_end(after), asking.seen
    if seen is None:
        return Page(items=[], next=None)
    page, more = page_of(await supervision.owed_promptly(store, seen, asking.present.now, end, limit + 1), limit)
    return Page(items=await prompt_tasks_shown(store, page, asking.present, asking.language), next=more)


async def waiting_page(
    store: Store, sight: Sight, city: str | None, language: Language, after: str | None, limit: int
) -> Page[WaitingAct]:
    """So many acts that have waited for long, the oldest first. Raises CursorUnusable."""
    end, seen = page_end(after), sight.narrowed(Narrowing(city))
    if seen is None:
        return Page(items=[], next=None)
    until = await store.archive.now() - LONG
    page, more = page_of(await supervision.waiting_acts(store, seen, until, end, limit + 1), limit)
    return Page(items=[waiting_shown(each, language) for each in page], next=more)
