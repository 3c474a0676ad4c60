"""What somebody may do in a case now: asked of the judge, so that no page and no caller has to guess. Pure.

Each kind of act is tried with all that could be stated in it. It is possible where the judge takes it, or only asks for
more or for other contents; what does not go with how the case stands, or is for somebody else, is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import acts as a
from models.act_contents import Measure, TimeLimit
from models.acts import ACT
from models.procedures import BY_NAME
from models.refusal import Refusal, Unmet
from models.refusals import ExtensionTooLong
from models.state import CaseState
from models.stopping import stopping
from models.task_state import TaskState
from reading.cases.shapes import PossibleAct
from reading.sight import Caller
from rules.deadlines import parse_period
from rules.pinned import APPLICANT
from rules.pinned_stages import EntryEffect, Outcome, StopBegins
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import STATED_BY_APPLICANT

PROBE = "probe"
"""The id of an act that is only tried."""
AMONG_BODIES = frozenset({"text"})
"""What an answer to another body states."""


@dataclass(frozen=True)
class Wish:
    """A kind of act, the role that sends it, and what it needs beside what every act has."""

    kind: str
    role: str
    more: tuple[tuple[str, Any], ...] = ()


ON_THE_CASE = (
    Wish("withdraw", "applicant"),
    Wish("supply", "applicant"),
    Wish("submit_evidence", "applicant", (("evidence", (PROBE,)),)),
    Wish("issue_key", "applicant", (("key_digest", PROBE),)),
    # What else a delegation states is asked for where it is missing.
    Wish("delegate", "applicant", (("to", PROBE),)),
    Wish("renounce", "applicant"),
    Wish("record_use", "applicant", (("used_on", date.min),)),
    Wish("inspect", "reviewer", (("inspected_on", date.min), ("finding", "in_order"), ("given", ("text",)))),
    Wish("review_suspension", "reviewer"),
    Wish("revoke", "reviewer", (("given", ("reason",)),)),
    Wish("note", ""),
)
ON_A_TASK = (
    Wish("claim", "reviewer"),
    Wish("release", "reviewer"),
    Wish("ask_supplement", "reviewer"),
    Wish("ask_opinion", "reviewer"),
)


def possible_acts(
    rules: ProcedureRules,
    state: CaseState,
    caller: Caller,
    now: datetime,
    stands_in_for: frozenset[str] = frozenset(),
) -> list[PossibleAct]:
    """What this caller may do in the case at this instant, in the order in which people think of it: answers first.
    `stands_in_for` are the absent officers whose substitute the caller is."""
    trial = _Trial(rules, state, caller, max(now, state.at or now), stands_in_for)
    found = [*trial.answers(), *trial.corrections(), *trial.on_tasks(), *trial.on_the_case()]
    return [PossibleAct(act=kind, task_id=task_id, outcomes=list(outcomes)) for kind, task_id, outcomes in found]


Found = tuple[str, str | None, tuple[str, ...]]


@dataclass(frozen=True)
class _Trial:
    rules: ProcedureRules
    state: CaseState
    caller: Caller
    at: datetime
    stands_in_for: frozenset[str]

    def answers(self) -> Iterator[Found]:
        """The open tasks that the caller may decide, each with the outcomes that the case allows."""
        for task in self.state.open_tasks():
            if not self._is_before_the_caller(task):
                continue
            allowed = tuple(each.outcome for each in self._outcomes(task) if self._may(self._decision(task, each)))
            if allowed:
                yield "decide", task.task_id, allowed

    def corrections(self) -> Iterator[Found]:
        """The decisions of the caller's body that the caller may correct."""
        for task in self.state.tasks.values():
            if task.ended != "decided" or not self._is_before_the_caller(task) or task.body == APPLICANT:
                continue
            allowed = tuple(each.outcome for each in self._outcomes(task) if self._may(self._correction(task, each)))
            if allowed:
                yield "correct", task.task_id, allowed

    def on_tasks(self) -> Iterator[Found]:
        """What the caller may do to open tasks without deciding them."""
        for task in self.state.open_tasks():
            if task.body == APPLICANT:
                continue
            if self._is_before_the_caller(task):
                for wish in ON_A_TASK:
                    if self._serves_as(wish) and not self._is_idle(wish, task) and self._may(self._act(wish, task)):
                        yield wish.kind, task.task_id, ()
                extension = self._extension(task)
                if extension and self.caller.has("reviewer") and self._may(extension):
                    yield "extend", task.task_id, ()
                yield from self._stops(task)
                if self.caller.has("reviewer") and self._may(self._reassignment(task)):
                    yield "reassign", task.task_id, ()
            if self.caller.has("reviewer", "supervisor") and self._may(self._urging(task)):
                yield "urge", task.task_id, ()

    def on_the_case(self) -> Iterator[Found]:
        """What the caller may do to the case as a whole."""
        for wish in ON_THE_CASE:
            if self._serves_as(wish) and self._may(self._act(wish)):
                yield wish.kind, None, ()

    def _serves_as(self, wish: Wish) -> bool:
        if wish.role == APPLICANT and self.caller.serves_who_asked(self.state):
            return self.caller.has("reviewer")
        return self.caller.has(wish.role) if wish.role else self.caller.has("applicant", "reviewer", "supervisor")

    def _is_before_the_caller(self, task: TaskState) -> bool:
        if task.body == APPLICANT:
            return self.state.party == self.caller.account_id and self.caller.has(APPLICANT)
        return self.caller.has("reviewer") and task.body == self.caller.body

    def _is_idle(self, wish: Wish, task: TaskState) -> bool:
        """Whether the judge would take the act and it would change nothing."""
        return wish.kind == "claim" and task.claimed_by is not None

    def _outcomes(self, task: TaskState) -> list[Outcome]:
        stage = self.rules.stage(task.stage)
        return [each for each in stage.outcomes if each.is_decided_by_somebody] if stage else []

    def _fields(self, task: TaskState | None = None) -> dict[str, Any]:
        known = {"id": PROBE, "case_id": self.state.case_id, "by": self.caller.actor, "received_at": self.at}
        if task is None:
            return known
        absent = task.claimed_by if task.claimed_by in self.stands_in_for else None
        return known | {"task_id": task.task_id, "in_place_of": absent}

    def _act(self, wish: Wish, task: TaskState | None = None) -> a.Act:
        return ACT.validate_python({"kind": wish.kind, **self._fields(task), **dict(wish.more)})

    def _decision(self, task: TaskState, outcome: Outcome) -> a.Decide:
        return a.Decide(
            **self._fields(task),
            outcome=outcome.outcome,
            given=self._given(task, outcome),
            limit=_limit(outcome),
            measure=self._draft(outcome),
        )

    def _correction(self, task: TaskState, outcome: Outcome) -> a.Correct:
        return a.Correct(**self._fields(task), outcome=outcome.outcome, given=self._given(task, outcome))

    def _stops(self, task: TaskState) -> Iterator[Found]:
        """Whether the clock can be stopped by a decision, or run again, by any rule."""
        if not self.caller.has("reviewer"):
            return
        rules = list(stopping(self.rules, task, StopBegins.BY_DECISION))
        if any(self._may(a.StopClock(**self._fields(task), stop=rule.stop, given=AMONG_BODIES)) for rule in rules):
            yield "stop_clock", task.task_id, ()
        if any(self._may(a.RunClock(**self._fields(task), stop=rule.stop)) for rule in rules):
            yield "run_clock", task.task_id, ()

    def _extension(self, task: TaskState) -> a.Extend | None:
        """By as little as the unit of its period knows, where it can be extended. Whether the caller holds a post that
        is named is looked up at the receipt."""
        stage = self.rules.stage(task.stage)
        rule = stage.extension if stage else None
        if rule is None:
            return None
        posts = frozenset({rule.by_post} if rule.by_post else ())
        least = f"1{parse_period(rule.at_most).unit}"
        return a.Extend(**self._fields(task), period=least, given=AMONG_BODIES, posts=posts)

    def _reassignment(self, task: TaskState) -> a.Reassign:
        supervises = self.caller.has("supervisor")
        return a.Reassign(**self._fields(task), to=PROBE, to_body=task.body, supervises=supervises)

    def _urging(self, task: TaskState) -> a.Urge:
        county = self.caller.county if self.caller.heads_county else None
        of_county = task.body if county and task.body in county.bodies else None
        return a.Urge(**self._fields(task), roles=self.caller.roles, body_of_county=of_county)

    def _given(self, task: TaskState, outcome: Outcome) -> frozenset[str]:
        """All fields that the outcome can demand; for an applicant, those that an applicant can state."""
        demanded = frozenset(name for requirement in outcome.requires for name in requirement.any_of) | {"reason"}
        stated = demanded & STATED_BY_APPLICANT if task.body == APPLICANT else demanded
        return stated | AMONG_BODIES

    def _draft(self, outcome: Outcome) -> Measure | None:
        """An entry with every field, where the outcome submits one."""
        if outcome.entry is not EntryEffect.SUBMIT:
            return None
        return Measure(entry_fields=frozenset(rule.field for rule in self.rules.entry), entry_items=(PROBE,))

    def _may(self, act: a.Act) -> bool:
        try:
            BY_NAME[self.state.procedure].judge(self.rules, self.state, act)
        except ExtensionTooLong:
            # It was tried with the least that can be asked for.
            return False
        except Unmet:
            return True
        except Refusal:
            return False
        return True


def _limit(outcome: Outcome) -> TimeLimit | None:
    """A limit, where the outcome is to set one."""
    demanded = {name for requirement in outcome.requires for name in requirement.any_of}
    return TimeLimit(period="10wd") if "time_limit" in demanded else None
