"""The outbox: each message is written in the transaction of the event that it is about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from activities.outbox.message_texts import Message
from activities.standing_in import away, substitute_of
from activities.statements import by_column, numbered
from models.tellings import Account, Addressee, Officer, Officers, Posts, Supervisors, Telling
from rules.deadlines import SHANGHAI
from rules.pinned import Label
from rules.procedure_names import ACCESS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asyncpg import Record

    from activities.database import Connection
    from activities.sealing.seals import Seals
    from rules.procedure_rules import ProcedureRules

    RulesOf = Callable[[str], Awaitable[ProcedureRules]]


class TellingPut(NamedTuple):
    """A telling as the statement reads it: the addressee by its kind, its id and who claimed it."""

    addressee: str
    whom: str
    claimed_by: str | None
    kind: str
    of: str
    case_id: str | None
    task_id: str | None
    city: str | None
    facts: str
    sides: str
    """JSON: accounts to the one body as whose officers they are told, or null."""


PUT_OUT = numbered(
    f"""
with recursive told as (
  select * from unnest(:addressee::text[], :whom::text[], :claimed_by::text[], :kind::text[], :of::text[],
    :case_id::text[], :task_id::text[], :city::text[], :facts::jsonb[], :sides::jsonb[]) with ordinality
  as told (addressee, whom, claimed_by, kind, of, case_id, task_id, city, facts, sides, nth)
), named as (
  select nth, account_id, true as in_person from told join accounts on account_id = whom where addressee = 'account'
  union all
  select nth, account_id, true from told join accounts on account_id = claimed_by and body = whom
  and 'reviewer' = any(roles) where addressee = 'officer'
  union all
  select nth, account_id, false from told join accounts on body = whom and 'reviewer' = any(roles)
  where addressee = 'officers' and (account_id = claimed_by or not exists (
    select from accounts as claimant where claimant.account_id = claimed_by and claimant.body = whom
    and 'reviewer' = any(claimant.roles)))
  union all
  -- Whoever serves another body by now holds its post on paper only.
  select nth, account_id, false from told join posts on posts.body = whom
  join accounts using (account_id) where addressee = 'posts' and accounts.body = whom
  union all
  select nth, account_id, false from told join accounts on accounts.city = whom and 'supervisor' = any(roles)
  where addressee = 'supervisors'
), addressed as (
  -- Whoever has a side in the case is told as what it is there, and nothing as an officer.
  select nth, account_id, in_person from named join told using (nth) join accounts using (account_id)
  where addressee = 'account' or not sides ? account_id or coalesce(sides ->> account_id = body, false)
), chain as (
  select nth, account_id as first, account_id as last, array[account_id] as seen from addressed where not in_person
  union all
  select nth, first, standing_in.substitute, seen || standing_in.substitute from chain join told using (nth)
  cross join lateral ({substitute_of("chain.last", ":on_day")}) as standing_in
  where standing_in.substitute <> all(seen) and not sides ? standing_in.substitute
), ends as (
  select distinct on (nth, first) nth, first, last, {away("last", ":on_day")} as nobody from chain
  order by nth, first, cardinality(seen) desc
), reached as (
  select nth, account_id from addressed where in_person
  union
  select nth, case when nobody then first else last end from ends
  union
  -- Nobody stands in: whoever of the body is there has to know of what the absent officer has in hand.
  select nth, colleague.account_id from ends join told using (nth)
  join accounts as colleague on body = whom and 'reviewer' = any(roles)
  where nobody and addressee = 'officers' and not {away("colleague.account_id", ":on_day")}
  and not sides ? colleague.account_id
), put as (
  select nth, account_id, kind, case_id, task_id, city, facts,
    'msg_' || left(encode(sha256(convert_to(concat_ws(E'\\n', of, kind, account_id), 'UTF8')), 'hex'), 40) as message_id
  from reached join told using (nth)
)
insert into messages (message_id, account_id, kind, case_id, task_id, city, facts, created_at)
select message_id, account_id, kind, case_id, task_id, city, facts, :now from put
where not exists (select from messages_gone gone where gone.message_id = put.message_id) order by nth, account_id
on conflict (message_id) do nothing
""",  # noqa: S608 - made of constants
    (*TellingPut._fields, "on_day", "now"),
)


MESSAGE = f"""
m.message_id, m.number, m.kind, m.case_id, m.task_id, m.city, m.facts, m.created_at, m.read_at, c.case_number,
c.rules_digest, b.name as body_name,
coalesce(c.procedure = '{ACCESS}' and c.for_body is not null, false) as among_bodies,
(select content -> 'text' from acts where act_id = m.facts ->> 'act') as asked,
(select 'reviewer' = any(roles) from accounts where accounts.account_id = m.account_id) as to_reviewer
"""  # noqa: S608 - made of constants
WITH_ITS_CASE = """
left join cases c on c.case_id = m.case_id left join bodies b on b.body = m.facts ->> 'body'
"""
MESSAGES = f"""
select {MESSAGE} from messages m {WITH_ITS_CASE}
where m.account_id = $1 and m.number < $2 order by m.number desc limit $3
"""  # noqa: S608 - made of constants
UNREAD = f"""
select {MESSAGE} from messages m {WITH_ITS_CASE}
where m.account_id = $1 and m.number < $2 and m.read_at is null order by m.number desc limit $3
"""  # noqa: S608 - made of constants
UNREAD_OF = f"""
select {MESSAGE} from messages m {WITH_ITS_CASE}
where m.account_id = $1 and m.read_at is null
  and $2 in (c.case_number, m.facts ->> 'dataset_id', m.facts ->> 'feedback_id', m.facts ->> 'declaration_id')
