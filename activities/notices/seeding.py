"""What a database holds before anybody uses it: the notices that made working days, and the samples, where wanted."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from activities.calendar.record import RecordOfNotices
from activities.clock import DatabaseClock
from activities.notices.moving import move_all
from activities.notices.publishing import AnotherNoticeOfThatName, publish_in
from activities.record.log import Log
from models.acts import Actor
from rules import sample_catalogue
from rules.calendar import CalendarRecord

if TYPE_CHECKING:
    from activities.database import Connection
    from activities.proof.chain import Chain

BY_RELEASE = Actor(account="calendar")
"""Who publishes what the files hold."""


async def seed_notices(connection: Connection, record: CalendarRecord, chain: Chain | None = None) -> None:
    """Adds every notice of the files to the record in PostgreSQL, each in a transaction of its own; notices that it has
    already stay as they are, and hold up nobody.

    A notice that came with a new release moves the clocks of open cases as if it had been published, and has moved them
    when this returns: services of the release before know of no list of cases that are still to be moved.
    """
    await connection.execute("insert into calendar (id, version) values (1, 0) on conflict do nothing")
    notices = RecordOfNotices(tuple(record.scopes.values()))
    for notice in record.notices:
        with suppress(AnotherNoticeOfThatName):
            async with connection.transaction():
                await publish_in(connection, notices, DatabaseClock(), notice, BY_RELEASE)
    await move_all(connection, Log(notices, chain=chain), DatabaseClock())


async def seed_samples(connection: Connection) -> None:
    """The sample bodies, accounts and datasets are there; one that is there already is left as people made it.

    Posts are filled in an empty installation only: a post that somebody has vacated stays vacant.
    """
    is_empty = not await connection.fetchval("select exists (select from bodies)")
    await connection.executemany(
        "insert into bodies (body, city, role, name, county) values ($1, $2, $3, $4, $5) on conflict do nothing",
        [
            (b.body, b.city, b.role, b.name.model_dump_json(), b.county)
            for b in sorted(sample_catalogue.bodies(), key=lambda each: each.county not in (None, each.body))
        ],
    )
    await connection.executemany(
        "insert into accounts (account_id, login, name, city, body, roles, kind) values ($1, $2, $3, $4, $5, $6, $7) "
        "on conflict do nothing",
        [
            (a.account_id, a.login, a.name.model_dump_json(), a.city, a.body, sorted(a.roles), a.kind)
            for a in sample_catalogue.accounts()
        ],
    )
    # Those of an installation of before are known by name too, unless an issuer knows them as somebody.
    await connection.executemany(
        "update accounts set kind = $2 where account_id = $1 and kind is null and subject is null",
        [(a.account_id, a.kind) for a in sample_catalogue.accounts() if a.kind],
    )
    await connection.executemany(
        "insert into posts (body, post, account_id, department, filed_at, filed_by) "
        "values ($1, $2, $3, $4, clock_timestamp(), $3) "
        "on conflict do nothing",
        [(p.body, p.post, p.account_id, p.department) for p in sample_catalogue.posts() if is_empty],
    )
    await connection.executemany(
        "insert into datasets (dataset_id, city, provider, openness, items, entry, updated_on, sample) "
        "values ($1, $2, $3, $4, $5, $6, $7, true) on conflict do nothing",
        [
            (
                d.dataset_id,
                d.city,
                d.provider,
                d.openness,
                [i.item for i in d.items],
                d.model_dump_json(exclude={"updated_on"}),
                d.updated_on,
            )
            for d in sample_catalogue.datasets()
        ],
    )
