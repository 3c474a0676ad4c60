"""What the model takes from the product: the judge, the fold, the clocks; and the plans that are judged by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from activities.calendar.record import with_due
from models import acts as a
from models import events as e
from models.procedures import BY_NAME
from models.refusal import Refusal
from models.state import CaseState
from rules.procedure_names import ACCESS, ACCESS_REQUEST
from rules.procedure_rules import ProcedureRules
from tests.mechanism.logs import nothing_yet
from tests.models.bench import MONDAY, PARTY, Bench, notices

LOGS, ACTS = nothing_yet()
RULES: dict[tuple[str, str], ProcedureRules] = {}
"""City and procedure to the rules by which the plans are judged."""


@dataclass(frozen=True)
class Filing:
    """A case that a planned call files: its first events are those of this bench."""

    bench: Bench

    @property
    def case_id(self) -> str:
        return self.bench.state.case_id


@dataclass(frozen=True)
class Plan:
    """What is there before, and the calls that people make, in whatever order they come."""

    name: str
    begun: tuple[Bench, ...]
    calls: tuple[a.Act | Filing, ...]


class Unjudged(Exception):
    """A write that PostgreSQL refuses: the transaction leaves nothing."""


@cache
def judged(log: int, act: int) -> tuple[tuple[e.Event, ...], str]:
    """What an act adds to a log by the law, or the name of the refusal."""
    state = LOGS.state(log)
    try:
        return tuple(BY_NAME[state.procedure].judge(rules_of(state), state, ACTS[act])), ""
    except Refusal as fact:
        return (), fact.code


def rules_of(state: CaseState) -> ProcedureRules:
    """The rules that a case keeps; a grant keeps those of its request."""
    procedure = ACCESS_REQUEST if state.procedure == ACCESS else state.procedure
    return RULES[state.city, procedure]


def with_clocks(events: Iterable[e.Event]) -> list[e.Event]:
    """The events with the end of each clock filled in, as the writer does."""
    return [
        event.model_copy(update={"clock": with_due(event.clock, notices())})
        if isinstance(event, e.TaskOpened | e.ClockMoved)
        else event
        for event in events
    ]


def as_bench(request: CaseState) -> Bench:
    """A request as the bench has it that opens its grant."""
    return Bench(rules_of(request), now=request.at or MONDAY, state=request)


def filing(case_id: str) -> int:
    """The first act of a case."""
    return ACTS.key(a.File(id=f"{case_id}.file", case_id=case_id, by=PARTY, received_at=MONDAY))
