"""The world as the model has it at one instant: what PostgreSQL has committed, what the engine's history holds, and who
is under way with what."""

from __future__ import annotations

from typing import Literal, NamedTuple

Settled = Literal["received", "accepted", "refused"]


class Row(NamedTuple):
    """An act in the inbox of its case."""

    act: int
    state: Settled
    delivered: bool


class Update(NamedTuple):
    """An act in the engine. What the worker alone knows, and loses when it dies: `proposing`, the log on which it has
    judged the act without having appended yet, and `learning`, how long the log was that its append has brought back
    and history does not have yet."""

    act: int
    answer: Literal["none", "done", "refused", "failed"] = "none"
    refusal: str = ""
    proposing: int | None = None
    learning: int | None = None


class Engine(NamedTuple):
    """A case in the engine: the log that its history makes, and the acts that it was handed."""

    log: int
    updates: tuple[Update, ...] = ()


class Carrier(NamedTuple):
    """Whoever hands over: the acts that it found undelivered, with how much of the log the engine knew then; `waits`
    when the first of them is with the engine."""

    acts: tuple[int, ...]
    engine_knew: int | None
    waits: bool = False
    sent: int = 0
    """How much of the log it sent with the act, for the engine to read."""


class Case(NamedTuple):
    """A case. `shown` is the log from which gate and readers are served: the writer brings it up to date."""

    name: str
    born: int
    log: int
    shown: int
    engine_number: int
    inbox: tuple[Row, ...]
    engine: Engine | None = None
    carriers: tuple[Carrier, ...] = ()
    started: bool = False
    """Whether its filing has reached the engine."""
    told: tuple[int, ...] = ()
    """The numbers of the events whose messages are in the outbox, in the order in which they were put there."""


class World(NamedTuple):
    """Everything. `answered` says of each planned call whether whoever sent it has an answer; `cases` are numbers in
    CASES; `clock` counts receipts; `owed` are acts for other cases that a broken writer has not put there yet."""

    answered: tuple[bool, ...]
    cases: tuple[int, ...]
    clock: int
    crashes: int
    owed: tuple[int, ...] = ()
    alone: bool = False
    """Whether this is one case of a quiet world, looked at by itself."""

    def every(self) -> list[Case]:
        return [CASES[number] for number in self.cases]

    def case(self, name: str) -> Case | None:
        return next((case for number in self.cases if (case := CASES[number]).name == name), None)

    def only(self, case: Case) -> World:
        """One case of it, by itself."""
        return self._replace(cases=(number_of(case),), answered=(), clock=0, alone=True)

    def with_case(self, case: Case) -> World:
        """The world in which a case stands so, which may be new."""
        others = (number for number in self.cases if CASES[number].name != case.name)
        return self._replace(cases=tuple(sorted((*others, number_of(case)), key=lambda each: CASES[each].name)))


CASES: list[Case] = []
"""Every case as it may stand, so that worlds are compared by numbers."""
NUMBERS: dict[Case, int] = {}


def number_of(case: Case) -> int:
    if case not in NUMBERS:
        NUMBERS[case] = len(CASES)
        CASES.append(case)
    return NUMBERS[case]
