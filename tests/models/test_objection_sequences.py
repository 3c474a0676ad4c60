"""Whatever people do to an objection, in whatever order: what must always hold of its log.

Each example is an objection in one city with a sequence of acts, sensible and senseless ones, and time between them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from models import acts as a
from models import events as e
from models.act_contents import Amendment, Measure, Standing
from models.parts import before
from models.passing import pass_time
from models.refusal import Refusal
from models.refusals import REFUSALS
from models.restrictions import RestrictionKind
from models.state import CaseState, fold
from models.task_state import TaskState
from rules.deadlines import to_shanghai
from rules.loading import cities
from rules.pinned_stages import DataEffect
from rules.procedure_rules import ProcedureRules
from tests.models.bench import INVENTED, PARTY, STRANGER, WHATEVER_IS_ASKED, Bench, law, objected
from tests.models.profiles import PROFILE

ITEMS = ("name", "address", "phone")
SOME_ITEMS = st.sampled_from([None, None, (), ITEMS[:1], ITEMS[1:]])
SPANS = st.sampled_from([timedelta(seconds=1), timedelta(hours=5), timedelta(days=1), timedelta(days=9), None])
GIVEN = st.one_of(st.just(WHATEVER_IS_ASKED), st.frozensets(st.sampled_from(sorted(WHATEVER_IS_ASKED))))
IN_OFFICE = "objector in office"
"""Whoever objects may be an officer too: of whichever body, that is."""
OFFICERS = st.sampled_from(["1", "1", "1", "2", "of another body", "stranger", "objector", IN_OFFICE])
STANDINGS = st.builds(Standing, rejected_before=st.booleans(), open_holds=st.integers(0, 4))
BEGINS_WITH_EVIDENCE = {"guangzhou": {"verification"}}
"""City to the stages whose period begins with the first evidence (Guangzhou 29.3)."""
HOLDS_A_LEAK_BY_ITSELF = {"guangzhou"}
"""Cities in which a leak that is reported holds data back without evidence (Guangzhou 29.3)."""
ENDS_IT = {"restore", "withdraw", "dismiss", "uphold", "keep_open", "correct", "not_correct", "other_measure"}


def as_it_should_be(
    bench: Bench, task: TaskState, outcome: str, items: tuple[str, ...] | None = None, days_ago: int = 0
) -> a.Act:
    """A decision by an officer of the body, who has the task if anybody has, with all that could be demanded of it; a
    processing is of today, or of some days ago."""
    stage = bench.rules.stage(task.stage)
    found = stage and stage.outcome(outcome)
    assert found
    measure = None
    if found.data is DataEffect.SERVE or any("processed_on" in each.any_of for each in found.requires):
        measure = Measure(processed_on=to_shanghai(bench.now).date() - timedelta(days=days_ago))
    elif found.data and not found.whole_dataset:
        measure = Measure(data_items=items)
    by = a.Actor(account=task.claimed_by or f"acc_{task.body}_1", body=task.body)
    more = {"task_id": task.task_id, "outcome": outcome, "given": WHATEVER_IS_ASKED, "measure": measure}
    return bench.act(a.Decide, by, **more)


def brought_to_its_end(bench: Bench) -> Bench:
    """The case after whatever decisions can be made of it, none of which anybody can take back."""
    end = Bench(bench.rules, now=bench.now, record=bench.record, procedure=bench.procedure)
    end.state, end.acts = bench.state, 10_000
    while not end.state.closed:
        assert any(
            end.judged(as_it_should_be(end, task, outcome)) == "accepted"
            for task in end.state.open_tasks()
            for outcome in task.outcomes
        ), f"nobody can do anything more: {end.state.step}"
    return end


def kind_of(event: e.DataEvent) -> RestrictionKind:
    """In which way a case keeps back what the event is about."""
    if isinstance(event, e.DataWithdrawn):
        until_processed = event.until_processed
        return RestrictionKind.WITHDRAWAL_UNTIL_PROCESSED if until_processed else RestrictionKind.WITHDRAWAL
    return RestrictionKind.HOLD if isinstance(event, e.DataHeld) else RestrictionKind.SUSPENSION


class AnyObjection(RuleBasedStateMachine):
    """One objection; subclasses name the rules."""

    law: ProcedureRules

    @initialize(
        data=st.data(),
        items=st.sampled_from([ITEMS[:2], ITEMS, ()]),
        evidence=st.sampled_from([(), ("file-0",)]),
        standing=st.just(Standing()) | STANDINGS,
    )
    def is_filed(
        self, data: st.DataObject, items: tuple[str, ...], evidence: tuple[str, ...], standing: Standing
    ) -> None:
        made = {
            name: data.draw(st.sampled_from([c.value for c in known if c.belongs_elsewhere is None]))
            for name, known in self.law.choices.items()
        }
        ground = data.draw(st.sampled_from(["privacy", made.pop("ground")]))
        self.bench = objected(
            self.law.city,
            ground,
            rules=self.law,
            items=items,
            evidence=evidence,
            standing=standing,
            **made,  # type: ignore[arg-type]  # choices, of which none is named like another argument
        )
        self.done: list[a.Act] = []
        self.files = 0
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
        tasks = self.bench.state.open_tasks() if open_only else []
        return data.draw(st.sampled_from(tasks or list(self.bench.state.tasks.values())))

    def who(self, task: TaskState, officer: str) -> a.Actor:
        if officer == IN_OFFICE:
            return a.Actor(account=PARTY.account, body=task.body)
        if officer in ("stranger", "objector"):
            return STRANGER if officer == "stranger" else PARTY
        body = f"{self.law.city}.government" if officer == "of another body" else task.body
        return a.Actor(account=f"acc_{body}_{officer}", body=body)

    def closed_to(self, task: TaskState) -> str:
        return "TaskAlreadyDecided" if task.ended == "decided" else "CaseClosed"

    @rule(span=SPANS, recorded=st.booleans())
    def time_goes_by(self, span: timedelta | None, recorded: bool) -> None:
        """By a span or to the next due instant; the engine may put on record what passed, or come to it later."""
        state = self.bench.state
        due = [t.clock.due_at for t in state.open_tasks() if t.clock.due_at and t.clock.due_at > self.bench.now]
        self.bench.now = self.bench.now + span if span else min(due, default=self.bench.now)
        if recorded:
            self.bench.passes(self.bench.now)

    @rule(
        data=st.data(),
        items=SOME_ITEMS,
        slowly=st.sampled_from([True, True, False]),
        days_ago=st.sampled_from([0, 0, 0, -1, 1, 10]),
    )
    def a_task_is_decided_as_it_should_be(
        self, data: st.DataObject, items: tuple[str, ...] | None, slowly: bool, days_ago: int
    ) -> None:
        task = self.some_task(data, open_only=True)
        names = [name for name in task.outcomes if not (slowly and name in ENDS_IT)] or list(task.outcomes)
        outcome = data.draw(st.sampled_from(names))
        waits = self.goes_on_or_serves(task, outcome) and self.something_binds(task)
        is_suspended = self.lifts_more_than_a_hold(task, outcome)
        act = as_it_should_be(self.bench, task, outcome, items, days_ago)
        answer = self.receive(act)
        if task.is_open and is_suspended:
            assert answer == "SuspendedUntilVerified"
        elif task.is_open and days_ago and isinstance(act, a.Decide) and act.measure and act.measure.processed_on:
            assert days_ago > 0 or answer == "ProcessingNotDone"
        elif task.is_open:
            assert answer == ("AnotherTaskFirst" if waits else "accepted")
        else:
            assert answer == self.closed_to(task)

    def goes_on_or_serves(self, task: TaskState, name: str) -> bool:
        stage = self.bench.rules.stage(task.stage)
        outcome = stage and stage.outcome(name)
        return bool(outcome and (outcome.leads_to or outcome.data is DataEffect.SERVE))

    def lifts_more_than_a_hold(self, task: TaskState, name: str) -> bool:
        """Whether who answers whether to suspend would serve what a decision keeps back."""
        state, hold = self.bench.state, self.bench.rules.hold
        stage = self.bench.rules.stage(task.stage)
        outcome = stage and stage.outcome(name)
        if not hold or task.stage != hold.reviewed_by or not outcome or outcome.data is not DataEffect.SERVE:
            return False
        asked = before(self.bench.rules, state, task)
        decided = [each for each in state.in_force if each.kind is not RestrictionKind.HOLD]
        return any(item in asked and any(item in each.items for each in decided) for item in (*ITEMS, "any other"))

    def something_binds(self, task: TaskState) -> bool:
        others = [self.bench.rules.stage(t.stage) for t in self.bench.state.open_tasks() if t != task]
        return any(stage and stage.binding for stage in others)

    @rule(
        data=st.data(),
        officer=OFFICERS,
        given=GIVEN,
        open_only=st.booleans(),
        items=SOME_ITEMS,
        days_ago=st.sampled_from([None, -1, 0, 0, 1, 30]),
    )
    def a_task_is_decided(
        self,
        data: st.DataObject,
        officer: str,
        given: frozenset[str],
        open_only: bool,
        items: tuple[str, ...] | None,
        days_ago: int | None,
    ) -> None:
        task = self.some_task(data, open_only=open_only)
        processed_on = None if days_ago is None else to_shanghai(self.bench.now).date() - timedelta(days=days_ago)
        measure = Measure(data_items=items, processed_on=processed_on)
        act = self.bench.act(
            a.Decide,
            self.who(task, officer),
            task_id=task.task_id,
            outcome=data.draw(st.sampled_from(task.outcomes)),
            given=given,
            measure=measure if data.draw(st.booleans()) else None,
        )
        self.receive(act)

    @rule(by=st.sampled_from([PARTY, PARTY, PARTY, STRANGER]), files=st.integers(1, 3), standing=STANDINGS)
    def evidence_comes(self, by: a.Actor, files: int, standing: Standing) -> None:
        evidence = tuple(f"file-{self.files + n}" for n in range(1, files + 1))
        self.files += files
        before = self.bench.state
        answer = self.receive(self.bench.act(a.SubmitEvidence, by, evidence=evidence, standing=standing))
        if answer == "accepted" and before.evidence:
            assert self.bench.state.strongest_restriction == before.strongest_restriction
        if answer == "accepted":
            self.is_asked_again_at_most(before)

    def is_asked_again_at_most(self, before: CaseState) -> None:
        """No task is new but the question whether to suspend, put anew; none at all where the city knows no hold."""
        hold = self.bench.rules.hold
        new = [task.stage for name, task in self.bench.state.tasks.items() if name not in before.tasks]
        assert new in ([], [hold.reviewed_by] if hold else [])

    @rule(officer=OFFICERS)
    def whether_to_suspend_is_taken_up_again(self, officer: str) -> None:
        before = self.bench.state
        hold = self.bench.rules.hold
        asked = [task for task in before.tasks.values() if hold and task.stage == hold.reviewed_by]
        by = self.who((asked or list(before.tasks.values()))[-1], officer)
        if self.receive(self.bench.act(a.ReviewSuspension, by)) == "accepted":
            assert hold
            self.is_asked_again_at_most(before)
            assert by.body == asked[-1].body
            assert not any(task.is_open for task in asked)
            assert before.strongest_restriction or hold.reviewed_by in self.bench.open_stages

    @rule(
        data=st.data(),
        officer=OFFICERS,
        kind=st.sampled_from([a.Claim, a.Release, a.AskOpinion, a.AskSupplement, a.AskSupplement, a.Note]),
    )
    def something_else_is_done(self, data: st.DataObject, officer: str, kind: type[a.ReceivedAct]) -> None:
        task = self.some_task(data, open_only=True)
        of_task = {"task_id": task.task_id} if issubclass(kind, a.TaskAct) else {}
        self.receive(self.bench.act(kind, self.who(task, officer), **of_task))

    @rule(by=st.sampled_from([PARTY, PARTY, STRANGER]), items=st.sampled_from([None, None, ITEMS[:1], ITEMS, ()]))
    def a_supplement_comes(self, by: a.Actor, items: tuple[str, ...] | None) -> None:
        self.receive(self.bench.act(a.Supply, by, amends=Amendment(data_items=items)))

    @rule(by=st.sampled_from([PARTY, STRANGER]))
    def it_is_taken_back(self, by: a.Actor) -> None:
        self.receive(self.bench.act(a.Withdraw, by))

    @rule(data=st.data(), kind=st.sampled_from(["correct", "revoke", "restrict"]))
    def what_an_objection_does_not_know_is_tried(self, data: st.DataObject, kind: str) -> None:
        task = self.some_task(data)
        more = {"task_id": task.task_id, "outcome": task.outcomes[0], "given": WHATEVER_IS_ASKED}
        tried = {
            "correct": self.bench.act(a.Correct, self.who(task, "1"), **more),
            "revoke": self.bench.act(a.Revoke, self.who(task, "1"), given=WHATEVER_IS_ASKED),
            "restrict": self.bench.act(a.Restrict, STRANGER, by_case="other", restriction="hold"),
        }
        assert self.receive(tried[kind]) != "accepted"

    @rule(data=st.data())
    def an_act_is_delivered_again(self, data: st.DataObject) -> None:
        if not self.done:
            return
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
    def no_actor_of_a_bodys_task_is_the_objector(self) -> None:
        for event in self.bench.log:
            if isinstance(event, e.TaskEvent):
                assert PARTY.account != getattr(event, "by", None), event

    @invariant()
    def each_item_is_kept_back_in_one_way_as_the_last_event_about_it_says(self) -> None:
        for item in (*ITEMS, "any other"):
            about = [event for event in self.bench.log if isinstance(event, e.DATA_MOVED) and item in event.items]
            kept = [each.kind for each in self.bench.state.in_force if item in each.items]
            assert kept == ([] if not about or isinstance(about[-1], e.DataRestored) else [kind_of(about[-1])])

    @invariant()
    def what_was_withdrawn_is_served_again_after_a_processing_and_no_processing_lies_before_what_it_ends(self) -> None:
        for item in (*ITEMS, "any other"):
            stopped: e.DataEvent | None = None
            kept_back_on = date.min
            processed: e.DataProcessed | None = None
            for event in self.bench.log:
                if isinstance(event, e.DataProcessed):
                    processed = event
                    assert event.processed_on <= to_shanghai(event.at).date()
                elif isinstance(event, e.DATA_STOPPED) and item in event.items:
                    kept_back_on = kept_back_on if stopped else to_shanghai(event.at).date()
                    stopped = event
                elif isinstance(event, e.DataRestored) and stopped and item in event.items:
                    if isinstance(stopped, e.DataWithdrawn):
                        assert processed
                        assert processed.processed_on >= to_shanghai(stopped.at).date()
                    if processed and processed.act == event.act:
                        assert processed.processed_on >= kept_back_on
                    stopped = None

    @invariant()
    def data_is_held_once_at_most_and_only_with_evidence(self) -> None:
        """At the receipt of the objection or at that of the first evidence; but a leak holds data by itself."""
        choices = self.bench.state.choices
        leaks = choices.get("leak") == "reported"
        held = [event for event in self.bench.log if isinstance(event, e.DataHeld)]
        assert not held or leaks or choices["ground"] in ("trade_secret", "privacy")
        assert len({event.act for event in held}) == len(held)
        first = self.first_evidence()
        for event in held:
            by_itself = leaks and self.bench.state.city in HOLDS_A_LEAK_BY_ITSELF
            if event.act is None:
                assert by_itself or isinstance(first, e.Filed)
            else:
                assert first
                assert event.act == first.act

    @invariant()
    def what_is_held_back_by_evidence_alone_lies_before_somebody_who_can_let_it_go(self) -> None:
        state = self.bench.state
        if any(each.kind is RestrictionKind.HOLD for each in state.in_force):
            assert state.open_tasks()

    @invariant()
    def nobody_is_asked_whether_to_suspend_what_is_stopped_already_or_verified(self) -> None:
        state, hold = self.bench.state, self.bench.rules.hold
        if not hold:
            return
        question = self.bench.rules.stage(hold.reviewed_by)
        assert question
        asked = [task for task in state.open_tasks() if task.stage == hold.reviewed_by]
        assert not asked or state.step in hold.during
        if asked and not any(o.opens for o in question.outcomes):
            stopped = [each for each in state.in_force if each.kind is not RestrictionKind.HOLD]
            undecided = before(self.bench.rules, state, asked[0])
            assert any(
                item in undecided and not any(item in each.items for each in stopped) for item in (*ITEMS, "any other")
            )

    @invariant()
    def a_closed_case_has_no_open_task_and_keeps_nothing_back_unless_withdrawn(self) -> None:
        state = self.bench.state
        assert bool(state.open_tasks()) != bool(state.closed)
        if state.closed:
            assert all(each.kind is RestrictionKind.WITHDRAWAL for each in state.in_force)
            assert state.disputed is False
            assert (state.upheld is None) == (state.closed == "withdrawn")
            assert state.upheld or state.strongest_restriction is None

    @invariant()
    def the_objector_is_answered_once_and_never_twice(self) -> None:
        answers = self.bench.types().count("ObjectorAnswered")
        assert answers == self.bench.state.answers <= 1
        assert answers == 1 or self.bench.state.closed in (None, "withdrawn")

    @invariant()
    def every_clock_has_an_article_and_the_end_that_its_period_gives(self) -> None:
        for event in self.bench.log:
            if isinstance(event, e.TaskOpened):
                stage = self.bench.rules.stage(event.stage)
                assert stage
                assert event.clock.article
                waits = self.waits_for_evidence(event)
                assert event.clock.awaits_evidence == waits
                assert event.clock.period == (None if waits else stage.periods.get("normal"))
                assert event.clock.promptly == stage.promptly
                assert (event.clock.due_at is None) == (event.clock.period is None)

    def first_evidence(self) -> e.Filed | e.EvidenceSubmitted | None:
        """The event with which evidence was on file for the first time."""
        with_any = (event for event in self.bench.log if isinstance(event, e.Filed | e.EvidenceSubmitted))
        return next((event for event in with_any if event.evidence), None)

    def waits_for_evidence(self, event: e.TaskOpened) -> bool:
        """Whether the period of the task that was opened begins with evidence, of which there was none yet."""
        first = self.first_evidence()
        begins_with_it = event.stage in BEGINS_WITH_EVIDENCE.get(self.bench.state.city, set())
        return begins_with_it and (first is None or first.number > event.number)

    @invariant()
    def a_period_that_waits_for_evidence_begins_with_the_receipt_of_the_first_and_with_no_later_one(self) -> None:
        first = self.first_evidence()
        state = self.bench.state
        ended = {
            each.task_id: each.number for each in self.bench.log if isinstance(each, e.TaskDecided | e.TaskCancelled)
        }
        waited = {
            event.task_id
            for event in self.bench.log
            if isinstance(event, e.TaskOpened) and self.waits_for_evidence(event)
        }
        begun = [each for each in self.bench.log if isinstance(each, e.ClockMoved) and each.because == "evidence"]
        until = {name for name in waited if first and ended.get(name, first.number) >= first.number}
        assert sorted(each.task_id for each in begun) == sorted(until)
        for moved in begun:
            stage = self.bench.rules.stage(state.tasks[moved.task_id].stage)
            assert first
            assert stage
            assert (moved.act, moved.clock.started_at) == (first.act, first.at)
            assert moved.clock.period == stage.periods["normal"]
            assert moved.clock.due_at
        for name in waited - until:
            assert state.tasks[name].clock.due_at is None
            assert not state.tasks[name].late

    @invariant()
    def a_decision_is_late_exactly_if_it_was_received_at_its_due_instant_or_after(self) -> None:
        for event in self.bench.log:
            if isinstance(event, e.TaskDecided):
                due_at: datetime | None = self.bench.state.tasks[event.task_id].clock.due_at
                assert event.late == (due_at is not None and event.at >= due_at)

    @invariant()
    def time_that_passed_is_put_on_record_once(self) -> None:
        trial = Bench(self.bench.rules, state=self.bench.state, record=self.bench.record).passes(self.bench.now)
        assert pass_time(trial.rules, trial.state, self.bench.now) == []

    def teardown(self) -> None:
        """From wherever it got to, people can still bring the objection to its end."""
        if hasattr(self, "bench"):
            assert brought_to_its_end(self.bench).state.closed


@pytest.mark.parametrize("city", [*cities(), INVENTED])
def test_whatever_people_do_to_an_objection_its_log_stays_sound_and_it_can_end(city: str) -> None:
    machine = type(f"AnyObjection_{city}", (AnyObjection,), {"law": law(city, "objection")})
    run_state_machine_as_test(machine, settings=PROFILE)
