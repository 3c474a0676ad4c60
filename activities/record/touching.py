"""What one case does to data concerns other cases: each gets an act in its inbox, in the transaction that does it.

A lock on the dataset, taken before any case's row lock, keeps those who grant or ask for data from being overlooked by
those who restrict it: the first share it, the second have it alone.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from activities.proof.chain import act_hash, algorithm_of
from activities.record.notices_first import LOOKED_AT, acts_for, still_to_move
from activities.statements import by_column, numbered
from models import events as e
from models.access_events import AccessOpened
from models.acts import (
    Act,
    Actor,
    ChangeEntry,
    Curtail,
    EntryIsPublished,
    LiftCurtailment,
    LiftRestriction,
    Restrict,
    TakeTurn,
)
from models.curtailing import NOTHING_TAKEN
from models.entries import concerns
from models.procedures import concerned_by
from models.restrictions import RestrictionTold
from rules.procedure_names import CATALOGUE_UPDATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import asyncpg

    from activities.calendar.record import RecordOfNotices
    from activities.database import Connection
    from models.state import CaseState

NAMESPACE = uuid.UUID("0b3c1b52-3d0e-5a0f-8f55-6b6169666163")
FIRST_UPDATE = f"""
select case_id from cases where dataset_id = $1 and procedure = '{CATALOGUE_UPDATE}' and closed_at is null
order by received_at limit 1
"""  # noqa: S608  # a constant of ours
ENTRY_AS_PUBLISHED = """
select openness, items, (
  select case_id from dataset_versions made where made.dataset_id = $1 and case_id is not null
  order by number desc limit 1
) as by_case
from datasets where dataset_id = $1
"""
TAKEN_OF = f"select grant_case_id from curtailments where case_id = $1 and effect <> '{NOTHING_TAKEN}'"  # noqa: S608 - made of constants
LOCKED_CASES = "select case_id, number from cases where case_id = any($1) order by case_id for update"
LAST_ACTS = """
select distinct on (case_id) case_id, seq, hash, max(received_at) over (partition by case_id) as received_at
from acts where case_id = any($1) order by case_id, seq desc
"""
"""A statement of its own: one that waits for a lock does not see the acts that came while it waited."""


class ActPut(NamedTuple):
    """An act that one case puts into the inbox of another; nobody has written anything with it."""

    act_id: str
    case_id: str
    seq: int
    kind: str
    account: str
    received_at: datetime
    act: str
    hash: str


PUT = numbered(
    f"""
with not_all_archived as (
  update cases set archived_at = null where case_id = any(:case_id) and archived_at is not null
)
insert into acts ({", ".join(ActPut._fields)}, state, content, request_digest)
select {", ".join(ActPut._fields)}, 'received', null, ''
from unnest(:act_id::text[], :case_id::text[], :seq::int[], :kind::text[], :account::text[],
  :received_at::timestamptz[], :act::jsonb[], :hash::text[]) as put ({", ".join(ActPut._fields)})
""",  # noqa: S608 - names of columns
    ActPut._fields,
)

AT_ONCE = 50
"""Cases that are handed over after one another's act; what more there are, the sweeper hands over."""
TO_HAND_OVER = """
select case_id from (
  select case_id, received_at from acts where case_id = $1 and delivered_at is null
  union all
  -- No case sends another a notice: however many of these wait, they are not looked at.
  select case_id, received_at from acts where delivered_at is null and kind <> 'apply_notice' and case_id <> $1 and (
    account = 'case:' || $1 or kind = 'file' and case_id in (
      select coalesce(event ->> 'access_case_id', event ->> 'update_case_id', event ->> 'ordered_case_id') from events
      where case_id = $1 and type in ('Granted', 'EntryChangeOrdered', 'CaseOrdered')
    )
  )
) as waiting
group by case_id order by case_id <> $1, min(received_at) limit $2
"""


