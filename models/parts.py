"""A body may decide on some of the data that lies before it: what each decision is about, and what remains. Pure.

Whoever decides on one item has not decided on the others. A decision acts on what it names; the rest stays as it was,
with its task open. What a decision in part sends to an ending is settled: the case goes on without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from models import refusals as r
from models.act_contents import Measure
from models.restrictions import WHOLE_DATASET, Items, items_of, together
from models.state import CaseState
from models.task_state import DecidedPart, TaskState
from rules.pinned import Basis
from rules.pinned_stages import DataEffect, Outcome, Stage
from rules.procedure_rules import ProcedureRules


@dataclass(frozen=True, slots=True)
class Scope:
    """What a decision is about, and whether something remains before its task afterwards."""

    items: Items
    leaves_some: bool = False


def scope_of(
    rules: ProcedureRules, state: CaseState, task: TaskState, outcome: Outcome, measure: Measure | None
) -> Scope:
    """What a decision is about: the items that it names, or everything that still lies before its task.

    Raises TakesTheWholeDataset, ItemNotBeforeTheTask.
    """
    remains = before(rules, state, task)
    named = measure.data_items if measure else None
    if outcome.whole_dataset:
        if named:
            raise takes_the_whole_dataset(rules.stage(task.stage), outcome)
        return Scope(WHOLE_DATASET - decided_at(task))
    if named is None or measure is None or outcome.data is None:
        return Scope(remains)
    wanted = items_of(named)
    if outcome.data is DataEffect.SERVE:
        if named and not wanted.are_within(remains):
            raise r.ItemNotBeforeTheTask(field="data_items")
        wanted &= remains
    left = remains - wanted
    known = measure.known_items
    if not left or (known and not any(item in left for item in known)):
        return Scope(wanted | remains)
    return Scope(wanted, leaves_some=True)


def takes_the_whole_dataset(stage: Stage | None, outcome: Outcome) -> r.TakesTheWholeDataset:
    """The refusal that names the article by which a decision takes the whole dataset and no part of it."""
    cited = [outcome.citation, *([stage.citation] if stage else [])]
    rule = next((each for each in cited if each.basis is Basis.LAW), outcome.citation)
    return r.TakesTheWholeDataset(field="data_items", rule=rule.article, basis=rule.basis, source=rule.source)


def before(rules: ProcedureRules, state: CaseState, task: TaskState) -> Items:
    """What lies before a task: all that the case is still about, without what was decided in part at that task."""
    return about(rules, state) - decided_at(task)


def decided_at(task: TaskState) -> Items:
    """What was decided in part at a task and was not kept back again since."""
    return together(part.items for part in task.in_part)


def about(rules: ProcedureRules, state: CaseState) -> Items:
    """What a case is still about: what it was filed for and what it keeps back, without what is settled."""
    return (items_of(state.data_items) | state.restricted_items) - settled(rules, state)


def settled(rules: ProcedureRules, state: CaseState) -> Items:
    """What decisions in part have led to a place to which the case itself did not go."""
    parts = ((task, part) for task in state.tasks.values() for part in task.in_part)
    return together(
        part.items
        for task, part in parts
        if (target := way_of(rules, task, part.outcome).leads_to) and not went_to(state, target, part)
    )


def went_to(state: CaseState, target: str, part: DecidedPart) -> bool:
    """Whether the case itself went to this target after that decision in part."""
    return any(task.step == target and task.opened_by_event > part.number for task in state.tasks.values())


def way_of(rules: ProcedureRules, task: TaskState, name: str) -> Outcome:
    """The outcome of a decision on a task, as the rules of the case know it."""
    stage = rules.stage(task.stage)
    assert stage, f"the log holds a stage that the rules do not know: {task.stage}"
    outcome = stage.outcome(name)
    assert outcome, f"the log holds an outcome that the rules do not know: {name}"
    return outcome


def outcomes_of(task: TaskState) -> tuple[str, ...]:
    """The outcomes by which a task was decided, the last one last; more than one only if it was decided in parts."""
    parts = [part.outcome for part in task.in_part if part.outcome != task.outcome]
    return (*dict.fromkeys(parts), *([task.outcome] if task.outcome else []))


def weight(rules: ProcedureRules, way: Outcome, target: str) -> tuple[bool, bool, bool, bool]:
    """The weight of a way. Where the data of a case was led to different places, the case goes the heaviest way.

    A step weighs more than an ending; a way that does nothing to data yet, more than one that does; a withdrawal, more
    than anything that serves; an ending that upholds an objection, more than one that does not.
    """
    ending = rules.ending(target)
    withdraws = way.data is not None and way.data.withdraws
    return ending is None, way.data is None, withdraws, bool(ending and ending.upheld)


class Led(NamedTuple):
    """A way that led data to an ending, by the number of the event."""

    number: int
    way: Outcome
    target: str


def ending_of(rules: ProcedureRules, state: CaseState, way: Outcome, target: str) -> str:
    """The ending of a case that comes to an ending now, where some of its data was led to an ending before: the
    heaviest."""
    parts = chain.from_iterable(
        ((part.number, way_of(rules, task, part.outcome)) for part in task.in_part) for task in state.tasks.values()
    )
    ended = [
        Led(number, each, each.leads_to) for number, each in parts if each.leads_to and rules.ending(each.leads_to)
    ]
    led = [*ended, Led(state.number + 1, way, target)]
    return max(led, key=lambda each: (*weight(rules, each.way, each.target), each.number)).target
