"""A register on paper: the product's own law of a case, pure, without PostgreSQL and Temporal."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from activities.record.log import with_clocks
from models import acts as a
from models import events as e
from models.passing import pass_time
from models.procedures.access_request import ACCESS_REQUEST
from models.proposal import Proposal
from models.signing import naming_what_stands
from models.state import CaseState, fold
from models.task_state import TaskState
from rules.loading import load_pack
from simulation.chances import Arrival, Habits
from simulation.register import LawAssumed
from simulation.running import planned
from simulation.scenario import Scenario
from simulation.year import Plan, Year

MONDAY = date(2026, 11, 30)


class PaperRegister:
    """Judges and follows as receipt and workflow do; knows the rules under which each request was received."""

    def __init__(self, plan: Plan, scenario: Scenario) -> None:
        self._law = LawAssumed(load_pack(plan.city), plan, scenario)
        self._record = plan.record
        self.now = plan.since
        self.decided_at: list[datetime] = []

    def turn_to(self, at: datetime) -> None:
        assert at >= self.now
        self.now = at

    async def file(self, arrival: Arrival) -> CaseState:
        rules = self._law.on(self.now)
        filing = self._law.filing(arrival, self._law.said(arrival, self.now), self.now)
        filed = e.Filed(
            at=self.now,
            case_id=str(uuid.uuid4()),
            case_number=str(arrival.number),
            city=rules.city,
            procedure="access_request",
            party=filing.party,
            dataset_id=filing.dataset_id,
            bodies=filing.bodies,
            data_items=filing.data_items,
            choices=filing.choices,
            given=filing.given,
            rules_digest="",
        )
        proposal = Proposal(CaseState())
        proposal.add(filed)
        ACCESS_REQUEST.follow(rules, proposal, self.now)
        return self._with(CaseState(), proposal.events)

    async def decide(self, state: CaseState, task: TaskState, by: a.Actor, outcome: str) -> CaseState:
        act = a.Decide(
            id=str(uuid.uuid4()),
            case_id=state.case_id,
            by=by,
            received_at=self.now,
            task_id=task.task_id,
            outcome=outcome,
            given=self._law.needed(task, outcome, self.now),
        )
        if by.body:
            self.decided_at.append(self.now)
        assert state.received_at
        rules = self._law.on(state.received_at)
        return self._with(state, ACCESS_REQUEST.judge(rules, state, naming_what_stands(rules, state, act)))

    async def pass_clocks(self, state: CaseState) -> CaseState:
        assert state.received_at
        return self._with(state, pass_time(self._law.on(state.received_at), state, self.now))

    def _with(self, state: CaseState, events: Sequence[e.Event]) -> CaseState:
        return fold(state, with_clocks(events, self._record))


async def on_paper(
    scenario: Scenario,
    *,
    city: str = "nanning",
    days: int = 30,
    requests: int = 20,
    seed: int = 1,
    habits: Habits | None = None,
) -> tuple[Year, PaperRegister]:
    """A run, finished."""
    plan = planned(city, MONDAY, days, requests, seed, habits or Habits())
    register = PaperRegister(plan, scenario)
    year = Year(plan, scenario, register)
    await year.run()
    return year, register