async def to_hand_over(connection: Connection, case_id: str) -> tuple[str, ...]:
    """The cases to be handed over by what is on record of this one, AT_ONCE at most: itself, first, where an act of it
    has not reached the engine; those that have one from it; the access case of its grant, the update that it ordered.
    """
    return tuple(row["case_id"] for row in await connection.fetch(TO_HAND_OVER, case_id, AT_ONCE))


async def hold_dataset(connection: Connection, dataset_id: str) -> None:
    """Nobody restricts the dataset until this transaction ends."""
    await connection.execute("select pg_advisory_xact_lock_shared(hashtextextended($1, 1))", dataset_id)


async def have_dataset_alone(connection: Connection, dataset_id: str) -> None:
    """Nobody asks for the dataset, grants or restricts it until this transaction ends."""
    await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 1))", dataset_id)


async def dataset_of(connection: Connection, case_id: str) -> str:
    """The dataset that a case is about, which never changes."""
    dataset_id: str = await connection.fetchval("select dataset_id from cases where case_id = $1", case_id)
    return dataset_id


async def dataset_updated_by(connection: Connection, case_id: str) -> str | None:
    """The dataset whose entry a catalogue update changes, because the end of one lets the next go on; None for other
    cases."""
    dataset_id: str | None = await connection.fetchval(
        "select dataset_id from cases where case_id = $1 and procedure = $2", case_id, CATALOGUE_UPDATE
    )
    return dataset_id


async def restrictions_on(connection: Connection, dataset_id: str) -> dict[str, tuple[RestrictionTold, ...]]:
    """What cases keep back of a dataset now, of each the strongest first; under the lock on the dataset, until the
    transaction ends."""
    rows = await connection.fetch(
        "select case_id, kind, data_items, except_items, since from restrictions "
        "where dataset_id = $1 and ended_at is null",
        dataset_id,
    )
    found: dict[str, list[RestrictionTold]] = {}
    for row in rows:
        found.setdefault(row["case_id"], []).append(RestrictionTold.model_validate(dict(row)))
    return {by_case: tuple(sorted(each, key=lambda of: -of.kind.strength)) for by_case, each in found.items()}


def met(restrictions: Mapping[str, tuple[RestrictionTold, ...]], at: datetime) -> tuple[e.RestrictionMet, ...]:
    """The restrictions of a dataset, as events of a case that meets them."""
    return tuple(
        e.RestrictionMet.model_validate({"at": at, "by_case": by_case, **all_kept_back(each)})
        for by_case, each in sorted(restrictions.items())
    )


def all_kept_back(restrictions: tuple[RestrictionTold, ...]) -> dict[str, object]:
    """All that a case keeps back, as acts and events have it: the strongest restriction, and the others beside it."""
    first, *beside = restrictions
    return {**first.model_dump(exclude={"kind"}), "restriction": first.kind.value, "beside": tuple(beside)}


async def tell_new_grant(connection: Connection, notices: RecordOfNotices, it: AccessOpened, now: datetime) -> None:
    """Puts acts into the inbox of a new grant that name which of its data is kept back, closed or dropped.

    What was signed before that was received is granted, and then ends by it, in the order of receipt. Under the lock
    on the dataset.
    """
    restrictions = [
        Restrict.model_validate(sent_to_grant(it, by_case, now) | all_kept_back(each))
        for by_case, each in sorted((await restrictions_on(connection, it.dataset_id)).items())
    ]
    for act in (*restrictions, *await entry_as_published(connection, it, now)):
        await put(connection, notices, [act])


async def entry_as_published(connection: Connection, it: AccessOpened, now: datetime) -> list[Act]:
    """The act by which a new grant learns of the entry as an update has made it; none where that takes nothing from it.

    It makes no difference whether the request was decided before or after that publication: from its first moment on
    the entry as it stands counts for a grant.
    """
    entry = await connection.fetchrow(ENTRY_AS_PUBLISHED, it.dataset_id)
    if entry is None or entry["by_case"] is None:
        return []
    changed = {"openness": entry["openness"], "data_items": tuple(entry["items"])}
    act = ChangeEntry.model_validate(sent_to_grant(it, entry["by_case"], now) | changed)
    return [act] if concerns(act, it.data_items) else []


