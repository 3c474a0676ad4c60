"""Logs and acts by small numbers, so that thousands of worlds can be compared and kept: equal logs have one number."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from models import acts as a
from models import events as e
from models.state import CaseState, apply

EMPTY = 0
"""The log of a case in which nothing has happened."""


class Logs:
    """Every log that occurs, each as the one before it and one more event."""

    def __init__(self) -> None:
        self._states = [CaseState()]
        self._parents = [EMPTY]
        self._events: list[e.Event | None] = [None]
        self._longer: dict[tuple[int, str], int] = {}

    def state(self, log: int) -> CaseState:
        """The case that the log makes."""
        return self._states[log]

    def grown(self, log: int, events: Iterable[e.Event]) -> int:
        """The log with these events after its last. Raises GapInTheLog."""
        for event in events:
            key = (log, event.model_dump_json())
            if key not in self._longer:
                self._longer[key] = len(self._states)
                self._states.append(apply(self._states[log], event))
                self._parents.append(log)
                self._events.append(event)
            log = self._longer[key]
        return log

    def before(self, log: int, number: int) -> int:
        """The log up to an event of that number, which it has."""
        while self._states[log].number > number:
            log = self._parents[log]
        return log

    def after(self, log: int, number: int) -> list[e.Event]:
        """The events of the log beyond that number."""
        found: list[e.Event] = []
        while self._states[log].number > number:
            event = self._events[log]
            assert event
            found.append(event)
            log = self._parents[log]
        return found[::-1]

    def begins_with(self, log: int, beginning: int) -> bool:
        """Whether the log is this beginning with more events, or none, after it."""
        return self.before(log, self._states[beginning].number) == beginning


class Acts:
    """Every act as it was received: an act that was stamped otherwise is another."""

    def __init__(self) -> None:
        self._acts: list[a.Act] = []
        self._known: dict[str, int] = {}

    def key(self, act: a.Act) -> int:
        text = act.model_dump_json()
        if text not in self._known:
            self._known[text] = len(self._acts)
            self._acts.append(act)
        return self._known[text]

    def __getitem__(self, key: int) -> a.Act:
        return self._acts[key]


@lru_cache(maxsize=1)
def nothing_yet() -> tuple[Logs, Acts]:
    """The logs and acts of all explorations of this process: what one has judged another need not."""
    return Logs(), Acts()
