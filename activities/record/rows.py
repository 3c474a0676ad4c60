"""The read model of a case: the rows in which it is searched, each as the fold of its log makes it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from activities.record.task_rows import Change, keep_tasks
from activities.statements import insert, upsert
from models.curtailing import NOTHING_TAKEN
from models.kept_back import by_kind
from models.state import CaseState, GrantState
from models.using import first_report_on
from rules.pack import GROUND

if TYPE_CHECKING:
    from activities.database import Connection
    from models.misuse_events import MisuseFound
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
OTHERWISE_RESTRICTED = "delete from restrictions where case_id = $1 and kind <> all($2)"


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
    """What a case has taken of a grant, or found of the use of data, as the read model keeps it; None where neither."""
    if found := case.misuse_found:
        return finding_kept(case, found)
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


def finding_kept(case: CaseState, it: MisuseFound) -> CurtailmentKept:
    """A finding by which nothing was taken: it is over as soon as it is there, and has its own case where it names no
    grant."""
    return CurtailmentKept(
        case_id=case.case_id,
        city=case.city,
        dataset_id=case.dataset_id,
        grant_case_id=it.grant or case.case_id,
        effect=NOTHING_TAKEN,
        data_items=[],
        access_mode=None,
        misuse=it.misuse,
        body=it.body,
        stage=it.stage,
        outcome=it.outcome,
        source=it.source,
        article=it.article,
        basis=it.basis.value,
        since=it.at,
        ended_at=it.at,
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
