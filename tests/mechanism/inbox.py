"""What a step changes in one case: its inbox, who hands it over, and what the engine has of it."""

from __future__ import annotations

from models import acts as a
from tests.mechanism.law import ACTS, LOGS
from tests.mechanism.world import Carrier, Case, Row, Settled, Update, World


def settled(world: World, name: str, act: int, state: Settled, *, delivered: bool) -> World:
    """An act that waits is settled so; what was settled before stays. Marked as delivered, where that is known."""
    case = world.case(name)
    assert case
    inbox = tuple(
        row._replace(state=state if row.state == "received" else row.state, delivered=row.delivered or delivered)
        if row.act == act
        else row
        for row in case.inbox
    )
    return world.with_case(case._replace(inbox=inbox))


def put(world: World, act: a.Act) -> World:
    """One case's act in the inbox of another, stamped and in its order."""
    case = world.case(act.case_id)
    assert case
    latest = max((ACTS[row.act].received_at for row in case.inbox), default=act.received_at)
    seen = LOGS.state(case.log).number
    stamped = act.model_copy(update={"received_at": max(act.received_at, latest), "seen": seen})
    return world.with_case(case._replace(inbox=(*case.inbox, Row(ACTS.key(stamped), "received", False))))


def carrying(case: Case, gone: Carrier | None, come: Carrier | None) -> Case:
    """The case with one carrier in the place of another."""
    carriers = list(case.carriers)
    if gone:
        carriers.remove(gone)
    if come:
        carriers.append(come)
    return case._replace(carriers=tuple(sorted(carriers, key=repr)))


def next_of(carrier: Carrier) -> Carrier | None:
    """The carrier with the acts that come after; None where it has none left."""
    return Carrier(carrier.acts[1:], carrier.engine_knew) if carrier.acts[1:] else None


def answer_of(case: Case, act: int) -> Update | None:
    """The act as the engine has it."""
    updates = case.engine.updates if case.engine else ()
    return next((each for each in updates if each.act == act), None)


def updated(case: Case, update: Update) -> Case:
    """The case with one act of the engine as it stands now."""
    assert case.engine
    updates = tuple(update if each.act == update.act else each for each in case.engine.updates)
    return case._replace(engine=case.engine._replace(updates=updates))
