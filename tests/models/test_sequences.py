"""Whatever people do to a case, in whatever order: what must always hold of its log.

Each example is a case of one city with a sequence of acts, sensible and senseless ones, and time between them. The
examples are the same in every run; KAIFANG_LONG=1 tries many more, and new ones each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from models import acts as a
from models import events as e
from models.act_contents import GrantTerms
from models.passing import pass_time
from models.procedures.access_request import ACCESS_REQUEST
from models.refusal import Refusal
from models.refusals import REFUSALS
from models.signing import digest_to_sign
from models.state import CaseState, fold
from models.task_state import TaskState
from rules.agreement import SIGN
from rules.calendar_notices import DaysOff, Notice
from rules.loading import cities
from rules.pinned import APPLICANT
from rules.procedure_rules import ProcedureRules
from tests.models.bench import (
    BOTH_SIGN,
    CITIES,
    GRANTED,
    INVENTED,
    PARTY,
    STRANGER,
    WHATEVER_IS_ASKED,
    Bench,
    amended,
    begun,
    law,
    signed_with,
    with_correction,
    without_text,
)
from tests.models.profiles import PROFILE

AGREED = GRANTED | {
    INVENTED: [("custody", "agree"), ("ethics", "clear"), ("technique", "feasible"), ("decision", "grant")],
}
COORDINATED = [("formal_review", "pass"), ("coordination", "agree")]
WAYS_TO_A_GRANT = {city: [way] for city, way in AGREED.items()} | {"nanning": [AGREED["nanning"], COORDINATED]}
"""City to the decisions of which some stand wherever access is granted; of a city that came later none is known."""
SIGNED = dict.fromkeys(CITIES, BOTH_SIGN) | {INVENTED: [("pledge", "sign")]}
LISTS_ITS_DATA = {"guangzhou"}
"""Cities in which nothing is signed without a list of the data (Guangzhou 16.2)."""
BACKWARDS = {"return", "disapprove", "send_back", "refuse"}
ITEMS = ("name", "address", "phone")
SPANS = st.sampled_from([timedelta(seconds=1), timedelta(hours=5), timedelta(days=1), timedelta(days=9), None])
GIVEN = st.one_of(st.just(WHATEVER_IS_ASKED), st.frozensets(st.sampled_from(sorted(WHATEVER_IS_ASKED))))
IN_OFFICE = "applicant in office"
"""Whoever asks for data may be an officer too: of whichever body, that is."""
OFFICERS = st.sampled_from(["1", "1", "1", "2", "of another body", "stranger", "applicant", IN_OFFICE])


def latest(state: CaseState, stage: str) -> TaskState | None:
    """The task of a stage that was decided last."""
    decided = [t for t in state.tasks.values() if t.stage == stage and t.outcome]
    return max(decided, key=lambda t: t.decided_by_event or 0, default=None)


def stand(state: CaseState, decisions: Iterable[tuple[str, str]]) -> bool:
    """Whether each of these is how its stage was decided last."""
    return all((task := latest(state, stage)) is not None and task.outcome == outcome for stage, outcome in decisions)


def can_be_closed(bench: Bench, depth: int = 40) -> bool:
    """Whether some decisions, of open tasks only and none of them a withdrawal, close the case."""
    if bench.state.closed:
        return True
    if depth == 0:
        return False
    for task in sorted(bench.state.open_tasks(), key=lambda t: t.asked_by_task is not None):
        for outcome in sorted(task.outcomes, key=lambda name: name in BACKWARDS):
            trial = Bench(bench.rules, now=bench.now, record=bench.record, acts=10_000 + depth)
            trial.state = bench.state
            body = None if task.body == APPLICANT else task.body
            by = a.Actor(account=task.claimed_by or (PARTY.account if body is None else "acc_1"), body=body)
            # Who signs what the other has signed states nothing more.
            for given in (WHATEVER_IS_ASKED, frozenset()) if outcome == SIGN else (WHATEVER_IS_ASKED,):
                told = {"task_id": task.task_id, "outcome": outcome, "given": given}
                act = trial.act(a.Decide, by, **told, **signed_with(trial, task))
                if trial.judged(act) == "accepted" and can_be_closed(trial, depth - 1):
                    return True
    return False


class AnySequence(RuleBasedStateMachine):
    """One case; subclasses name the rules."""

    law: ProcedureRules

    @property
    def city(self) -> str:
        return self.law.city

    @initialize(
        urgency=st.sampled_from(["normal", "expedited", "urgent"]),
        use=st.sampled_from(["general", "research", "commercial"]),
        items=st.sampled_from([ITEMS[:2], ITEMS, ()]),
        named=st.booleans(),
    )
    def is_filed(self, urgency: str, use: str, items: tuple[str, ...], named: bool) -> None:
        """Where no item is named, the request is for those that the receipt wrote into it, or is one from before
        receipts did, whose rules have no text of an agreement."""
        rules = self.law if items else without_text(self.law)
        wanted = {"urgency": urgency, "use": use}
        ordinary = {"urgency": "normal", "use": "general"}
        known = {name: value for name, value in (ordinary | wanted).items() if rules.choice(name, value)}
        known = {name: value for name, value in ordinary.items() if rules.choice(name, value)} | known
        stated = frozenset({"purpose", "data_items"} if named and items else {"purpose"})
        self.bench = begun(rules, ACCESS_REQUEST, data_items=items, choices=known, given=stated)
        self.done: list[a.Act] = []
        self.checked = 0
        self.step_by_step = CaseState()

    def receive(self, act: a.Act) -> str:
        """Judged twice: the same case and act give the same answer, and a refusal is one that has a name."""
        answers: list[object] = []
        for _ in range(2):
            try:
                answers.append(self.bench.procedure.judge(self.bench.rules, self.bench.state, act))
            except Refusal as fact:
                answers.append((fact.code, fact.details()))
        assert answers[0] == answers[1]
        before = self.bench.state
        answer = self.bench.judged(act)
        assert answer == "accepted" or (answer in REFUSALS and self.bench.state is before)
        self.done.append(act)
        return answer

    def some_task(self, data: st.DataObject, *, open_only: bool = False) -> TaskState:
        tasks = self.bench.state.open_tasks() if open_only else list(self.bench.state.tasks.values())
        return data.draw(st.sampled_from(tasks or list(self.bench.state.tasks.values())))

    def who(self, task: TaskState, officer: str) -> a.Actor:
        if officer == "stranger":
            return STRANGER
        if officer == IN_OFFICE and task.body != APPLICANT:
            return a.Actor(account=PARTY.account, body=task.body)
        if officer in ("applicant", IN_OFFICE) or (task.body == APPLICANT and officer == "1"):
            return PARTY
        body = f"{self.city}.government" if officer == "of another body" else task.body
        return a.Actor(account=f"acc_{body}_{officer}", body=body)

    @rule(span=SPANS, recorded=st.booleans())
    def time_goes_by(self, span: timedelta | None, recorded: bool) -> None:
        """By a span or to the next due instant; the engine may put on record what passed, or come to it later."""
        state = self.bench.state
        due = [t.clock.due_at for t in state.open_tasks() if t.clock.due_at and t.clock.due_at > self.bench.now]
        self.bench.now = self.bench.now + span if span else min(due, default=self.bench.now)
        if recorded:
            self.bench.passes(self.bench.now)

    @rule(data=st.data(), forwards=st.sampled_from([True, True, True, False]))
    def a_task_is_decided_as_it_should_be(self, data: st.DataObject, forwards: bool) -> None:
        task = self.some_task(data, open_only=True)
        by = self.who(task, "1")
        by = by if task.claimed_by is None else by.model_copy(update={"account": task.claimed_by})
        names = [name for name in task.outcomes if (name in BACKWARDS) != forwards] or list(task.outcomes)
        outcome = data.draw(st.sampled_from(names))
        # Who signs what the other has signed states nothing more.
        is_signed = outcome == SIGN and any(each.digest for each in self.bench.state.of_step(task.step))
        given: frozenset[str] = frozenset() if is_signed else WHATEVER_IS_ASKED
        told = {"task_id": task.task_id, "outcome": outcome, "given": given}
        act = self.bench.act(a.Decide, by, **told, **signed_with(self.bench, task))
        too_late = "TaskAlreadyDecided" if task.ended == "decided" and task.body == by.body else "CaseClosed"
        assert self.receive(act) == (too_late if self.bench.state.closed and not task.is_open else "accepted")

    @rule(data=st.data(), officer=OFFICERS, given=GIVEN, open_only=st.booleans(), forwards=st.booleans())
    def a_task_is_decided(
        self, data: st.DataObject, officer: str, given: frozenset[str], open_only: bool, forwards: bool
    ) -> None:
        task = self.some_task(data, open_only=open_only)
        outcomes = [name for name in task.outcomes if not (forwards and name in BACKWARDS)] or list(task.outcomes)
        terms = data.draw(
            st.none()
            | st.builds(GrantTerms, data_items=st.sampled_from([None, (), ITEMS[:1], ITEMS]))
            | st.builds(GrantTerms, access_mode=st.sampled_from(["api", "download"]), valid_days=st.just(30))
        )
        act = self.bench.act(
            a.Decide,
            self.who(task, officer),
            task_id=task.task_id,
            outcome=data.draw(st.sampled_from(outcomes)),
            given=given,
            terms=terms if officer == "1" and forwards else None,
        )
        self.receive(act)

    @rule(data=st.data(), given=GIVEN)
    def a_decision_is_corrected(self, data: st.DataObject, given: frozenset[str]) -> None:
        task = self.some_task(data)
        outcome = data.draw(st.sampled_from(task.outcomes))
        self.receive(self.bench.act(a.Correct, self.who(task, "1"), task_id=task.task_id, outcome=outcome, given=given))

    @rule(
        data=st.data(),
        officer=OFFICERS,
        kind=st.sampled_from([a.Claim, a.Release, a.AskOpinion, a.AskSupplement, a.AskSupplement, a.Note]),
    )
    def something_else_is_done(self, data: st.DataObject, officer: str, kind: type[a.ReceivedAct]) -> None:
        task = self.some_task(data, open_only=True)
        of_task = {"task_id": task.task_id} if issubclass(kind, a.TaskAct) else {}
        self.receive(self.bench.act(kind, self.who(task, officer), **of_task))

    @rule(data=st.data(), supervises=st.booleans(), to=st.sampled_from(["1", "2", "of another body", IN_OFFICE]))
    def a_task_is_reassigned(self, data: st.DataObject, supervises: bool, to: str) -> None:
        task = self.some_task(data, open_only=True)
        other = self.who(task, to)
        to_body = None if other.body == APPLICANT else other.body  # the directory knows no body of parties
        more = {"to": other.account, "to_body": to_body, "supervises": supervises}
        self.receive(self.bench.act(a.Reassign, self.who(task, "1"), task_id=task.task_id, **more))

    @rule(
        by=st.sampled_from([PARTY, PARTY, PARTY, STRANGER]), items=st.sampled_from([None, None, ITEMS[:1], ITEMS, ()])
    )
    def a_supplement_comes(self, by: a.Actor, items: tuple[str, ...] | None) -> None:
        self.receive(self.bench.act(a.Supply, by, amends=amended(items)))

    @precondition(lambda self: self.bench.acts > 20)
    @rule(by=st.sampled_from([PARTY, STRANGER]))
    def the_request_is_withdrawn(self, by: a.Actor) -> None:
        self.receive(self.bench.act(a.Withdraw, by))

    @rule(ahead=st.integers(1, 12))
    def a_notice_makes_a_day_off(self, ahead: int) -> None:
        day = (self.bench.now + timedelta(days=ahead)).date()
        notice = Notice(
            scope="CN",
            document=f"notice {self.bench.record.version}",
            published_on=self.bench.now.date(),
            recorded_at=self.bench.now,
            days_off=(DaysOff(day, day),),
        )
        self.bench.record = self.bench.record.with_notice(notice)
        by = a.Actor(account="calendar")
        self.receive(self.bench.act(a.ApplyNotice, by, calendar_version=self.bench.record.version))

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def an_act_is_delivered_again(self, data: st.DataObject) -> None:
        act = data.draw(st.sampled_from(self.done))
        known = act.id in self.bench.state.acts
        length = len(self.bench.log)
        answer = self.receive(act)
        assert not known or (answer, len(self.bench.log)) == ("accepted", length)

    @invariant()
    def numbers_follow_each_other_and_the_fold_of_the_log_is_the_case(self) -> None:
        log = self.bench.log
        assert [event.number for event in log] == list(range(1, len(log) + 1))
        read = [e.EVENT.validate_json(event.model_dump_json()) for event in log[self.checked :]]
        assert read == log[self.checked :]
        self.step_by_step = fold(self.step_by_step, read)
        assert fold(CaseState(), log) == self.step_by_step == self.bench.state
        self.checked = len(log)

    @invariant()
    def no_actor_of_a_bodys_task_is_the_party(self) -> None:
        for event in self.bench.log:
            task = self.bench.state.tasks.get(getattr(event, "task_id", ""))
            if task and task.body != APPLICANT:
                assert PARTY.account not in (getattr(event, "by", None), getattr(event, "to", None)), event

    @invariant()
    def a_closed_case_has_no_open_task_and_an_open_one_waits_for_somebody(self) -> None:
        state = self.bench.state
        waits_for = [task for task in state.open_tasks() if task.asked_by_task is None]
        assert bool(waits_for) != bool(state.closed)
        assert {task.step for task in waits_for} <= {state.step}

    @invariant()
    def a_task_is_decided_at_most_once_and_then_only_corrected(self) -> None:
        decided = [event.task_id for event in self.bench.log if isinstance(event, e.TaskDecided)]
        assert len(decided) == len(set(decided))
        assert {ev.task_id for ev in self.bench.log if isinstance(ev, e.DecisionCorrected)} <= set(decided)

    @invariant()
    def every_open_clock_that_runs_has_the_end_that_its_period_gives(self) -> None:
        state = self.bench.state
        for event in self.bench.log:
            if isinstance(event, e.TaskOpened):
                stage = self.bench.rules.stage(event.stage)
                assert stage
                assert event.clock.period == stage.periods.get(state.choices.get("urgency", "normal"))
        for task in state.open_tasks():
            runs = task.clock.period is not None and task.clock.stopped_at is None
            assert (task.clock.due_at is not None) == runs

    @invariant()
    def a_decision_is_late_exactly_if_it_was_received_at_its_due_instant_or_after(self) -> None:
        for task in self.bench.state.tasks.values():
            first = next(
                (v for v in self.bench.log if isinstance(v, e.TaskDecided) and v.task_id == task.task_id), None
            )
            if first:
                due_at: datetime | None = task.clock.due_at
                assert first.late == (due_at is not None and first.at >= due_at)

    @invariant()
    def time_that_passed_is_put_on_record_once(self) -> None:
        trial = Bench(self.bench.rules, state=self.bench.state, record=self.bench.record).passes(self.bench.now)
        assert pass_time(trial.rules, trial.state, self.bench.now) == []

    @invariant()
    def access_is_granted_only_if_every_body_has_agreed_and_the_signatures_are_there(self) -> None:
        state = self.bench.state
        assert (state.granted is not None) == (state.closed == "granted")
        if state.granted:
            ways = WAYS_TO_A_GRANT.get(self.city, ())
            assert not ways or any(stand(state, way) for way in ways)
            assert not ways or stand(state, SIGNED[self.city])
            asked, given = state.data_items, state.granted.data_items
            assert not asked or (given and set(given) <= {*ITEMS})
            assert given or self.city not in LISTS_ITS_DATA

    @invariant()
    def what_is_in_force_was_signed_by_both_as_it_reads_now(self) -> None:
        state = self.bench.state
        rules = self.bench.rules
        if state.granted is None or rules.agreement is None:
            return
        signed = {task.stage: task.digest for task in state.of_step(state.step or "") if task.outcome == SIGN}
        assert set(signed) == {stage for stage, outcome in SIGNED.get(self.city, ()) if outcome == SIGN}
        assert set(signed.values()) == {digest_to_sign(rules, state)}

    @invariant()
    def who_has_signed_first_has_signed_what_the_other_is_shown(self) -> None:
        state = self.bench.state
        signed = {
            task.digest for task in state.of_step(state.step or "") if task.outcome == SIGN and task.ended == "decided"
        }
        rules = self.bench.rules
        assert not signed or rules.agreement is None or signed == {digest_to_sign(rules, state)}

    def teardown(self) -> None:
        """From wherever it got to, people can still bring the case to its end."""
        if hasattr(self, "bench"):
            assert can_be_closed(self.bench)


@pytest.mark.parametrize(
    "rules",
    [*map(law, (*cities(), INVENTED)), with_correction(law(INVENTED))],
    ids=[*cities(), INVENTED, "with-correction"],
)
def test_whatever_people_do_the_log_stays_sound_and_the_case_can_end(rules: ProcedureRules) -> None:
    run_state_machine_as_test(type(f"AnySequence_{rules.city}", (AnySequence,), {"law": rules}), settings=PROFILE)
