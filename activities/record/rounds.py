"""A look at cases set by set, again and again, to settle in each what time or the directory has made of it."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from activities.database import AWAY
from activities.looking import look_on

if TYPE_CHECKING:
    from activities.database import Pool

A_SET = 200
"""Cases in one look."""


class Settled(Protocol):
    """How an act was settled, and why it was refused if it was."""

    @property
    def state(self) -> str: ...

    @property
    def problem(self) -> Mapping[str, str] | None: ...


class Rounds(ABC):
    """Looks for cases in which something is to be settled; beside the worker."""

    log: ClassVar[logging.Logger]
    what: ClassVar[str]
    """What is looked for, in the log: many."""
    unsettled: ClassVar[str]
    """One that stays as it is, in the log; `%s` is the case."""
    settled: ClassVar[str]
    """What has been done, in the log; `%d` is in how many cases."""

    def __init__(self, pool: Pool, every: float, a_set: int) -> None:
        self._pool = pool
        self._every = every
        self._a_set = a_set
        self._after = ""
        """The last case of the last look: so cases that are tried in vain keep no other from its turn."""

    @abstractmethod
    async def cases(self, most: int, after: str) -> list[str]:
        """The next cases after that one, in order, in which there is something to settle."""

    @abstractmethod
    async def settle(self, case_id: str) -> Sequence[Settled]:
        """What came of each act that a case got for it."""

    async def run(self) -> None:
        """Looks until it is cancelled; an absent PostgreSQL is waited for."""
        await look_on(self.look, self._every, self.log, f"{self.what} cannot be looked at")

    async def look(self) -> int:
        """One look at a set of cases, of which the next look takes the next; returns in how many something was
        settled.

        What is wrong with one case holds up no other.
        """
        cases = await self.cases(self._a_set, self._after)
        changed = 0
        for case_id in cases:
            try:
                settled = await self.settle(case_id)
            except AWAY:
                raise
            except Exception:
                self.log.exception("%s of case %s cannot be settled", self.what, case_id)
                continue
            for refused in (each for each in settled if each.state == "refused"):
                self.log.warning(f"{self.unsettled}: %s", case_id, (refused.problem or {}).get("code"))
            changed += any(each.state == "accepted" for each in settled)
        self._after = cases[-1] if len(cases) == self._a_set else ""
        if changed:
            self.log.info(self.settled, changed)
        return changed
