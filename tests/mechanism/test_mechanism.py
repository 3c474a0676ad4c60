"""Every interleaving of three calls and two crashes: nothing received is lost, nothing is done twice, what the engine's
history makes of a case its log makes of it too, what is held back is served at no instant, the order of receipt is
kept, and a refusal leaves nothing (`docs/mechanism.md`).

KAIFANG_LONG=1 goes through all plans with two crashes, and with two who hand over at the same time.
"""

from __future__ import annotations

import os

import pytest

from tests.mechanism.exploring import explored
from tests.mechanism.faults import FAULTS
from tests.mechanism.machine import Machine
from tests.mechanism.plans import LONG, PLANS, SHORT, Bound

LONG_RUN = os.environ.get("KAIFANG_LONG") == "1"


@pytest.mark.parametrize("bound", LONG if LONG_RUN else SHORT, ids=str)
def test_in_no_order_of_events_is_anything_lost_doubled_or_served(bound: Bound) -> None:
    plan = PLANS[bound.plan]()
    found = explored(Machine(plan, bound.carriers), bound.crashes)
    assert not found.wrong, "\n".join([found.wrong, *found.way])
    assert found.ends > 1
    assert found.worlds > len(plan.calls) * 100


@pytest.mark.parametrize("name", FAULTS)
def test_each_seeded_fault_is_found(name: str) -> None:
    fault = FAULTS[name]
    found = explored(fault.machine(PLANS[fault.plan](), 1), fault.crashes, most=20_000)
    assert found.wrong.startswith(f"{fault.shows}:"), found.wrong
    assert found.way


def test_an_exploration_finds_the_same_each_time() -> None:
    machine = Machine(PLANS["released and decided"]())
    assert explored(machine, 1) == explored(Machine(machine.plan), 1)
