"""Whoever decides on one item has not decided on the others: what no decision has released is refused by the gate.

Each example is an objection in one city and a sequence of decisions, each on some items, on all, or naming none. Beside
the law runs a model of it that is as simple as can be: each item by itself, and which decision released it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from activities.record.rows import restrictions_kept
from models import acts as a
from models import events as e
from models.act_contents import Measure
from models.gate import DatasetFacts, Question, Reason, decide
from models.restrictions import RestrictionKind, items_of
from models.task_state import TaskState
from rules.deadlines import to_shanghai
from rules.pinned_stages import DataEffect, Outcome
from tests.models.bench import CITIES, EVERY_CITY, PARTY, WHATEVER_IS_ASKED, Bench, objected
from tests.models.profiles import PROFILE

ENTRY = ("name", "address", "phone")
"""What the dataset has."""
NAMED = st.sampled_from([None, None, (), *((item,) for item in ENTRY), ENTRY[:2], ENTRY[1:], ENTRY])
GROUNDS = st.sampled_from(["privacy", "privacy", "trade_secret", "error"])


@dataclass
class Item:
    """What is known of one item, by the acts alone."""

    kept_back: bool = False
    released_by: str | None = None
    over_by: str | None = None
    """The act that decided on it in part and led to an ending: no decision that does not name it is about it any more,
    until another act keeps it back anew."""


class AnyDecisions(RuleBasedStateMachine):
    """One objection; subclasses name the city."""

    city: str

    @initialize(
        items=st.sampled_from([(), ENTRY[:1], ENTRY[:2], ENTRY]),
        ground=GROUNDS,
        evidence=st.sampled_from([(), ("file-0",), ("file-0",)]),
    )
    def is_filed(self, items: tuple[str, ...], ground: str, evidence: tuple[str, ...]) -> None:
        self.bench = objected(self.city, ground, items=items, evidence=evidence)
        self.items = {item: Item() for item in ENTRY}
        self.learn(None, ())

    def kept_back(self) -> set[str]:
        """By the gate, which reads the rows that the writer writes."""
        rows = restrictions_kept(self.bench.state)
        in_force = tuple(
            (row.kind, items_of(tuple(row.data_items), tuple(row.except_items))) for row in rows if row.ended_at is None
        )
        dataset = DatasetFacts("unconditional", ENTRY, in_force)
        asked = {item: decide(Question("d", (item,)), dataset, None, self.bench.now) for item in ENTRY}
        whole = decide(Question("d"), dataset, None, self.bench.now)
        refused = {item for item, reason in asked.items() if reason is not Reason.UNCONDITIONAL}
        assert (whole is Reason.UNCONDITIONAL) == (not refused) or self.only_others_are_kept_back(refused)
        return refused

    def only_others_are_kept_back(self, refused: set[str]) -> bool:
        """Whether the dataset as a whole is refused for what the entry does not have yet."""
        return not refused and "one that is yet to come" in self.bench.state.restricted_items

    def learn(self, act: a.Act | None, new: tuple[e.Event, ...]) -> None:
        """What an act did to each item: it may release only what it names, and only by a decision to serve."""
        refused = self.kept_back()
        for name, item in self.items.items():
            if item.kept_back and name not in refused:
                self.may_release(act, name, item)
                item.released_by = act.id if act else None
            item.kept_back = name in refused
        decided = [event for event in new if isinstance(event, e.DecidedInPart | e.TaskDecided)]
        for part in decided:
            outcome = self.outcome(self.bench.state.tasks[part.task_id], part.outcome)
            leads_to_an_end = bool(outcome.leads_to and self.bench.rules.ending(outcome.leads_to))
            for name in part.data_items if isinstance(part, e.DecidedInPart) else ():
                if leads_to_an_end:
                    self.items[name].over_by = part.act
        for event in new:
            if isinstance(event, e.DATA_STOPPED):
                for name, item in self.items.items():
                    if name in event.items and item.over_by != event.act:
                        item.over_by = None

    def may_release(self, act: a.Act | None, name: str, item: Item) -> None:
        assert isinstance(act, a.Decide), "nothing but a decision releases data"
        outcome = self.outcome(self.bench.state.tasks[act.task_id], act.outcome)
        assert outcome.data is DataEffect.SERVE, f"{act.outcome} does not serve"
        named = act.measure.data_items if act.measure else None
        assert named is None or not named or name in named, f"{name} was not named"
        assert not (item.over_by and not named), f"{name} was decided before"

    def outcome(self, task: TaskState, name: str) -> Outcome:
        stage = self.bench.rules.stage(task.stage)
        found = stage and stage.outcome(name)
        assert found
        return found

    @rule(data=st.data(), named=NAMED, slowly=st.sampled_from([True, True, False]), knows=st.booleans())
    def a_task_is_decided(self, data: st.DataObject, named: tuple[str, ...] | None, slowly: bool, knows: bool) -> None:
        tasks = self.bench.state.open_tasks()
        if not tasks:
            return
        task = data.draw(st.sampled_from(tasks))
        names = [name for name in task.outcomes if not (slowly and self.ends_it(task, name, named))]
        outcome = self.outcome(task, data.draw(st.sampled_from(names or list(task.outcomes))))
        measure = Measure(
            data_items=named if outcome.data else None,
            processed_on=to_shanghai(self.bench.now).date()
            if outcome.data is DataEffect.SERVE or any("processed_on" in each.any_of for each in outcome.requires)
            else None,
            known_items=ENTRY if knows and named else (),
        )
        by = a.Actor(account=f"acc_{task.body}_1", body=task.body)
        more = {"task_id": task.task_id, "outcome": outcome.outcome, "given": WHATEVER_IS_ASKED, "measure": measure}
        act = self.bench.act(a.Decide, by, **more)
        length, clock = len(self.bench.log), task.clock
        stronger = any(kept.kind is not RestrictionKind.HOLD for kept in self.bench.state.in_force)
        answer = self.bench.judged(act)
        known = ("accepted", "AnotherTaskFirst", "ItemNotBeforeTheTask", "TakesTheWholeDataset")
        assert answer in (*known, "SuspendedUntilVerified")
        if answer == "SuspendedUntilVerified":
            assert (outcome.data, self.verified(task), stronger) == (DataEffect.SERVE, False, True)
        assert (answer == "TakesTheWholeDataset") == (outcome.whole_dataset and bool(named))
        new = tuple(self.bench.log[length:])
        self.learn(act, new)
        if any(isinstance(event, e.DecidedInPart) for event in new):
            after = self.bench.state.tasks[task.task_id]
            assert (after.is_open or not self.verified(after), after.clock) == (True, clock)
            assert not any(isinstance(event, e.ObjectorAnswered | e.Closed) for event in new)

    def ends_it(self, task: TaskState, name: str, named: tuple[str, ...] | None) -> bool:
        """Whether a decision leads to an ending, and names nothing that it could leave over."""
        outcome = self.outcome(task, name)
        leads_to_an_end = bool(outcome.leads_to and self.bench.rules.ending(outcome.leads_to))
        return leads_to_an_end and not (outcome.data and named)

    def verified(self, task: TaskState) -> bool:
        """A question whether to suspend may be void once all that remains is stopped."""
        hold = self.bench.rules.hold
        return hold is None or task.stage != hold.reviewed_by

    @rule()
    def evidence_comes(self) -> None:
        act = self.bench.act(a.SubmitEvidence, PARTY, evidence=(f"file-{self.bench.acts}",))
        length = len(self.bench.log)
        self.bench.judged(act)
        self.learn(act, tuple(self.bench.log[length:]))

    @rule(hours=st.sampled_from([1, 24, 400]))
    def time_goes_by(self, hours: int) -> None:
        self.bench.passes(self.bench.now + timedelta(hours=hours))

    @invariant()
    def the_objector_is_answered_once_and_when_the_case_is_over_nothing_is_undecided(self) -> None:
        state = self.bench.state
        assert state.answers <= 1
        if state.closed:
            assert state.answers == 1
            assert all(kept.kind.value == "withdrawal" for kept in state.in_force)
            assert bool(state.in_force) <= bool(state.upheld)


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("city", EVERY_CITY)
def test_what_no_decision_has_released_is_refused_by_the_gate(city: str) -> None:
    run_state_machine_as_test(type(f"AnyDecisions_{city}", (AnyDecisions,), {"city": city}), settings=PROFILE)


def whole(city: str = "nanning", **more: object) -> Bench:
    return objected(city, "privacy", evidence=("file-1",), **more)  # type: ignore[arg-type]  # passed on


def on(*items: str, **more: object) -> Measure:
    return Measure.model_validate({"data_items": items, **more})


def served(bench: Bench) -> set[str]:
    return {item for item in ENTRY if item not in bench.state.restricted_items}


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_a_restoration_of_one_item_leaves_the_task_open_for_the_other(city: str) -> None:
    bench = whole(city).all_decide([("suspension", "suspend")])
    before = bench.task("verification").clock
    assert bench.decide("verification", "restore", measure=on("name")) == "accepted"
    assert served(bench) == {"name", "phone"}
    assert (bench.open_stages, bench.task("verification").clock) == ({"verification"}, before)
    assert bench.state.answers == 0
    assert bench.decide("verification", "restore", measure=on("address")) == "accepted"
    assert served(bench) == set(ENTRY)
    assert (bench.state.closed, bench.state.upheld, bench.state.answers) == ("restored", False, 1)


@pytest.mark.parametrize("city", CITIES)
def test_a_hold_that_is_lifted_for_one_item_stays_on_the_other(city: str) -> None:
    bench = whole(city)
    assert bench.decide("suspension", "keep_open", measure=on("name")) == "accepted"
    assert served(bench) == {"name", "phone"}
    assert "suspension" in bench.open_stages
    assert bench.decide("suspension", "keep_open", measure=on("name")) == "ItemNotBeforeTheTask"


def test_what_was_restored_is_let_be_by_a_decision_that_names_nothing() -> None:
    for outcome, kept in (("withdraw", "withdrawal"), ("process", "suspension")):
        bench = whole().all_decide([("suspension", "suspend")])
        bench.decide("verification", "restore", measure=on("name"))
        bench.all_decide([("verification", outcome)])
        assert served(bench) == {"name", "phone"}
        assert [each.kind.value for each in bench.state.in_force] == [kept]


def test_a_case_of_which_something_stays_withdrawn_ends_as_a_withdrawal() -> None:
    bench = whole()
    bench.decide("verification", "withdraw", measure=on("name"))
    bench.all_decide([("verification", "restore")])
    assert (bench.state.closed, bench.state.upheld, served(bench)) == ("data_withdrawn", True, {"address", "phone"})


def test_what_was_withdrawn_in_part_is_not_served_by_a_decision_on_the_rest() -> None:
    bench = whole()
    bench.decide("verification", "withdraw", measure=on("name"))
    bench.all_decide([("verification", "process")])
    assert bench.decide("processing", "reopen", measure=on("name")) == "ItemNotBeforeTheTask"
    reopened = Measure(processed_on=bench.now.date())
    assert bench.decide("processing", "reopen", measure=reopened) == "accepted"
    assert (bench.state.closed, bench.state.answers) == ("data_withdrawn", 1)
    assert served(bench) == {"address", "phone"}


def test_of_a_whole_dataset_one_item_is_let_go_and_what_is_added_to_it_is_not() -> None:
    bench = whole(items=())
    bench.decide("suspension", "keep_open", measure=on("name"))
    assert served(bench) == {"name"}
    assert "one that is yet to come" in bench.state.restricted_items
    assert [(each.data_items, each.except_items) for each in bench.state.own_restrictions] == [((), ("name",))]


def test_a_decision_that_names_every_item_is_about_the_dataset() -> None:
    bench = whole(items=())
    bench.decide("verification", "restore", measure=on("name", known_items=ENTRY))
    assert bench.open_stages == {"suspension", "verification"}
    bench.decide("verification", "restore", measure=on("address", "phone", known_items=ENTRY))
    assert (bench.state.closed, bench.state.strongest_restriction) == ("restored", None)


def test_a_withdrawal_that_goes_on_takes_along_what_it_is_about_alone() -> None:
    bench = whole("guangzhou")
    bench.decide("verification", "withdraw_until_processed", measure=on("name"))
    bench.all_decide([("verification", "keep_open")])
    assert (bench.open_stages, bench.state.answers, served(bench)) == ({"reopening"}, 1, {"address", "phone"})
    bench.all_decide([("reopening", "stay_withdrawn")])
    assert (bench.state.closed, served(bench)) == ("data_withdrawn", {"address", "phone"})


def test_nanjings_centre_tells_that_the_department_withdrew_one_item_of_two() -> None:
    bench = whole("nanjing").all_decide([("forwarding", "forward")])
    bench.decide("department_review", "withdraw", measure=on("name"))
    assert served(bench) == {"phone"}
    bench.all_decide([("department_review", "not_correct")])
    assert bench.open_stages == {"marking", "telling_withdrawal"}
    bench.all_decide([("telling_withdrawal", "tell")])
    assert (bench.state.closed, bench.state.answers, served(bench)) == ("data_withdrawn", 1, {"address", "phone"})


def test_evidence_that_comes_later_holds_only_what_nobody_keeps_back_yet() -> None:
    bench = objected("nanning", "privacy")
    bench.decide("suspension", "suspend", measure=on("name"))
    bench.by_party(a.SubmitEvidence, evidence=("file-1",))
    assert [(each.kind.value, each.data_items) for each in bench.state.own_restrictions] == [
        ("suspension", ("name",)),
        ("hold", ("address",)),
    ]


def test_a_whole_dataset_withdrawn_takes_back_what_was_let_go_in_part() -> None:
    bench = objected("lianyungang", "error", items=ENTRY[:2]).all_decide([("forwarding", "forward")])
    bench.decide("handling", "not_correct", measure=on("name"))
    bench.all_decide([("handling", "leak_found"), ("provider_withdrawal", "withdraw")])
    assert served(bench) == set()
    bench.all_decide([("authority_withdrawal", "withdraw")])
    assert served(bench) == set()


def test_what_is_named_again_to_be_withdrawn_is_reopened_with_the_rest() -> None:
    bench = whole("guangzhou", items=())
    processed = on("name", processed_on=bench.now.date())
    assert bench.decide("verification", "process_and_reopen", measure=processed) == "accepted"
    assert served(bench) == {"name"}
    assert bench.decide("verification", "withdraw_until_processed", measure=on()) == "accepted"
    assert served(bench) == set()
    assert bench.decide("reopening", "reopen") == "RequirementMissing"
    assert bench.decide("reopening", "reopen", measure=Measure(processed_on=bench.now.date())) == "accepted"
    assert (served(bench), bench.state.closed) == (set(ENTRY), "reopened")


def test_what_is_suspended_for_a_leak_stays_so_until_its_facts_are_verified() -> None:
    bench = whole("guangzhou", leak="reported")
    bench.all_decide([("leak_remedy", "remedied")])
    assert bench.decide("suspension", "keep_open") == "SuspendedUntilVerified"
    assert served(bench) == {"phone"}
    bench.all_decide([("verification", "keep_open")])
    assert served(bench) == set(ENTRY)


def test_two_leaks_that_are_found_one_after_the_other_are_remedied_by_one_task() -> None:
    bench = whole("guangzhou")
    for item in ENTRY[:2]:
        assert bench.decide("suspension", "leak_found", measure=on(item)) == "accepted"
    remedies = [task for task in bench.state.tasks.values() if task.stage == "leak_remedy_found"]
    assert len(remedies) == 1
