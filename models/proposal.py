"""Events that are about to be: what an act would add to a log."""

from __future__ import annotations

from models import events as e
from models.state import CaseState, apply


class Proposal:
    """Events that would be added to a log, numbered on from it, and the case as they would make it.

    `is_the_partys_own` is what the procedure says of the case; None where nobody acts, as at a filing or when time
    passes.
    """

    def __init__(self, state: CaseState, *, is_the_partys_own: bool | None = None) -> None:
        self.state = state
        self.is_the_partys_own = is_the_partys_own
        self.events: list[e.Event] = []

    def add(self, event: e.Event) -> None:
        numbered = event.model_copy(update={"number": self.state.number + 1})
        self.state = apply(self.state, numbered)
        self.events.append(numbered)
