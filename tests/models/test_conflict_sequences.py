"""Whatever anybody does in whatever procedure: nobody acts for a body in a case in which he has a side (回避).

A few accounts do everything: each may be the party, serve any body, and serve another the next time. The examples are
the same in every run; KAIFANG_LONG=1 tries many more, and new ones each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from models import acts as a
from models import events as e
from models.access_events import AccessRevoked
from models.act_contents import TimeLimit
from models.procedure import Procedure
from models.procedures import PROCEDURES
from models.procedures.access import ACCESS, revoking_bodies
from models.recorded import Recorded
from models.refusals import REFUSALS
from models.task_state import TaskState
from rules.loading import cities, load_pack
from rules.pinned import APPLICANT
from rules.procedure_rules import ProcedureRules
from tests.models.bench import BOTH_SIGN, WHATEVER_IS_ASKED, accessed, begun, law, signed_with, until_signing
from tests.models.profiles import PROFILE

ACCOUNTS = ("acc_party", "acc_concerned", "acc_1", "acc_2")
PEOPLE = st.sampled_from(ACCOUNTS)
ITEMS = ("name", "address")
AS_OFFICER: Mapping[type[a.ReceivedAct], Mapping[str, Any]] = {
    a.Claim: {},
    a.Release: {},
    a.AskSupplement: {"given": frozenset({"text"})},
    a.AskOpinion: {"given": frozenset({"question"})},
    a.Urge: {"roles": frozenset({"reviewer", "supervisor"})},
}
DONE_BY_A_BODY: tuple[type[Recorded], ...] = (
    e.TaskClaimed,
    e.TaskReleased,
    e.TaskReassigned,
    e.TaskDecided,
    e.DecidedInPart,
    e.DecisionCorrected,
    e.SupplementAsked,
    e.TaskUrged,
    AccessRevoked,
)


def having(procedure: Procedure) -> list[ProcedureRules]:
    """The rules of the procedure in the cities that know it."""
    if procedure is ACCESS:
        return [law(city) for city in cities()]
    return [law(city, procedure.name) for city in cities() if procedure.name in load_pack(city).procedures]


class AnyCase(RuleBasedStateMachine):
    """One case of a procedure; subclasses name it."""

    procedure: Procedure

    @initialize(data=st.data(), about_data=st.booleans())
    def begins(self, data: st.DataObject, about_data: bool) -> None:
        rules = data.draw(st.sampled_from(having(self.procedure)))
        self.bodies = {role: f"{rules.city}.{role}" for role in (*rules.bodies, "government", "authority", "operator")}
        self.for_body = self.bodies["operator"]
        if self.procedure is ACCESS:
            self.bench = accessed(until_signing(rules.city).all_decide(BOTH_SIGN))
            self.own = True
        else:
            for_body = data.draw(st.sampled_from((None, self.for_body)))
            self.own = self.procedure.filed_for.is_itself("x" if about_data else "", for_body)
            of_body: dict[str, Any] = {} if self.own else {"for_body": self.for_body}
            if self.has_concerned:
                of_body["concerned"] = ("acc_concerned",)
            self.bench = begun(
                rules,
                self.procedure,
                party="acc_party",
                dataset_id="x" if about_data else "",
                data_items=ITEMS,
                choices={name: known[0].value for name, known in rules.choices.items()},
                given=WHATEVER_IS_ASKED,
                **of_body,
            )
        self.party = self.bench.state.party
        self.checked = 0
        self.acted_for: dict[str, str | None] = {}

    def may_not(self, account: str, body: str | None) -> bool:
        """What the law of conflicts says, told from how this case was made."""
        if account == self.party:
            return self.own or body != self.for_body
        return account == "acc_concerned" and self.has_concerned

    @property
    def has_concerned(self) -> bool:
        """Whether somebody has a side beside the party: by the cause of the case, or by access that it may take."""
        return self.procedure is not ACCESS and (not self.own or self.procedure.may_take_access)

    def account(self, drawn: str) -> str:
        return self.party if drawn == "acc_party" else drawn

    def receive(self, act: a.Act) -> str:
        self.acted_for[act.id] = act.by.body
        answer = self.bench.judged(act)
        assert answer == "accepted" or answer in REFUSALS
        return answer

    def some_task(self, data: st.DataObject) -> TaskState | None:
        tasks = self.bench.state.open_tasks() or list(self.bench.state.tasks.values())
        return data.draw(st.sampled_from(tasks)) if tasks else None

    def officer(self, task: TaskState, drawn: str) -> a.Actor:
        if task.body == APPLICANT:
            return a.Actor(account=self.party)
        return a.Actor(account=self.account(drawn), body=task.body)

    @rule(data=st.data(), who=PEOPLE)
    def somebody_decides(self, data: st.DataObject, who: str) -> None:
        if not (task := self.some_task(data)):
            return
        told = {"outcome": data.draw(st.sampled_from(task.outcomes)), "given": WHATEVER_IS_ASKED}
        limit = TimeLimit(period="10wd") if data.draw(st.booleans()) else None
        more = signed_with(self.bench, task)
        act = self.bench.act(a.Decide, self.officer(task, who), task_id=task.task_id, limit=limit, **told, **more)
        self.receive(act)

    @rule(data=st.data(), who=PEOPLE, in_place_of=st.none() | PEOPLE)
    def somebody_does_something_with_a_task(self, data: st.DataObject, who: str, in_place_of: str | None) -> None:
        if not (task := self.some_task(data)):
            return
        kind = data.draw(st.sampled_from(list(AS_OFFICER)))
        absent = self.account(in_place_of) if in_place_of else None
        by = self.officer(task, who)
        self.receive(self.bench.act(kind, by, task_id=task.task_id, in_place_of=absent, **AS_OFFICER[kind]))

    @rule(data=st.data(), who=PEOPLE, to=PEOPLE, supervises=st.booleans(), all_in_hand=st.booleans())
    def somebody_is_given_a_task(
        self, data: st.DataObject, who: str, to: str, supervises: bool, all_in_hand: bool
    ) -> None:
        if not (task := self.some_task(data)):
            return
        known = {"task_id": task.task_id, "to": self.account(to), "to_body": task.body, "supervises": supervises}
        kind: type[a.TaskAct] = a.HandOver if all_in_hand else a.Reassign
        held = {"officer": task.claimed_by or "acc_1"} if all_in_hand else {}
        self.receive(self.bench.act(kind, self.officer(task, who), **known, **held))

    @rule(data=st.data(), who=PEOPLE)
    def somebody_corrects(self, data: st.DataObject, who: str) -> None:
        tasks = [task for task in self.bench.state.tasks.values() if task.outcome and task.body != APPLICANT]
        if tasks:
            task = data.draw(st.sampled_from(tasks))
            told = {"outcome": data.draw(st.sampled_from(task.outcomes)), "given": WHATEVER_IS_ASKED}
            self.receive(self.bench.act(a.Correct, self.officer(task, who), task_id=task.task_id, **told))

    @rule(data=st.data(), who=PEOPLE, kind=st.sampled_from([a.ReviewSuspension, a.Note]))
    def somebody_does_something_with_the_case(self, data: st.DataObject, who: str, kind: type[a.ReceivedAct]) -> None:
        body = data.draw(st.sampled_from(sorted(set(self.bodies.values()))))
        answer = self.receive(self.bench.act(kind, a.Actor(account=self.account(who), body=body)))
        if kind is a.ReviewSuspension and answer == "accepted":
            assert not self.may_not(self.account(who), body)

    @rule(data=st.data(), who=PEOPLE, alone=st.frozensets(PEOPLE), elsewhere=st.frozensets(PEOPLE))
    def somebody_revokes(self, data: st.DataObject, who: str, alone: frozenset[str], elsewhere: frozenset[str]) -> None:
        body = data.draw(st.sampled_from(sorted(set(self.bodies.values()))))
        here, there = (tuple(sorted(map(self.account, each))) for each in (alone, elsewhere))
        revoking = revoking_bodies(self.bench.rules, self.bench.state)
        serving = {**dict.fromkeys(self.bodies.values(), there), **dict.fromkeys(revoking, here)}
        found = {"serving": serving, "bodies": self.bodies, "given": frozenset({"reason"})}
        by = a.Actor(account=self.account(who), body=body)
        if self.receive(self.bench.act(a.Revoke, by, **found)) == "accepted":
            assert not self.may_not(by.account, body)
            assert body in revoking or (here and all(self.may_not(each, body) for each in here))

    @rule(data=st.data(), alone=st.frozensets(PEOPLE), elsewhere=st.frozensets(PEOPLE))
    def the_directory_is_looked_at(self, data: st.DataObject, alone: frozenset[str], elsewhere: frozenset[str]) -> None:
        if not (task := self.some_task(data)):
            return
        here, there = (tuple(sorted(map(self.account, each))) for each in (alone, elsewhere))
        serving = {**dict.fromkeys(self.bodies.values(), there), task.body: here}
        of = {"task_id": task.task_id, "serving": serving, "bodies": self.bodies}
        answer = self.receive(self.bench.act(a.Entrust, a.Actor(account="directory"), **of))
        if answer == "accepted":
            body = self.bench.state.tasks[task.task_id].body
            assert here
            assert all(self.may_not(each, task.body) for each in here)
            assert any(not self.may_not(each, body) for each in there)

    @invariant()
    def nobody_acts_for_a_body_in_a_case_in_which_he_has_a_side(self) -> None:
        for event in self.bench.log[self.checked :]:
            if not isinstance(event, DONE_BY_A_BODY):
                continue
            body = self.acted_for.get(event.act or "", self.for_body)
            by, to = getattr(event, "by", ""), getattr(event, "to", None)
            assert body is None or not self.may_not(by, body), event
            assert to is None or not self.may_not(to, body), event
        self.checked = len(self.bench.log)

    @invariant()
    def nobody_has_a_task_of_his_own_affair_in_hand(self) -> None:
        for task in self.bench.state.open_tasks():
            assert task.claimed_by is None or task.body == APPLICANT or not self.may_not(task.claimed_by, task.body)


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: each.name)
def test_no_actor_of_a_bodys_task_has_a_side_in_its_case(procedure: Procedure) -> None:
    machine = type(f"AnyCase_{procedure.name}", (AnyCase,), {"procedure": procedure})
    run_state_machine_as_test(machine, settings=settings(PROFILE, max_examples=min(PROFILE.max_examples, 40)))