order by m.number desc limit $3
"""  # noqa: S608 - made of constants


async def put_out(connection: Connection, tellings: Sequence[Telling], now: datetime) -> int:
    """Puts each telling into the outbox, for every account that its addressee is on the day of `now`, Asia/Shanghai.

    In the caller's transaction, in one statement, and none for nothing. An officer who is absent that day is replaced
    by the substitute, or by the substitute's own; where nobody stands in, the officer is told, and every officer of the
    body who is there. Nobody is told the same twice. Returns how many messages are new.
    """
    if not tellings:
        return 0
    status: str = await connection.execute(
        PUT_OUT,
        *by_column(_put(telling) for telling in tellings),
        now.astimezone(SHANGHAI).date(),
        now,
    )
    return int(status.rpartition(" ")[2])


async def messages_to(
    connection: Connection, rules_of: RulesOf, seals: Seals | None, account_id: str, before: int, limit: int
) -> list[Message]:
    """What somebody was told, the latest first, beginning before that number; with or without a channel.

    `rules_of` knows the rules of a digest.
    """
    return [
        await message_of(row, rules_of, seals) for row in await connection.fetch(MESSAGES, account_id, before, limit)
    ]


async def unread_messages_to(
    connection: Connection, rules_of: RulesOf, seals: Seals | None, account_id: str, before: int, limit: int
) -> list[Message]:
    """As `messages_to`, of what is not read yet."""
    return [await message_of(row, rules_of, seals) for row in await connection.fetch(UNREAD, account_id, before, limit)]


async def unread_messages_of(
    connection: Connection, rules_of: RulesOf, seals: Seals | None, account_id: str, of: str, limit: int
) -> list[Message]:
    """As `unread_messages_to`, of a case by its number, or of a dataset."""
    return [await message_of(row, rules_of, seals) for row in await connection.fetch(UNREAD_OF, account_id, of, limit)]


async def message_of(row: Record, rules_of: RulesOf, seals: Seals | None) -> Message:
    """A message from a row that has the columns of MESSAGE."""
    digest, body_name, facts = row["rules_digest"], row["body_name"], json.loads(row["facts"])
    return Message(
        message_id=row["message_id"],
        number=row["number"],
        kind=row["kind"],
        case_id=row["case_id"],
        task_id=row["task_id"],
        city=row["city"],
        created_at=row["created_at"],
        facts=facts,
        case_number=row["case_number"],
        body_name=Label.model_validate_json(body_name) if body_name else None,
        asked=_asked(seals, facts, row["asked"]),
        to_reviewer=bool(row["to_reviewer"]),
        among_bodies=row["among_bodies"],
        read_at=row["read_at"],
        rules=await rules_of(digest) if digest else None,
    )


def _asked(seals: Seals | None, facts: Mapping[str, Any], kept: str | None) -> str | None:
    """The words in which an act asks for something."""
    if kept is None:
        return None
    text = json.loads(kept) if seals is None else seals.opened_field(facts["act"], "text", json.loads(kept))
    return None if text is None else str(text)


def _put(telling: Telling) -> TellingPut:
    addressee, whom, claimed_by = _whom(telling.to)
    return TellingPut(
        addressee=addressee,
        whom=whom,
        claimed_by=claimed_by,
        kind=telling.kind,
        of=telling.of,
        case_id=telling.case_id,
        task_id=telling.task_id,
        city=telling.city,
        facts=json.dumps(dict(telling.facts), ensure_ascii=False),
        sides=json.dumps(dict(telling.sides), ensure_ascii=False),
    )


def _whom(to: Addressee) -> tuple[str, str, str | None]:
    """How the statement reads an addressee: its kind, its id, and who claimed it."""
    match to:
        case Account(account_id):
            return "account", account_id, None
        case Officer(body, account_id):
            return "officer", body, account_id
        case Officers(body, claimed_by):
            return "officers", body, claimed_by
        case Posts(body):
            return "posts", body, None
        case Supervisors(city):
            return "supervisors", city, None
