"""One request and two objections to the same data, in whatever order their acts come: what the request makes of it.

What an objection does to the data is told to the request by acts, which lie in its inbox in the order of receipt, among
those of applicant and bodies; the inbox is worked off whenever the machine comes to it.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from models import acts as a
from models.act_contents import GrantTerms
from models.agreeing import sets_terms
from models.granting import grant, items_granted
from models.restrictions import Items, RestrictionKind, RestrictionTold, all_gone, touches, within
from rules.pinned import APPLICANT
from tests.models.bench import (
    CITIES,
    GRANTED,
    INVENTED,
    MONDAY,
    PARTY,
    WHATEVER_IS_ASKED,
    Bench,
    accessed,
    amended,
    filed,
    law,
    objected,
    signed_with,
    telling,
    without_text,
)
from tests.models.profiles import PROFILE
from tests.models.test_objection_sequences import ITEMS, as_it_should_be, brought_to_its_end

FORWARDS = {
    *(outcome for decisions in GRANTED.values() for _, outcome in decisions),
    *("sign", "clear", "feasible", "grant", "resubmit"),
}
"""Outcomes that lead to a grant."""
WANTED = st.sampled_from([ITEMS[:1], ITEMS[:2], ITEMS[1:], ()])
NARROWED = st.sampled_from([None, None, ITEMS[:1], ITEMS[1:2]])
DECIDED_ON = st.sampled_from([None, (), ITEMS[:1], ITEMS[:1], ITEMS[1:2], ITEMS[1:]])
MOSTLY = st.sampled_from([True, True, True, True, False])


class AnyMeeting(RuleBasedStateMachine):
    """One request, its grant if it comes to one, and two objections; subclasses name the city."""

    city: str

    @initialize(
        items=WANTED,
        first=WANTED,
        second=WANTED,
        evidence=st.sampled_from([(), ("file-0",)]),
        agreed=st.sampled_from([False, False, True]),
    )
    def are_filed(
        self,
        items: tuple[str, ...],
        first: tuple[str, ...],
        second: tuple[str, ...],
        evidence: tuple[str, ...],
        agreed: bool,
    ) -> None:
        self.now = MONDAY
        # Only a request from before receipts wrote the items into it is for none; its rules have no text.
        rules = law(self.city) if items else without_text(law(self.city))
        self.request = filed(self.city, rules=rules, items=items)
        self.access: Bench | None = None
        self.inbox: list[a.Act] = []
        self.told: dict[str, tuple[RestrictionTold, ...]] = {}
        self.told_to_access: dict[str, tuple[RestrictionTold, ...]] = {}
        self.objections: list[Bench] = []
        if agreed:
            self.all_agree()
        for case_id, disputed in (("first", first), ("second", second)):
            objection = objected(self.city, "privacy", items=disputed, evidence=evidence, case_id=case_id)
            self.objections.append(objection)
            if objection.state.strongest_restriction:
                self.tell(objection)

    def tell(self, objection: Bench) -> None:
        """As the writer does: request and grant hear of every change."""
        if not self.request.state.closed:
            self.inbox.append(telling(objection, self.request))
        self.tell_the_grant(objection)

    def tell_the_grant(self, objection: Bench) -> None:
        if self.access and not self.access.state.closed:
            act = telling(objection, self.access)
            assert self.access.judged(act) == "accepted"
            remember(self.told_to_access, act)

    def moves(self, objection: Bench, act: a.Act) -> None:
        before = objection.state.own_restrictions
        objection.judged(act)
        if objection.state.own_restrictions != before:
            self.tell(objection)

    @rule(hours=st.sampled_from([1, 24, 200]))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for bench in (self.request, *self.objections):
            bench.now = self.now

    @rule(data=st.data(), which=st.integers(0, 1), items=DECIDED_ON, withdraws=st.booleans())
    def an_objection_is_decided_on(
        self, data: st.DataObject, which: int, items: tuple[str, ...] | None, withdraws: bool
    ) -> None:
        objection = self.objections[which]
        if tasks := objection.state.open_tasks():
            withdrawing = [task for task in tasks if "withdraw" in task.outcomes] if withdraws else []
            task = data.draw(st.sampled_from(withdrawing or tasks))
            outcome = "withdraw" if withdrawing else data.draw(st.sampled_from(task.outcomes))
            self.moves(objection, as_it_should_be(objection, task, outcome, items))

    @rule(which=st.integers(0, 1))
    def evidence_comes(self, which: int) -> None:
        objection = self.objections[which]
        self.moves(objection, objection.act(a.SubmitEvidence, PARTY, evidence=(f"file-{objection.acts}",)))

    @rule(data=st.data(), forwards=MOSTLY, narrowed=NARROWED, wanted=WANTED)
    def the_request_is_decided_on(
        self, data: st.DataObject, forwards: bool, narrowed: tuple[str, ...] | None, wanted: tuple[str, ...]
    ) -> None:
        """A body may grant less than was asked for; a resubmission may ask for less, for more, or for other items."""
        if tasks := self.request.state.open_tasks():
            task = data.draw(st.sampled_from(tasks))
            names = [name for name in task.outcomes if (name in FORWARDS) == forwards] or list(task.outcomes)
            outcome = data.draw(st.sampled_from(names))
            more: dict[str, object] = {}
            if outcome == "resubmit":
                more["amends"] = amended(wanted)
            elif narrowed and sets_terms(self.request.rules, task):
                more["terms"] = GrantTerms(data_items=narrowed)
            self.inbox.append(self.decision(task.task_id, outcome, **more))

    @rule(does=st.sampled_from([False, False, True]), narrowed=NARROWED)
    def everybody_agrees(self, does: bool, narrowed: tuple[str, ...] | None) -> None:
        """Now, whatever the objections are at; the inbox is worked off before."""
        if does:
            self.the_machine_comes_to_the_inbox(len(self.inbox))
            self.all_agree(narrowed)

    @rule(data=st.data(), items=NARROWED)
    def a_supplement_is_asked_for_and_comes(self, data: st.DataObject, items: tuple[str, ...] | None) -> None:
        """It may leave items out."""
        if tasks := [task for task in self.request.state.open_tasks() if task.body != APPLICANT]:
            task = data.draw(st.sampled_from(tasks))
            self.inbox.append(self.request.act(a.AskSupplement, self.officer_of(task.body), task_id=task.task_id))
            self.inbox.append(self.request.act(a.Supply, PARTY, amends=amended(items)))

    def all_agree(self, narrowed: tuple[str, ...] | None = None) -> None:
        """Everybody decides at once for the grant, of less than was asked for where `narrowed` says so."""
        for _ in range(40):
            if not (tasks := self.request.state.open_tasks()):
                return
            task = tasks[0]
            outcome = min(task.outcomes, key=lambda name: name not in FORWARDS)
            passed = items_granted(self.request.rules, self.request.state, task.stage)
            may_narrow = narrowed and sets_terms(self.request.rules, task) and within(narrowed, passed)
            more = {"terms": GrantTerms(data_items=narrowed)} if may_narrow else {}
            self.work_off(self.decision(task.task_id, outcome, **more))
        raise AssertionError(f"not everybody can agree: {self.request.open_stages}")

    def decision(self, task_id: str, outcome: str, **more: object) -> a.Act:
        task = self.request.state.tasks[task_id]
        by = self.officer_of(task.body)
        more = signed_with(self.request, task) | more
        given = WHATEVER_IS_ASKED
        return self.request.act(a.Decide, by, task_id=task_id, outcome=outcome, given=given, **more)

    def officer_of(self, body: str) -> a.Actor:
        return PARTY if body == APPLICANT else a.Actor(account=f"acc_{body}_1", body=body)

    @rule(acts=st.integers(1, 5))
    def the_machine_comes(self, acts: int) -> None:
        self.the_machine_comes_to_the_inbox(acts)

    def the_machine_comes_to_the_inbox(self, acts: int) -> None:
        for _ in range(min(acts, len(self.inbox))):
            self.work_off(self.inbox.pop(0))

    def work_off(self, act: a.Act) -> None:
        was_closed = self.request.state.closed
        answer = self.request.judged(act)
        if was_closed:
            assert answer != "accepted"
            return
        remember(self.told, act)
        state = self.request.state
        if state.granted:
            assert not self.waits(state.granted.data_items)
            assert not self.all_gone(state.granted.data_items)
            self.access = accessed(self.request)
            for objection in self.objections:
                if objection.state.strongest_restriction:
                    self.tell_the_grant(objection)
        elif state.closed == "data_withdrawn":
            assert self.all_gone(state.data_items) or self.all_gone(self.would_be_granted)
        elif isinstance(act, a.Restrict):
            assert not self.all_gone(state.data_items)

    @property
    def would_be_granted(self) -> tuple[str, ...]:
        """By the terms of the bodies that have decided so far."""
        return grant(self.request.rules, self.request.state, self.now).data_items

    def waits(self, items: tuple[str, ...]) -> bool:
        return any(
            each.kind is not RestrictionKind.WITHDRAWAL and touches(each.items, items)
            for told in self.told.values()
            for each in told
        )

    def all_gone(self, items: tuple[str, ...]) -> bool:
        return all_gone(withdrawals(self.told), items)

    @invariant()
    def an_open_request_waits_for_a_body_or_for_its_data(self) -> None:
        state = self.request.state
        if not state.closed and not state.open_tasks():
            assert self.waits(self.would_be_granted)
            assert not self.all_gone(self.would_be_granted)

    @invariant()
    def a_request_knows_all_that_it_was_told(self) -> None:
        assert self.request.state.met_restrictions == self.told

    @invariant()
    def a_grant_ends_when_it_was_told_that_all_of_it_is_withdrawn(self) -> None:
        if self.access:
            assert self.access.state.grant
            gone = all_gone(withdrawals(self.told_to_access), self.access.state.grant.data_items)
            assert self.access.state.closed == ("data_withdrawn" if gone else None)

    @invariant()
    def nobody_has_access_to_data_of_which_all_is_withdrawn(self) -> None:
        """Whatever lies in the inbox of the request still."""
        if self.access and not self.access.state.closed:
            now = {each.state.case_id: each.state.own_restrictions for each in self.objections}
            assert self.access.state.grant
            assert not all_gone(withdrawals(now), self.access.state.grant.data_items)

    def teardown(self) -> None:
        """Once the objections are at their end, the request comes to its own: granted, unless nothing is left."""
        if not hasattr(self, "request"):
            return
        for place, objection in enumerate(self.objections):
            before = objection.state.own_restrictions
            self.objections[place] = end = brought_to_its_end(objection)
            if end.state.own_restrictions != before:
                self.tell(end)
        for act in self.inbox:
            self.work_off(act)
        self.all_agree()
        assert self.request.state.closed in ("granted", "data_withdrawn", "refused")
        self.nobody_has_access_to_data_of_which_all_is_withdrawn()


def remember(told: dict[str, tuple[RestrictionTold, ...]], act: a.Act) -> None:
    """What an act tells of the data, by the case from which it comes."""
    if isinstance(act, a.Restrict):
        first = act.model_dump(include={"data_items", "except_items", "since"}) | {"kind": act.restriction}
        told[act.by_case] = (RestrictionTold.model_validate(first), *act.beside)
    elif isinstance(act, a.LiftRestriction):
        told.pop(act.by_case, None)


def withdrawals(told: dict[str, tuple[RestrictionTold, ...]]) -> list[Items]:
    kept = (each for restrictions in told.values() for each in restrictions)
    return [each.items for each in kept if each.kind is RestrictionKind.WITHDRAWAL]


@pytest.mark.parametrize("city", [*CITIES, INVENTED])
def test_a_request_waits_for_data_that_is_kept_back_and_ends_when_it_is_withdrawn(city: str) -> None:
    run_state_machine_as_test(type(f"AnyMeeting_{city}", (AnyMeeting,), {"city": city}), settings=PROFILE)
