"""Several catalogue updates of one dataset, beside objections, requests and grants: whatever order their acts come in.

What one case tells another is worked off whenever the machine comes to it. When a period ends is told here anew, day
by day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from models import acts as a
from models import events as e
from models.act_contents import Measure
from rules.deadlines import SHANGHAI
from rules.pinned_stages import EntryEffect
from tests.models.bench import CITIES, INVENTED, Bench, notices
from tests.models.cases_of_one_dataset import CLASSES, ITEMS, CasesOfOneDataset, officer_of
from tests.models.profiles import PROFILE
from tests.models.reviews_by_city import AHEAD_OF_TURN, BY_ANSWER
from tests.models.test_objection_sequences import as_it_should_be, brought_to_its_end
from tests.models.updates import draft, pass_reviews, update_begun

CLOCKS: Mapping[str, Mapping[str, int]] = {
    "nanning": {"law_revised": 10, "function_changed": 10},
    "nanjing": dict.fromkeys(
        ("law_changed", "function_changed", "system_updated", "data_changed", "processing", "reopening", "other"), 15
    ),
}
"""City to the working days that a compilation has from the event, by what happened."""
AGREEING = {"pass", "publish", "report", "submit", "agree"}
MOSTLY = st.sampled_from([True] * 6 + [False])
SOME_ITEMS = st.sampled_from(
    [ITEMS, ITEMS, ITEMS[:2], ITEMS[:1], ITEMS[1:], (*ITEMS, "opened_on"), ("opened_on",), ("opened_on",)]
)
OF_OBJECTION = st.sampled_from([ITEMS[:1], ITEMS[:1], ITEMS[:2], ()])
OF_REQUEST = st.sampled_from([ITEMS[:1], ITEMS[:2], ITEMS[1:], ()])
MOST_UPDATES = 4


def end_of(days: int, started_at: datetime) -> datetime:
    """The midnight after so many working days from the next one on, counted one by one, by all notices of the state."""
    state = [notice for notice in notices().notices if notice.scope == "CN"]
    off = {day for notice in state for span in notice.days_off for day in span.days()}
    worked = {day for notice in state for day in notice.days_worked}
    on = started_at.astimezone(SHANGHAI).date()
    while days:
        on += timedelta(days=1)
        days -= on in worked or (on.weekday() < 5 and on not in off)
    return datetime.combine(on + timedelta(days=1), time(), SHANGHAI)


def allowed_by_law(bench: Bench, answers: Mapping[str, str]) -> dict[str, str]:
    """These answers, but for what a settled class or the law rules out: what touches secrets and is not masked is open
    to everybody in Guangzhou only by 10.2."""
    settled = bench.state.settled
    said = {**answers, **({"openness": settled.openness} if settled else {})}
    leads_there = bench.state.choices["trigger"] == "public_interest"
    if bench.state.city == "guangzhou" and said["openness"] == "unconditional" and not leads_there:
        said["secrets_or_privacy"] = "does_not_apply"
    return said


class AnyUpdates(CasesOfOneDataset, RuleBasedStateMachine):
    """One dataset with all the cases about it; subclasses name the city."""

    @initialize(data=st.data(), items=OF_OBJECTION, disputed=st.booleans(), wanted=OF_REQUEST, agreed=MOSTLY)
    def the_entry_is_in_the_catalogue(
        self, data: st.DataObject, items: tuple[str, ...], disputed: bool, wanted: tuple[str, ...], agreed: bool
    ) -> None:
        """With a request or a grant, an update that has just begun, and perhaps an objection."""
        self.no_case_yet()
        self.checked: dict[str, int] = {}
        self.request(wanted, agreed=agreed)
        self.file_update(data, 3)
        if disputed:
            self.object_to(items, ("file-0",))

    # What people do

    @rule(hours=st.sampled_from([1, 24, 100, 200]))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for bench in (*self.updates.values(), *self.objections.values(), *self.askers.values()):
            bench.now = self.now

    @rule(data=st.data(), days_ago=st.sampled_from([0, 3, 12, 60]))
    def an_update_is_filed(self, data: st.DataObject, days_ago: int) -> None:
        if len(self.updates) < MOST_UPDATES:
            self.file_update(data, days_ago)

    def file_update(self, data: st.DataObject, days_ago: int) -> None:
        known = [choice.value for choice in self.law.choices["trigger"] if choice.on_request]
        trigger = data.draw(st.sampled_from(known))
        occurred_on = (self.now - timedelta(days=days_ago)).date()
        self.begin_update(f"update-{len(self.updates)}", trigger, occurred_on=occurred_on)

    @rule(data=st.data(), items=SOME_ITEMS, openness=st.sampled_from(CLASSES), whole=MOSTLY, seen=st.booleans())
    def a_draft_is_submitted(
        self, data: st.DataObject, items: tuple[str, ...], openness: str, whole: bool, seen: bool
    ) -> None:
        waiting = [task for task in self.tasks(self.updates) if "submit" in task.outcomes]
        if waiting:
            task = data.draw(st.sampled_from(waiting))
            applies = st.sampled_from(["applies", "does_not_apply"])
            answers = {question: data.draw(applies) for question in sorted(BY_ANSWER[self.city])}
            self.submit(task, {**answers, "openness": openness}, items, whole=whole)
            if seen:
                self.the_machine_comes_to(task.task_id.split(".")[0])

    @rule(data=st.data(), agrees=st.booleans(), properly=MOSTLY, seen=st.booleans())
    def an_update_is_decided_on(self, data: st.DataObject, agrees: bool, properly: bool, seen: bool) -> None:
        if tasks := [task for task in self.tasks(self.updates) if "submit" not in task.outcomes or not agrees]:
            task = data.draw(st.sampled_from(tasks))
            names = [name for name in task.outcomes if (name in AGREEING) == agrees] or list(task.outcomes)
            outcome = data.draw(st.sampled_from([name for name in names if name != "submit"] or ["abandon"]))
            by = officer_of(task.body) if properly else a.Actor(account="acc_other_1", body="other")
            self.decide(task, outcome, by)
            if seen:
                self.the_machine_comes_to(task.task_id.split(".")[0])

    @rule(agrees=MOSTLY)
    def all_reviewers_of_an_update_find_for_it(self, agrees: bool) -> None:
        """At once, but perhaps for one; the machine comes to it later."""
        tasks = [task for task in self.tasks(self.updates) if "pass" in task.outcomes]
        for task in tasks if agrees else tasks[1:]:
            self.decide(task, "pass", officer_of(task.body))

    @rule(data=st.data(), items=SOME_ITEMS, openness=st.sampled_from(CLASSES), seen=st.booleans())
    def an_update_comes_to_its_last_word(
        self, data: st.DataObject, items: tuple[str, ...], openness: str, seen: bool
    ) -> None:
        """Drafted, and found for by everybody; what publishes it may wait in the inbox."""
        going = [
            bench
            for bench in self.updates.values()
            if bench.state.tasks and not (bench.state.closed or bench.state.behind)
        ]
        for bench in going:
            case_id = bench.state.case_id
            self.the_machine_comes_to(case_id)
            for _ in range(20):
                tasks = [task for task in bench.state.open_tasks() if "publish" not in task.outcomes]
                if not tasks:
                    break
                if "submit" in tasks[0].outcomes:
                    applies = st.sampled_from(["applies", "does_not_apply"])
                    answers = {question: data.draw(applies) for question in sorted(BY_ANSWER[self.city])}
                    self.submit(tasks[0], allowed_by_law(bench, {**answers, "openness": openness}), items)
                else:
                    outcomes = tasks[0].outcomes
                    forwards = next((name for name in outcomes if name in AGREEING), outcomes[0])
                    self.decide(tasks[0], forwards, officer_of(tasks[0].body))
                assert self.work_off(case_id) == "accepted"
            for task in bench.state.open_tasks():
                self.decide(task, "publish", officer_of(task.body))
                if seen:
                    self.the_machine_comes_to(case_id)

    @rule(items=OF_OBJECTION, evidence=st.sampled_from([(), ("file-0",)]))
    def an_objection_is_filed(self, items: tuple[str, ...], evidence: tuple[str, ...]) -> None:
        if len(self.objections) < 2:
            self.object_to(items, evidence)

    @rule(data=st.data(), withdraws=st.booleans(), items=st.sampled_from([None, (), ITEMS[:1], ITEMS[:1], ITEMS[1:]]))
    def an_objection_is_decided_on(self, data: st.DataObject, withdraws: bool, items: tuple[str, ...] | None) -> None:
        if tasks := self.tasks(self.objections):
            withdrawing = [task for task in tasks if "withdraw" in task.outcomes] if withdraws else []
            task = data.draw(st.sampled_from(withdrawing or tasks))
            bench = self.objections[task.task_id.split(".")[0]]
            outcome = "withdraw" if withdrawing else data.draw(st.sampled_from(task.outcomes))
            items = ITEMS[:1] if withdrawing and items is None else items
            act = as_it_should_be(bench, task, outcome, items)
            stage = bench.rules.stage(task.stage)
            found = stage and stage.outcome(outcome)
            if found and found.entry is EntryEffect.MAY_CHANGE and isinstance(act, a.Decide):
                measure = (act.measure or Measure()).model_copy(update={"entry_changes": True})
                act = act.model_copy(update={"measure": measure})
            before = bench.state.own_restrictions
            bench.judged(act)
            self.objection_moved(bench, before)

    @rule(items=OF_REQUEST, agreed=st.booleans())
    def a_request_is_filed(self, items: tuple[str, ...], agreed: bool) -> None:
        """What the receipt lets in: conditional data, and items that the entry has."""
        latest = self.versions[-1]
        if latest.openness == "conditional" and set(items) <= set(latest.items) and len(self.askers) < 4:
            self.request(items, agreed=agreed)

    @rule(data=st.data())
    def a_request_is_agreed_to(self, data: st.DataObject) -> None:
        if tasks := self.tasks(self.askers):
            self.agree(data.draw(st.sampled_from(tasks)))

    @rule(data=st.data(), acts=st.integers(1, 6))
    def the_machine_comes(self, data: st.DataObject, acts: int) -> None:
        """To whichever case."""
        for _ in range(acts):
            if waiting := [case_id for case_id, inbox in self.inboxes.items() if inbox]:
                self.work_off(data.draw(st.sampled_from(waiting)))

    # What it makes of that

    @invariant()
    def updates_go_one_after_the_other_and_each_makes_one_version_at_most(self) -> None:
        benches = list(self.updates.values())
        for place, bench in enumerate(benches):
            earlier_are_over = all(each.state.closed for each in benches[:place])
            stages = {task.stage for task in bench.state.tasks.values()}
            assert earlier_are_over or (bench.state.draft is None and stages <= AHEAD_OF_TURN.get(self.city, set()))
            if earlier_are_over and not bench.state.closed and not self.inboxes[bench.state.case_id]:
                assert bench.state.behind is None
            assert bench.state.closed or bench.state.open_tasks() or bench.state.behind
        published = [case_id for case_id, bench in self.updates.items() if bench.state.published]
        assert [version.case_id for version in self.versions] == ["", *published]
        instants = [version.at for version in self.versions]
        assert instants == sorted(instants)

    @invariant()
    def a_compilation_ends_when_its_period_from_the_event_does_and_only_its_body_decides(self) -> None:
        for case_id, bench in self.updates.items():
            state = bench.state
            days = CLOCKS.get(self.city, {}).get(state.choices["trigger"])
            since = datetime.combine(state.occurred_on, time(), SHANGHAI) if state.occurred_on else state.received_at
            assert since
            for event in bench.log[self.checked.get(case_id, 0) :]:
                if isinstance(event, e.TaskOpened) and self.city in CLOCKS:
                    runs = days and event.body == f"{self.city}.provider"
                    assert event.clock.due_at == (end_of(days, since) if days and runs else None)
                elif isinstance(event, e.TaskDecided):
                    task = state.tasks[event.task_id]
                    due_at = task.clock.due_at
                    assert event.by == officer_of(task.body).account
                    assert event.late == (due_at is not None and event.at >= due_at)
            self.checked[case_id] = len(bench.log)

    @invariant()
    def requests_and_grants_end_once_they_heard_that_their_data_is_closed_or_gone(self) -> None:
        for case_id, bench in self.askers.items():
            grant = bench.state.grant
            if self.inboxes[case_id] or bench.state.closed:
                continue
            items = set(grant.data_items if grant else bench.state.data_items)
            for version in self.versions[self.known_since[case_id] :]:
                assert version.openness != "closed"
                assert grant or version.openness != "unconditional"
                assert not items or not items.isdisjoint(version.items)

    def teardown(self) -> None:
        """Once the objections are at their end, every update can be published, in its turn."""
        if not hasattr(self, "updates"):
            return
        for case_id, objection in self.objections.items():
            before = objection.state.own_restrictions
            self.objections[case_id] = brought_to_its_end(objection)
            self.objection_moved(self.objections[case_id], before)
        for case_id in [*self.askers, *self.inboxes]:
            self.the_machine_comes_to(case_id)
        for case_id, bench in list(self.updates.items()):
            self.the_machine_comes_to(case_id)
            for _ in range(60):
                if not (tasks := bench.state.open_tasks()):
                    break
                outcomes = tasks[0].outcomes
                if "submit" in outcomes:
                    self.submit(tasks[0], allowed_by_law(bench, {"openness": "conditional"}), (*ITEMS, "opened_on"))
                else:
                    forwards = next((name for name in outcomes if name in AGREEING), outcomes[0])
                    back = next((name for name in outcomes if name in ("return", "object")), None)
                    drops = bool(bench.state.draft) and self.draft_drops_what_is_kept_back(bench)
                    self.decide(tasks[0], (drops and back) or forwards, officer_of(tasks[0].body))
                assert self.work_off(case_id) == "accepted"
            for other in list(self.inboxes):
                self.the_machine_comes_to(other)
            assert bench.state.closed, "nobody can bring it to its end"
        self.updates_go_one_after_the_other_and_each_makes_one_version_at_most()
        self.a_compilation_ends_when_its_period_from_the_event_does_and_only_its_body_decides()
        self.requests_and_grants_end_once_they_heard_that_their_data_is_closed_or_gone()


@pytest.mark.parametrize("city", [*CITIES, INVENTED])
def test_in_whatever_order_cases_come_the_catalogue_is_reviewed_and_in_one_line(
    city: str,
) -> None:
    run_state_machine_as_test(type(f"AnyUpdates_{city}", (AnyUpdates,), {"city": city}), settings=PROFILE)


@pytest.mark.parametrize("city", ["lianyungang", INVENTED])
def test_a_draft_that_drops_an_item_withdrawn_meanwhile_is_not_stuck(city: str) -> None:
    bench = update_begun(city)
    assert draft(bench, items=ITEMS[1:]) == "accepted"
    pass_reviews(bench)
    withdrawn = a.Restrict(
        id="withdrawn",
        case_id="case",
        by=a.Actor(account="case:objection"),
        received_at=bench.now,
        by_case="objection",
        restriction="withdrawal",
        data_items=ITEMS[:1],
    )
    assert bench.judged(withdrawn) == "accepted"
    (last,) = bench.state.open_tasks()
    assert "accepted" in {bench.decide(last.stage, outcome) for outcome in last.outcomes}
