"""The read model of a case: the rows in which it is searched, each as the fold of its log makes it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from activities.statements import insert, upsert
from activities.tables.cases import FORESEEN
from models.kept_back import by_kind
from models.passing import foreseen
from models.state import CaseState, GrantState
from models.task_state import TaskState
from models.using import first_report_on
from rules.pack import GROUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from activities.database import Connection
    from rules.procedure_rules import ProcedureRules


class CaseKept(NamedTuple):
    """A row of `cases`, but for what the engine knows of it."""

    number: int
    case_number: str
    city: str
    procedure: str
    dataset_id: str
    party: str
    for_body: str | None
    provider: str | None
    urgency: str | None
    received_at: datetime | None
    wanted_until: datetime | None
    rules_digest: str
    outcome: str | None
    closed_at: datetime | None


class TaskKept(NamedTuple):
    """A row of `tasks`, but for when it is to be reminded of."""

    task_id: str
    case_id: str
    city: str
    procedure: str
    party: str
    step: str
    stage: str
    round: int
    body: str
    urgency: str | None
    state: str
    claimed_by: str | None
    outcome: str | None
    late: bool
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    at_once: bool
    provisional: bool
    urgings: int
    urged_at: datetime | None
    lapsed_of: str | None
    supplement_asked_at: datetime | None
    supplement_act: str | None
    case_received_at: datetime | None
    clock: str


class GrantKept(NamedTuple):
    """A row of `grants`, as a grant begins."""

    case_id: str
    granted_by: str
    dataset_id: str
    party: str
    data_items: list[str]
    access_mode: str | None
    access_modes: list[str]
    use: str | None
    granted_at: datetime | None
    valid_until: datetime
    daily_calls: int | None
    report_days: int | None
    next_report_on: date | None
    shared: str | None


class ObjectionKept(NamedTuple):
    """A row of `objections`."""

    case_id: str
    dataset_id: str
    party: str
    ground: str | None
    disputed: bool
    answered_at: datetime | None
    upheld: bool | None


class RestrictionKept(NamedTuple):
    """A row of `restrictions`: one way in which a case keeps data back, or did last."""

    case_id: str
    dataset_id: str
    kind: str
    data_items: list[str]
    except_items: list[str]
    since: datetime | None
    ended_at: datetime | None


class CurtailmentKept(NamedTuple):
    """A row of `curtailments`: what a case has taken of a grant, until it was given back, and what is public of it."""

    case_id: str
    city: str
    dataset_id: str
    grant_case_id: str
    effect: str
    data_items: list[str]
    access_mode: str | None
    misuse: str | None
    body: str
    stage: str
    outcome: str
    source: str
    article: str
    basis: str
    since: datetime
    ended_at: datetime | None
    made_public_at: datetime | None
    corrected_at: datetime | None


class DelegationKept(NamedTuple):
    """A row of `delegations`: who may use a grant beside its holder."""

    delegation_id: str
    case_id: str
    delegate: str
    accesses: int
    delegated_at: datetime
    until_at: datetime
    key_digest: str | None
    ended: str | None


class FiledOfBody(NamedTuple):
    """A row of `filed_of_bodies`: what stands in the directory since the case ended."""

    case_id: str
    body: str
    procedure: str
    action: str | None
    since: datetime


AS_IT_OPENED = (
    "case_id",
    "city",
    "procedure",
    "party",
    "step",
    "stage",
    "round",
    "opened_at",
    "at_once",
    "case_received_at",
)
UPSERT_TASK = upsert("tasks", (*TaskKept._fields, "remind_at"), ("task_id",), AS_IT_OPENED)
INSERT_GRANT = insert("grants", GrantKept._fields)
UPSERT_OBJECTION = upsert("objections", ObjectionKept._fields, ("case_id",), ("dataset_id", "party", "ground"))
UPSERT_RESTRICTION = upsert("restrictions", RestrictionKept._fields, ("case_id", "kind"), ("dataset_id",))
UPSERT_CURTAILMENT = upsert(
    "curtailments",
    CurtailmentKept._fields,
    ("case_id",),
    CurtailmentKept._fields[: CurtailmentKept._fields.index("ended_at")],
)
UPSERT_DELEGATION = upsert(
    "delegations",
    DelegationKept._fields,
    ("delegation_id",),
    DelegationKept._fields[: DelegationKept._fields.index("key_digest")],
)
INSERT_FILED_OF_BODY = insert("filed_of_bodies", FiledOfBody._fields)
NO_MORE_FORESEEN = "delete from tasks where case_id = any($1) and state = $2 and ended_at is null"
OTHERWISE_RESTRICTED = "delete from restrictions where case_id = $1 and kind <> all($2)"


class Change(NamedTuple):
    """What one write makes of a case, under its rules."""

    rules: ProcedureRules
    before: CaseState
    after: CaseState


async def keep_tasks(connection: Connection, changes: Sequence[Change]) -> None:
    """Changes the rows of the tasks of these cases, one change a case; the same statements for one case and for many.

    Those that time will open go before the rows of this write: what was foreseen may have come to be, or not be so any
    more.
    """
    if opening := [each.after.case_id for each in changes if each.rules.opens_when_passed]:
        await connection.execute(NO_MORE_FORESEEN, opening, FORESEEN)
    rows: list[tuple[object, ...]] = []
    for rules, before, after in changes:
        amended = after.choices.get("urgency") != before.choices.get("urgency")
        changed = (task for task in after.tasks.values() if amended or before.tasks.get(task.task_id) != task)
        rows += [(*task_kept(after, task), look_again_at(after, task)) for task in changed]
        rows += [(*foreseen_kept(after, task), task.opened_at) for task in foreseen(rules, after)]
    if rows:
        await connection.executemany(UPSERT_TASK, rows)


async def keep(connection: Connection, rules: ProcedureRules, before: CaseState, after: CaseState) -> None:
    """Changes the rows of a case from what its log made of it `before` a write to what it makes `after`."""
    await keep_tasks(connection, [Change(rules, before, after)])
    if after.grant and not before.grant:
        await connection.execute(INSERT_GRANT, *grant_kept(after, after.grant))
    elif after.grant and (after.grant != before.grant or after.closed):
        await connection.execute(
            "update grants set key_digest = $2, ended = $3 where case_id = $1",
            after.case_id,
            after.grant.key_digest,
            after.closed,
        )
    if after.delegations != before.delegations:
        known = set(delegations_kept(before))
        await connection.executemany(UPSERT_DELEGATION, [row for row in delegations_kept(after) if row not in known])
    if not before.closed and (filed := filed_of_body(rules, after)):
        await connection.execute(INSERT_FILED_OF_BODY, *filed)
    if (objection := objection_kept(after)) and objection != objection_kept(before):
        await connection.execute(UPSERT_OBJECTION, *objection)
    if (curtailment := curtailment_kept(after)) and curtailment != curtailment_kept(before):
        await connection.execute(UPSERT_CURTAILMENT, *curtailment)
    if (restrictions := restrictions_kept(after)) != restrictions_kept(before):
        await connection.execute(OTHERWISE_RESTRICTED, after.case_id, [row.kind for row in restrictions])
        await connection.executemany(UPSERT_RESTRICTION, restrictions)


def case_kept(state: CaseState) -> CaseKept:
    """A case as the read model keeps it."""
    return CaseKept(
        number=state.number,
        case_number=state.case_number,
        city=state.city,
        procedure=state.procedure,
        dataset_id=state.dataset_id,
        party=state.party,
        for_body=state.for_body,
        provider=state.bodies.get("provider"),
        urgency=state.choices.get("urgency"),
        received_at=state.received_at,
        wanted_until=state.wanted_until,
        rules_digest=state.rules_digest,
        outcome=state.closed,
        closed_at=state.closed_at,
    )


def task_kept(case: CaseState, task: TaskState) -> TaskKept:
    """A task as the read model keeps it."""
    return TaskKept(
        task_id=task.task_id,
        case_id=case.case_id,
        city=case.city,
        procedure=case.procedure,
        party=case.party,
        step=task.step,
        stage=task.stage,
        round=task.round,
        body=task.body,
        urgency=case.choices.get("urgency"),
        state=task.state,
        claimed_by=task.claimed_by,
        outcome=task.outcome,
        late=task.late,
        opened_at=task.opened_at,
        ended_at=task.ended_at,
        due_at=task.clock.due_at,
        at_once=task.clock.promptly,
        provisional=task.clock.provisional,
        urgings=task.urgings,
        urged_at=task.urged_at,
        lapsed_of=task.lapsed_of,
        supplement_asked_at=task.supplement_asked_at,
        supplement_act=task.supplement_act,
        case_received_at=case.received_at,
        clock=task.clock.model_dump_json(),
    )


def foreseen_kept(case: CaseState, task: TaskState) -> TaskKept:
    """A task that time will open, as the read model keeps it: from its instant on every reader finds it open, whether
    or not a worker has come to it."""
    return task_kept(case, task)._replace(state=FORESEEN)


def look_again_at(case: CaseState, task: TaskState) -> datetime | None:
    """When the reminder looks at a task that has changed: at once, because only the reminder knows the next point;
    never at a task that is done, or that neither has an end nor is owed promptly."""
    clock = task.clock
    return case.at if task.is_open and (clock.due_at or clock.own_due_at or clock.promptly) else None


def grant_kept(case: CaseState, it: GrantState) -> GrantKept:
    """A grant as it begins."""
    assert case.received_at, "a grant begins at an instant"
    return GrantKept(
        case_id=case.case_id,
        granted_by=it.granted_by,
        dataset_id=case.dataset_id,
        party=case.party,
        data_items=list(it.data_items),
        access_mode=it.access_mode,
        access_modes=list(it.access_modes),
        use=it.use,
        granted_at=case.received_at,
        valid_until=it.valid_until,
        daily_calls=it.daily_calls,
        report_days=it.report_days,
        next_report_on=first_report_on(case.received_at, it.report_days) if it.report_days else None,
        shared=it.shared,
    )


def delegations_kept(case: CaseState) -> list[DelegationKept]:
    """Who may use a grant beside its holder, or could, as the read model keeps it."""
    return [
        DelegationKept(
            delegation_id=each.delegation,
            case_id=case.case_id,
            delegate=each.to,
            accesses=each.accesses,
            delegated_at=each.delegated_at,
            until_at=each.until,
            key_digest=each.key_digest,
            ended=each.ended.value if each.ended else None,
        )
        for each in case.delegations.values()
    ]


def filed_of_body(rules: ProcedureRules, case: CaseState) -> FiledOfBody | None:
    """What stands in the directory since the case ended; None where it is open, or its end puts nothing there."""
    ending = rules.ending(case.closed) if case.closed else None
    if ending is None or not ending.directory or case.for_body is None or case.closed_at is None:
        return None
    action = case.choices.get("account_action")
    return FiledOfBody(case.case_id, case.for_body, case.procedure, action, case.closed_at)


def objection_kept(case: CaseState) -> ObjectionKept | None:
    """An objection as the read model keeps it; None for any other case."""
    if case.standing is None:
        return None
    return ObjectionKept(
        case_id=case.case_id,
        dataset_id=case.dataset_id,
        party=case.party,
        ground=case.choices.get(GROUND),
        disputed=case.disputed,
        answered_at=case.answered_at,
        upheld=case.upheld,
    )


def curtailment_kept(case: CaseState) -> CurtailmentKept | None:
    """What a case has taken of a grant, as the read model keeps it; None where it has taken nothing."""
    if (it := case.curtailed) is None:
        return None
    return CurtailmentKept(
        case_id=case.case_id,
        city=case.city,
        dataset_id=case.dataset_id,
        grant_case_id=it.grant,
        effect=it.effect.value,
        data_items=list(it.data_items),
        access_mode=it.access_mode,
        misuse=it.misuse,
        body=it.body,
        stage=it.stage,
        outcome=it.outcome,
        source=it.source,
        article=it.article,
        basis=it.basis.value,
        since=it.at,
        ended_at=case.restored_at,
        made_public_at=case.made_public_at,
        corrected_at=case.corrected_at,
    )


def restrictions_kept(case: CaseState) -> list[RestrictionKept]:
    """What a case keeps back, or kept back last, a row for each way in which it does; none if it never did."""
    return [
        RestrictionKept(
            case_id=case.case_id,
            dataset_id=case.dataset_id,
            kind=each.kind.value,
            data_items=list(each.data_items),
            except_items=list(each.except_items),
            since=each.since,
            ended_at=case.lifted_at,
        )
        for each in by_kind(case.kept_back)
    ]
