"""Tasks, counts and acts as supervisors read them: with today's names, and by the law of each case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from activities.tables.cases import FORESEEN, CaseRow, TaskRow
from models.clock import Clock
from reading.calendar.shown import clocks_are_moved
from reading.slices import Slice
from reading.store import Present, Store
from reading.supervision.names import Names, body_labels, named_on, names_in
from reading.supervision.questions import DueTask, PromptlyOwed, Waiting
from reading.supervision.shapes import (
    Counted,
    OverdueCounts,
    PromptTask,
    StandardShown,
    SupervisedTask,
    TaskHeld,
    WaitingAct,
)
from reading.updates import questions as updates
from reading.words.clocks import last_day
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from rules.deadlines import midnight, to_shanghai
from rules.pinned import ReminderRule
from rules.pinned_stages import Stage
from rules.procedure_names import CATALOGUE_UPDATE

NO_ANSWER = "no_answer"
"""Why an act waits that was not tried in vain: engine or worker are away, or do not come to an answer."""


@dataclass(frozen=True)
class _TaskInLaw:
    """A task with its case, by the law that the case keeps."""

    task: TaskRow
    case: CaseRow
    law: Law

    @property
    def stage(self) -> Stage:
        stage = self.law.rules.stage(self.task.stage)
        assert stage, f"the read model holds a stage that the rules do not know: {self.task.stage}"
        return stage

    def held(self, names: Names) -> TaskHeld:
        return TaskHeld(
            **self.task.model_dump(include={"task_id", "case_id", "city", "procedure", "stage", "body", "state"})
            | ({"state": "open"} if self.task.state == FORESEEN else {}),  # a list has none that has yet to open
            case_number=self.case.case_number,
            procedure_label=self.law.say(self.law.rules.label),
            dataset_id=self.case.dataset_id or None,
            label=self.law.say(self.stage.label),
            body_name=names.body(self.task.body, self.law.language),
            held_by=names.holder(self.task),
        )


async def _in_law(store: Store, task: TaskRow, case: CaseRow, language: Language) -> _TaskInLaw:
    return _TaskInLaw(task, case, Law(await store.rules(case.rules_digest), language))


async def due_tasks_shown(
    store: Store, found: Sequence[DueTask], present: Present, language: Language
) -> list[SupervisedTask]:
    """The tasks of a list, in its order."""
    names = await names_in(store, [each.task for each in found])
    updating = (each.task.case_id for each in found if each.task.procedure == CATALOGUE_UPDATE)
    waits_for = await updates.waiting_for(store, updating)
    items = []
    for each in found:
        in_law = await _in_law(store, each.task, each.case, language)
        items.append(_due_task(each, in_law, names, present, waits_for.get(each.task.case_id)))
    return items


def _due_task(
    each: DueTask, in_law: _TaskInLaw, names: Names, present: Present, waits_for: str | None
) -> SupervisedTask:
    task, stage, last = each.task, in_law.stage, last_day(each.due_at)
    calendar, today = present.record.calendar(task.clock["calendar"]), to_shanghai(present.now).date()
    return SupervisedTask(
        **dict(in_law.held(names)),
        **task.model_dump(include={"opened_at", "provisional", "urgings", "urged_at"}),
        held_since=each.claimed_at or task.opened_at,
        due_at=each.due_at,
        last_day=last,
        moves_pending=each.moves_pending and Clock.model_validate(task.clock).may_be_moved_by_a_notice,
        overdue=each.due_at <= present.now,
        late_working_days=calendar.working_days_between(last, today),
        left_working_days=calendar.working_days_between(today, last),
        waits_for=waits_for,
        rule=in_law.law.named(stage.period_citation or stage.citation),
        revised_at=_revised_at(each, present),
    )


def _revised_at(each: DueTask, present: Present) -> datetime:
    """When the answer about a task last changed: it came to its holder, was urged, a notice set its clock, or, since it
    is overdue, another day began."""
    changes = [each.task.opened_at, each.claimed_at, each.task.urged_at]
    if version := each.task.clock["calendar_version"]:
        changes.append(present.record.notices[version - 1].recorded_at)
    if each.due_at <= present.now:
        changes += [each.due_at, midnight(to_shanghai(present.now).date())]
    return max(change for change in changes if change and change <= present.now)


async def prompt_tasks_shown(
    store: Store, found: Sequence[PromptlyOwed], present: Present, language: Language
) -> list[PromptTask]:
    """The tasks of a list, in its order."""
    names = await names_in(store, [each.task for each in found])
    return [_prompt_task(await _in_law(store, each.task, each.case, language), names, present) for each in found]


def _prompt_task(in_law: _TaskInLaw, names: Names, present: Present) -> PromptTask:
    stage, clock = in_law.stage, Clock.model_validate(in_law.task.clock)
    begun, today = to_shanghai(clock.started_at).date(), to_shanghai(present.now).date()
    return PromptTask(
        **dict(in_law.held(names)),
        **in_law.task.model_dump(include={"opened_at", "urgings", "urged_at"}),
        since=clock.started_at,
        used_seconds=max(0, int((present.now - clock.started_at).total_seconds())),
        used_working_days=present.record.calendar(clock.calendar).working_days_between(begun, today),
        standard=standard_shown(in_law.law, in_law.law.rules.reminders, clock, present),
        rule=in_law.law.named(stage.period_citation or stage.citation),
    )


def standard_shown(law: Law, rule: ReminderRule | None, clock: Clock, present: Present) -> StandardShown | None:
    """Our standard for a task that is owed promptly, by the calendar; None where the city has none."""
    if rule is None or rule.at_once_within is None:
        return None
    deadline = present.record.calendar(clock.calendar).deadline(clock.started_at, rule.at_once_within)
    return StandardShown(
        **law.cited(rule.citation).model_dump(),
        within=rule.at_once_within,
        until=deadline.due_at,
        last_day=deadline.last_day,
        is_over=deadline.due_at <= present.now,
    )


def waiting_shown(each: Waiting, language: Language) -> WaitingAct:
    """An act that waits, and in words why."""
    task, failure = each.task, each.failure
    why = failure.why if failure else NO_ANSWER
    return WaitingAct(
        **each.act.model_dump(include={"act_id", "case_id", "kind", "received_at"}),
        **each.case.model_dump(include={"case_number", "city", "procedure"}),
        task_id=task.task_id if task else None,
        body=task.body if task else None,
        why=why,
        said=said(texts().waiting[why], language),
        times=failure.times if failure else 0,
        last_tried_at=failure.last_at if failure else None,
    )


async def counts_shown(store: Store, found: Counter[Slice], now: datetime, language: Language) -> OverdueCounts:
    """The counts, with the names that bodies, procedures and stages have today."""
    names = Names(await body_labels(store, {each.body for each in found if each.body}), {})
    today = to_shanghai(now).date()

    def sums(of: Callable[[Slice], Slice]) -> list[Counted]:
        counts: Counter[Slice] = Counter()
        for each, overdue in found.items():
            counts[of(each)] += overdue
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [_counted(each, overdue, names, today, language) for each, overdue in ordered]

    return OverdueCounts(
        as_of=now,
        clocks_are_moved=await clocks_are_moved(store.archive),
        overdue=found.total(),
        by_body=sums(lambda each: Slice(each.city, each.body)),
        by_procedure=sums(lambda each: Slice(each.city, procedure=each.procedure)),
        by_stage=sums(lambda each: Slice(each.city, procedure=each.procedure, stage=each.stage)),
    )


def _counted(of: Slice, overdue: int, names: Names, today: date, language: Language) -> Counted:
    named = named_on(of.city, of.procedure, today) if of.procedure else None
    return Counted(
        city=of.city,
        body=of.body,
        body_name=names.body(of.body, language) if of.body else None,
        procedure=of.procedure,
        procedure_label=said(named.procedure, language) if named else None,
        stage=of.stage,
        label=said(named.stage(of.stage), language) if named and of.stage else None,
        overdue=overdue,
    )
