"""Which tasks a supervisor asks for, and all of them page by page, for a list, a table or a calendar alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from reading.store import Archive, Present, Store
from reading.supervision import questions as supervision
from reading.supervision.questions import Filters, Group, Listed, Place, Sight, narrowed, spans
from reading.supervision.shown import SupervisedTask, tasks_shown
from reading.words.language import Language

WITHIN = 2
"""Working days after today in which what is due is due soon, unless somebody says otherwise."""
LONGEST_WITHIN = 60
A_PAGE = 200

Within = Annotated[int, Field(ge=0, le=LONGEST_WITHIN)]


class Asked(BaseModel):
    """What a list is to hold; a feed keeps it. `officer` is the id of an account."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    lists: tuple[Listed, ...]
    within: Within = WITHIN
    city: str | None = None
    body: str | None = None
    procedure: str | None = None
    stage: str | None = None
    officer: str | None = None

    def filters(self) -> Filters:
        return Filters(self.city, self.body, self.procedure, self.stage, self.officer)


@dataclass(frozen=True)
class Lister:
    """Lists for whoever has this sight, at one instant."""

    archive: Archive
    sight: Sight
    asked: Asked
    present: Present
    language: Language

    async def page(self, store: Store, listed: Listed, after: Place | None, limit: int) -> _Page:
        """So many tasks beyond a place, the earliest due first, and where the next page begins."""
        allowed = narrowed(self.sight, self.asked.filters())
        if allowed is None:
            return _Page([], None)
        among, filters = allowed
        within = spans(listed, among, self.present.now, self.asked.within, self.present.record)
        found = await supervision.supervised(store, within, filters, after, limit + 1)
        place = found[limit - 1].place if len(found) > limit else None
        return _Page(await tasks_shown(store, found[:limit], self.present, self.language), place)

    async def count(self, store: Store) -> Counter[Group]:
        """How many of the overdue tasks lie where."""
        allowed = narrowed(self.sight, self.asked.filters())
        return await supervision.count_overdue(store, *allowed, self.present.now) if allowed else Counter()

    async def every(self, listed: Listed) -> AsyncIterator[list[SupervisedTask]]:
        """All tasks, page by page; no connection is held between them."""
        after: Place | None = None
        while True:
            async with self.archive.store() as store:
                page = await self.page(store, listed, after, A_PAGE)
            yield page.tasks
            if page.next is None:
                return
            after = page.next


@dataclass(frozen=True)
class _Page:
    tasks: list[SupervisedTask]
    next: Place | None
