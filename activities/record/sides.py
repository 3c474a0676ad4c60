"""Conflict of interest (回避), as far as the record and the directory know of it: for which body a case is filed, whose
affair it is beside that, and the tasks of which nobody of the body is impartial."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from activities.idempotency import digest, id_from_key
from models.acts import Actor, Entrust, Revoke
from models.conflicts import concerned_by_cause, impartial
from models.events import read_events
from models.procedures import BY_NAME
from models.procedures.access import revoking_bodies
from models.state import CaseState, fold
from rules.pinned import APPLICANT
from rules.procedure_names import ABOUT_A_USER, ACCESS, ACCESS_REQUEST, SHARING_REQUEST

if TYPE_CHECKING:
    from activities.database import Connection
    from models.procedure import Procedure
    from rules.pinned import RecusalRule
    from rules.procedure_rules import ProcedureRules

BY_DIRECTORY = Actor(account="directory")
"""Who says that nobody of a body is impartial."""
NOT_STAMPED = datetime.min.replace(tzinfo=UTC)
"""The inbox stamps every act."""
OFFICERS = """
with standing as (
  select case_id, party from cases
  where dataset_id = $1 and dataset_id <> '' and procedure = any($2) and for_body is null and {standing}
), those as (
  select party from standing
  union select delegate from delegations join standing using (case_id) where {delegated}
)
select party from those join accounts on account_id = party where party <> $3 and body is not null order by party
"""
"""Holders, those who ask, and delegates. Whoever serves no body acts for none, and is named in no log; what a body has
or asks for is nobody's own."""
WITH_ACCESS = OFFICERS.format(standing="closed_at is null", delegated="delegations.ended is null")
WITH_ACCESS_EVER = OFFICERS.format(standing=f"(closed_at is null or procedure = '{ACCESS}')", delegated="true")
"""What is found of the use of data may be found of a grant that is over."""
GIVES_ACCESS = [ACCESS, ACCESS_REQUEST, SHARING_REQUEST]
BODIES = "select role, body from bodies where city = $1 and role <> 'provider' and county is null"
SERVING = """
select body, array_agg(account_id order by account_id) as accounts from accounts
where body = any($1) and 'reviewer' = any(roles) group by body
"""
# Open cases that lie before a body served by somebody with a side in them, and by nobody without. $3: procedures whose
# cases may be filed for a body, $4: those that always are, $5:
# those in which others than the party may have a side.
STUCK = f"""
with conflicted as (
  select tasks.case_id, tasks.task_id, tasks.body from accounts join cases on cases.party = accounts.account_id
  join tasks on tasks.case_id = cases.case_id and tasks.body = accounts.body
  where 'reviewer' = any(roles) and cases.closed_at is null and tasks.ended_at is null
  union
  select tasks.case_id, tasks.task_id, tasks.body from cases
  join events as opening on opening.case_id = cases.case_id and opening.number = 1
  join tasks on tasks.case_id = cases.case_id
  join accounts on accounts.body = tasks.body and 'reviewer' = any(roles)
  where cases.procedure = any($5) and cases.closed_at is null and tasks.ended_at is null
  and opening.event -> 'concerned' ? accounts.account_id
)
select distinct conflicted.case_id from conflicted join cases using (case_id)
join events as opening on opening.case_id = conflicted.case_id and opening.number = 1
where conflicted.body <> '{APPLICANT}' and conflicted.case_id > $2 and not exists (
  select from accounts where accounts.body = conflicted.body and 'reviewer' = any(roles)
  and not coalesce(opening.event -> 'concerned' ? account_id, false) and not (account_id = cases.party and (
    case when opening.event ->> 'for_body' is not null then opening.event ->> 'for_body' <> accounts.body
    else cases.procedure <> all($3) or (cases.procedure <> all($4) and cases.dataset_id <> '') end
  ))
)
order by conflicted.case_id limit $1
"""  # noqa: S608 - a constant


async def found_at_filing(
    connection: Connection,
    kind: Procedure,
    party: str,
    dataset_id: str,
    caused_by: str | None,
    for_body: str | None = None,
) -> dict[str, Any]:
    """What the first event of a case says of the sides in it, as the directory and the record have them now. `for_body`
    is the body that the filing names, where its procedure leaves that open."""
    found: dict[str, Any] = {}
    if for_body is None and not kind.filed_for.is_itself(dataset_id, for_body):
        found["for_body"] = await connection.fetchval("select body from accounts where account_id = $1", party)
    if caused_by is not None:
        opening = "select event from events where case_id = $1 and number = 1"
        cause = fold(CaseState(), read_events([await connection.fetchval(opening, caused_by)]))
        found["concerned"] = concerned_by_cause(cause, BY_NAME[cause.procedure].is_the_partys_own(cause))
    if kind.may_take_access:
        officers = WITH_ACCESS_EVER if kind.name in ABOUT_A_USER else WITH_ACCESS
        rows = await connection.fetch(officers, dataset_id, GIVES_ACCESS, party)
        found["concerned"] = (*found.get("concerned", ()), *(row["party"] for row in rows))
    return found


async def entrustments(
    connection: Connection, state: CaseState, in_force: RecusalRule | None, *, own: bool
) -> list[Entrust]:
    """An act for each open task of a case whose body is served by none but those who have a side in it."""
    tasks = [task for task in state.open_tasks() if task.body != APPLICANT]
    bodies, serving = await as_the_directory_stands(connection, state.city, (task.body for task in tasks))
    return [
        Entrust(
            # As the directory stands, it is tried once.
            id=id_from_key(BY_DIRECTORY.account, task.task_id, f"entrust/{task.body}/{digest({'serving': serving})}"),
            case_id=state.case_id,
            by=BY_DIRECTORY,
            received_at=NOT_STAMPED,
            task_id=task.task_id,
            serving=serving,
            bodies=bodies,
            in_force=in_force,
        )
        for task in tasks
        if serving.get(task.body) and not impartial(state, own, task.body, serving[task.body])
    ]


async def as_the_directory_stands(
    connection: Connection, city: str, bodies: Iterable[str]
) -> tuple[Mapping[str, str], Mapping[str, tuple[str, ...]]]:
    """The bodies of a city by their roles in it, and of those and these bodies the accounts that answer their tasks."""
    known = {row["role"]: row["body"] for row in await connection.fetch(BODIES, city)}
    wanted = sorted({*known.values(), *bodies})
    return known, {row["body"]: tuple(row["accounts"]) for row in await connection.fetch(SERVING, wanted)}


async def revoked_in_place(
    connection: Connection, state: CaseState, rules: ProcedureRules, in_force: RecusalRule | None, act: Revoke
) -> Revoke:
    """A revocation with what the directory says of those who may decide it, where its actor serves none of them."""
    revoking = revoking_bodies(rules, state)
    if act.by.body in revoking:
        return act
    bodies, serving = await as_the_directory_stands(connection, state.city, revoking)
    return act.model_copy(update={"bodies": bodies, "serving": serving, "in_force": in_force})