def sent_to_grant(it: AccessOpened, by_case: str, now: datetime) -> dict[str, object]:
    return {
        "id": str(uuid.uuid5(NAMESPACE, f"{by_case}/grant/{it.case_id}")),
        "case_id": it.case_id,
        "by": Actor(account=f"case:{by_case}"),
        "received_at": now,
        "by_case": by_case,
    }


async def met_by_update(
    connection: Connection, dataset_id: str, at: datetime
) -> tuple[e.TurnAwaited | e.RestrictionMet, ...]:
    """What a catalogue update meets at its beginning: one that goes first, and what objections keep back; under the
    lock on the dataset."""
    first = await connection.fetchval(FIRST_UPDATE, dataset_id)
    turn = (e.TurnAwaited(at=at, by_case=first),) if first else ()
    return (*turn, *met(await restrictions_on(connection, dataset_id), at))


async def tell_other_cases(
    connection: Connection, notices: RecordOfNotices, before: CaseState, after: CaseState, now: datetime
) -> None:
    """Puts an act into the inbox of every case that the news in `after` concerns; what it makes of the act is its own
    affair.

    Under the lock on the dataset, had alone.
    """
    acts: list[Act] = []
    if before.own_restrictions != after.own_restrictions:
        procedures = concerned_by(Restrict)
        acts += [restriction_act(after, each, now) for each in await open_cases(connection, after, procedures)]
    if after.published and not before.published and changes_grants(after.published):
        procedures = concerned_by(ChangeEntry)
        acts += [entry_act(after, each, now) for each in await open_cases(connection, after, procedures)]
    if after.published and not before.published and after.caused_by and await is_open(connection, after.caused_by):
        published = sent_by(after, "published", after.caused_by, now) | {"published_at": after.published.at}
        published["openness"] = after.choices.get("openness")
        acts.append(EntryIsPublished.model_validate(published))
    if after.closed and not before.closed and after.procedure == CATALOGUE_UPDATE:
        waiting = await open_cases(connection, after, [CATALOGUE_UPDATE])
        acts += [turn_act(after, each, now) for each in waiting[:1]]
    if after.curtailed and not before.curtailed and await is_open(connection, after.curtailed.grant):
        acts.append(curtailment_act(after, after.curtailed, now))
    if after.gives_back and not before.gives_back:
        taken_of = await connection.fetchval(TAKEN_OF, after.gives_back.of_case)
        if taken_of and await is_open(connection, taken_of):
            restored = sent_by(after, "restored", taken_of, now) | {"by_case": after.gives_back.of_case}
            acts.append(LiftCurtailment.model_validate(restored))
    if acts:
        await put(connection, notices, acts)


async def is_open(connection: Connection, case_id: str) -> bool:
    is_it: bool = await connection.fetchval(
        "select exists (select from cases where case_id = $1 and closed_at is null)", case_id
    )
    return is_it


async def open_cases(connection: Connection, case: CaseState, procedures: list[str]) -> list[str]:
    """The other open cases of these procedures on the dataset of a case, the oldest first."""
    rows = await connection.fetch(
        "select case_id from cases where dataset_id = $1 and closed_at is null and case_id <> $2 "
        "and procedure = any($3) order by received_at, case_id",
        case.dataset_id,
        case.case_id,
        procedures,
    )
    return [row["case_id"] for row in rows]


def changes_grants(it: e.EntryPublished) -> bool:
    """Whether a publication can concern who has or wants access."""
    return it.openness is not None or bool(it.data_items)


def sent_by(after: CaseState, what: str, case_id: str, now: datetime) -> dict[str, object]:
    return {
        "id": str(uuid.uuid5(NAMESPACE, f"{after.case_id}/{what}/{after.number}/{case_id}")),
        "case_id": case_id,
        "by": Actor(account=f"case:{after.case_id}"),
        "received_at": now,
        "by_case": after.case_id,
    }


