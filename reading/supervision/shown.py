"""What supervisors are shown: tasks that are overdue or due soon, and how many of them lie where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from reading.directory import questions as directory
from reading.shape import Instant, RuleNamed, Shape
from reading.store import Present, Store
from reading.supervision.questions import Group, Supervised, late_days
from reading.updates import questions as updates
from reading.words.clocks import last_day
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from rules.deadlines import midnight, to_shanghai
from rules.loading import load_pack
from rules.pack import CATALOGUE_UPDATE
from rules.pinned import APPLICANT, Label
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, ProcedureUnknown, as_last_in_force


class SupervisedTask(Shape):
    """A task that is overdue or due soon. `held_by` is the login of the officer who claimed it, null while it is the
    whole body's; `held_since` is the claim, or the day on which the body got it. Working days are those of the city's
    calendar, by what is known of it now."""

    task_id: str
    case_id: str
    case_number: str
    city: str
    procedure: str
    procedure_label: str
    dataset_id: str | None
    stage: str
    label: str
    body: str
    body_name: str
    state: Literal["open", "claimed"]
    held_by: str | None
    held_since: Instant
    opened_at: Instant
    due_at: Instant
    last_day: date
    provisional: bool
    overdue: bool
    late_working_days: Annotated[int, Field(description="begun since the last day in time; 0 until the next begins")]
    left_working_days: Annotated[int, Field(description="after today, up to the last day in time")]
    urgings: int
    urged_at: Instant | None
    waits_for: Annotated[str | None, Field(description="the case that has to be over before this one goes on")]
    rule: RuleNamed
    revised_at: Annotated[Instant, Field(exclude=True)]


class Counted(Shape):
    """How many tasks of a city are overdue before one body, in one procedure or at one stage; what is null is not told
    apart."""

    city: str
    body: str | None = None
    body_name: str | None = None
    procedure: str | None = None
    procedure_label: str | None = None
    stage: str | None = None
    label: str | None = None
    overdue: int


class OverdueCounts(Shape):
    """How many tasks are overdue at that instant, as a whole and by each; the most first."""

    as_of: Instant
    overdue: int
    by_body: list[Counted]
    by_procedure: list[Counted]
    by_stage: list[Counted]


class Named(NamedTuple):
    """The names of a procedure and of its stages."""

    procedure: Label
    rules: ProcedureRules | None

    def stage(self, stage: str) -> Label:
        found = self.rules.stage(stage) if self.rules else None
        return found.label if found else Label(zh=stage, en=stage)


async def tasks_shown(
    store: Store, listed: Sequence[Supervised], present: Present, language: Language
) -> list[SupervisedTask]:
    """The tasks of a list, in its order."""
    logins = await directory.logins(store, (each.task.claimed_by for each in listed))
    bodies = await directory.body_names(store, (each.task.body for each in listed))
    bodies[APPLICANT] = texts().supervision["applicant"]
    waits = await updates.waiting_for(
        store, (each.task.case_id for each in listed if each.task.procedure == CATALOGUE_UPDATE)
    )
    rules = {each.case.rules_digest: await store.rules(each.case.rules_digest) for each in listed}
    return [
        task_shown(
            each,
            Law(rules[each.case.rules_digest], language),
            bodies,
            logins,
            present,
            waits.get(each.task.case_id),
        )
        for each in listed
    ]


def task_shown(
    each: Supervised,
    law: Law,
    bodies: dict[str, Label],
    logins: dict[str, str],
    present: Present,
    waits_for: str | None,
) -> SupervisedTask:
    task, case, due_at = each.task, each.case, each.place.due_at
    stage = law.rules.stage(task.stage)
    assert stage, f"the read model holds a stage that the rules do not know: {task.stage}"
    scope, last = task.clock["calendar"], last_day(due_at)
    today = to_shanghai(present.now).date()
    return SupervisedTask(
        **task.model_dump(include={"task_id", "case_id", "city", "procedure", "stage", "body", "state"}),
        **task.model_dump(include={"opened_at", "provisional", "urgings", "urged_at"}),
        case_number=case.case_number,
        procedure_label=law.say(law.rules.label),
        dataset_id=case.dataset_id or None,
        label=law.say(stage.label),
        body_name=law.say(bodies[task.body]) if task.body in bodies else task.body,
        held_by=logins.get(task.claimed_by) if task.claimed_by else None,
        held_since=each.claimed_at or task.opened_at,
        due_at=due_at,
        last_day=last,
        overdue=due_at <= present.now,
        late_working_days=late_days(last, scope, present.now, present.record),
        left_working_days=present.record.calendar(scope).working_days_between(today, last),
        waits_for=waits_for,
        rule=law.named(stage.period_citation or stage.citation),
        revised_at=revised_at(each, present),
    )


def revised_at(each: Supervised, present: Present) -> datetime:
    """When what is told of a task last changed: it came to its holder, was urged, a notice set its clock, or, since it
    is overdue, another day began."""
    changes = [each.task.opened_at, each.claimed_at, each.task.urged_at]
    if version := each.task.clock["calendar_version"]:
        changes.append(present.record.notices[version - 1].recorded_at)
    if each.place.due_at <= present.now:
        changes += [each.place.due_at, midnight(to_shanghai(present.now).date())]
    return max(change for change in changes if change and change <= present.now)


async def counts_shown(store: Store, found: Counter[Group], now: datetime, language: Language) -> OverdueCounts:
    """The counts, with the names that bodies, procedures and stages have today."""
    bodies = await directory.body_names(store, {group.body for group in found})
    bodies[APPLICANT] = texts().supervision["applicant"]
    today = to_shanghai(now).date()

    def counted(*told: Literal["body", "procedure", "stage"]) -> list[Counted]:
        sums: Counter[tuple[str, ...]] = Counter()
        for group, overdue in found.items():
            sums[(group.city, *(getattr(group, name) for name in told))] += overdue
        ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
        return [one(city, dict(zip(told, key, strict=True)), overdue) for (city, *key), overdue in ordered]

    def one(city: str, by: dict[str, str], overdue: int) -> Counted:
        body, procedure, stage = by.get("body"), by.get("procedure"), by.get("stage")
        named = named_on(city, procedure, today) if procedure else None
        return Counted(
            city=city,
            body=body,
            body_name=said(bodies[body], language) if body in bodies else body,
            procedure=procedure,
            procedure_label=said(named.procedure, language) if named else None,
            stage=stage,
            label=said(named.stage(stage), language) if named and stage else None,
            overdue=overdue,
        )

    return OverdueCounts(
        as_of=now,
        overdue=found.total(),
        by_body=counted("body"),
        by_procedure=counted("procedure"),
        by_stage=counted("procedure", "stage"),
    )


@lru_cache(maxsize=256)
def named_on(city: str, procedure: str, on: date) -> Named:
    """The names of a procedure as the city's law has them on a day; its code where it knows the procedure no more."""
    try:
        rules = as_last_in_force(load_pack(city), procedure, on)
    except (NotInForce, ProcedureUnknown):
        return Named(Label(zh=procedure, en=procedure), None)
    return Named(rules.label, rules)
