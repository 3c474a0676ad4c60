"""Whoever has the database and the program: changes a row past the writer, and computes hashes anew so that it fits."""

from __future__ import annotations

from activities.database import Connection
from activities.proof.chain import event_hash
from activities.proof.walking import hash_of

ANOTHER_INSTANT = """
update events set at = at - interval '1 hour', event = jsonb_set(event, '{at}', to_jsonb(at - interval '1 hour'))
where case_id = $1 and number = $2
"""
ANOTHER_ACTOR = "update acts set account = 'acc_other' where case_id = $1 and seq = $2"
EVENTS = """
select number, event::text as event, hash from events where case_id = $1 and number >= $2 - 1 order by number
"""
ACTS = """
select act_id, seq, kind, account, act::text as act, files::text as files, content_digest, hash from acts
where case_id = $1 and seq >= $2 - 1 order by seq
"""


async def forge_event(connection: Connection, case_id: str, number: int, *, through: int) -> None:
    """Another instant of an event; its own hash and those up to event `through` are computed anew."""
    await connection.execute(ANOTHER_INSTANT, case_id, number)
    previous = ""
    for row in await connection.fetch(EVENTS, case_id, number):
        if row["number"] < number:
            previous = row["hash"]
        elif row["number"] <= through:
            previous = event_hash("sha256", case_id, row["number"], row["event"], previous)
            await connection.execute(
                "update events set hash = $3 where case_id = $1 and number = $2", case_id, row["number"], previous
            )


async def forge_act(connection: Connection, case_id: str, seq: int, *, through: int) -> None:
    """Another actor of an act; its own hash and those up to act `through` are computed anew."""
    await connection.execute(ANOTHER_ACTOR, case_id, seq)
    previous = ""
    for row in await connection.fetch(ACTS, case_id, seq):
        if row["seq"] < seq:
            previous = row["hash"]
        elif row["seq"] <= through:
            previous = hash_of("sha256", case_id, row, previous)
            await connection.execute("update acts set hash = $2 where act_id = $1", row["act_id"], previous)


async def bring_head_into_line(connection: Connection, case_id: str) -> None:
    """The case says that its log ends as it now does."""
    await connection.execute(
        "update cases set (number, head) = (select number, hash from events where case_id = $1 "
        "order by number desc limit 1) where case_id = $1",
        case_id,
    )