def restriction_act(after: CaseState, case_id: str, now: datetime) -> Act:
    """The act by which a case learns what an objection does to the data."""
    common = sent_by(after, "restriction", case_id, now)
    if not after.own_restrictions:
        return LiftRestriction.model_validate(common)
    return Restrict.model_validate(common | all_kept_back(after.own_restrictions))


def curtailment_act(after: CaseState, it: e.GrantCurtailed, now: datetime) -> Act:
    """The act by which a grant learns what a case has taken of it."""
    taken = {"effect": it.effect.value, "data_items": it.data_items, "access_mode": it.access_mode}
    return Curtail.model_validate(sent_by(after, "curtailment", it.grant, now) | taken)


def entry_act(after: CaseState, case_id: str, now: datetime) -> Act:
    """The act by which a case learns what an update made of the entry."""
    assert after.published
    common = sent_by(after, "entry", case_id, now)
    changed = {"openness": after.published.openness or "", "data_items": after.published.data_items}
    return ChangeEntry.model_validate(common | changed)


def turn_act(after: CaseState, case_id: str, now: datetime) -> Act:
    """The act by which an update that waited learns that its turn has come."""
    return TakeTurn.model_validate(sent_by(after, "turn", case_id, now))


async def put(connection: Connection, notices: RecordOfNotices, acts: Sequence[Act]) -> None:
    """Puts one act into the inbox of each case, in order and stamped, behind what notices on record move there; set by
    set, not row by row."""
    if not acts:
        return
    numbers = await locked(connection, [act.case_id for act in acts])
    await put_notices_first(connection, notices, numbers)
    await put_as_it_is(connection, acts, numbers)


async def put_notices_first(connection: Connection, notices: RecordOfNotices, numbers: Mapping[str, int]) -> None:
    """The cases, which the caller has locked, with the lengths of their logs, have the act of every notice that moves
    clocks of theirs."""
    cases = list(numbers)
    for it in await still_to_move(connection, notices, cases):
        await put_as_it_is(connection, await acts_for(connection, notices, it, cases), numbers)
        await connection.execute(LOOKED_AT, cases, it.position)


async def locked(connection: Connection, cases: Sequence[str]) -> dict[str, int]:
    """Takes the row locks of these cases, in the order of their ids; the lengths of their logs."""
    return {row["case_id"]: row["number"] for row in await connection.fetch(LOCKED_CASES, cases)}


async def put_as_it_is(connection: Connection, acts: Sequence[Act], numbers: Mapping[str, int]) -> None:
    """As `put`, into the inboxes of cases that are locked and have what goes before."""
    if acts:
        last = await last_acts(connection, [act.case_id for act in acts])
        rows = [act_put(act, numbers[act.case_id], last[act.case_id]) for act in acts]
        await connection.execute(PUT, *by_column(rows))


async def last_acts(connection: Connection, cases: Sequence[str]) -> dict[str, asyncpg.Record]:
    """The last act of each inbox: its place, its hash, and the latest receipt."""
    return {row["case_id"]: row for row in await connection.fetch(LAST_ACTS, cases)}


def act_put(act: Act, seen: int, last: asyncpg.Record) -> ActPut:
    """An act as the inbox keeps it behind the last one, in a case whose log has that length."""
    received_at = max(act.received_at, last["received_at"])
    stamped = act.model_copy(update={"received_at": received_at, "seen": seen})
    seq, kept, previous = last["seq"] + 1, stamped.model_dump_json(), last["hash"]
    hashed = act_hash(
        algorithm_of(previous),
        case_id=act.case_id,
        seq=seq,
        act_id=act.id,
        kind=act.kind,
        account=act.by.account,
        act=kept,
        content_digest=None,
        files=None,
        previous=previous,
    )
    return ActPut(act.id, act.case_id, seq, act.kind, act.by.account, received_at, kept, hashed)
