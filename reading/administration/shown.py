"""What an administrator sees of the system: accounts, the rules that cases keep, the state of inbox and outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from activities.directory.personal import opened_name
from activities.engine import keeping
from activities.outbox import figures as outbox
from activities.outbox.figures import OutboxFigures
from activities.record import inbox_figures
from activities.record.inbox_figures import InboxFigures
from activities.tables.accounts import RoleProposalRow
from activities.tables.cases import CaseRow
from activities.tables.directory import AccountRow, InvitationRow
from activities.tables.telling import ChannelRow
from reading.administration import record
from reading.administration.record import Reopened
from reading.directory import questions as directory
from reading.paging import CursorUnusable, cut, instant, place_of
from reading.shape import Instant, Page, Shape
from reading.store import Store
from reading.supervision.names import named_on
from reading.words.language import Language, said
from rules.loading import load_pack
from rules.pinned import Label
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, governing

LOOKED_AT_ONCE = 100
"""Names that are opened before others have a turn: with an HSM, each may be a call of it."""


class AccountShown(Shape):
    """An account; `body` is null for who serves none. `invited_until` is when an invitation ends that nobody has
    taken yet; `has_person`: somebody has taken it by a login at the issuer. `gains` are roles that it has once a second
    administrator confirms them; an account without role, body and gains is closed, or erased at `erased_at`."""

    login: str
    name: str
    city: str | None
    body: str | None
    body_name: str | None
    roles: list[str]
    invited_until: Instant | None
    has_person: bool
    gains: list[str]
    reopened: Reopened | None = None
    erased_at: Instant | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it has no role, serves nobody, and waits for none."""
        return not (self.roles or self.body or self.gains)


class RulesKept(Shape):
    """Rules of a procedure: since which day they have stood, under which digest, and how many cases keep them.
    `in_force`: they govern what is filed today."""

    city: str
    procedure: str
    procedure_label: str
    version: str
    digest: str
    in_force: bool
    cases: int
    open_cases: int


class ChannelGivenUp(Shape):
    """A channel on which messages were given up."""

    login: str
    kind: str
    given_up: int
    last_failed_at: Instant | None


class JobShown(Shape):
    """A job of the workers: how many run it now, and how often it has ended unasked."""

    job: str
    workers: int
    ended: int


class SystemShown(Shape):
    """How the system stands."""

    as_of: Instant
    undelivered: int
    oldest_undelivered: Instant | None
    messages_waiting: int
    oldest_message: Instant | None
    given_up: int
    channels: list[ChannelGivenUp]
    jobs: list[JobShown]


@dataclass(frozen=True)
class AccountsSought:
    """Of a city, with a role, with these words in login or name: each where it is said."""

    city: str | None = None
    role: str | None = None
    q: str | None = None


async def accounts(
    store: Store, language: Language, sought: AccountsSought, after: str | None, limit: int
) -> Page[AccountShown]:
    """Accounts by their logins, as they are sought. Whoever is erased while somebody goes through them has another
    login from then on, and is on no further page. Raises CursorUnusable."""
    last, begun_at = _place_of(after) if after else ("", await store.now())
    wanted = [*_conditions(sought), or_(col(AccountRow.erased_at).is_(None), col(AccountRow.erased_at) < begun_at)]
    if sought.q:
        named = await _named(store, wanted, sought.q.casefold(), last, limit + 1)
        found = select(AccountRow).where(col(AccountRow.account_id).in_(named))
    else:
        found = select(AccountRow).where(col(AccountRow.login) > last, *wanted).limit(limit + 1)
    rows = (await store.session.exec(found.order_by(col(AccountRow.login)))).all()
    page = cut(rows, limit, lambda row: (row.login, begun_at))
    return Page(items=await _accounts(store, language, page.rows), next=page.next)


def _place_of(after: str) -> tuple[str, datetime]:
    """The login with which a page ended, and when the first page was asked for. Raises CursorUnusable."""
    login, begun_at = place_of(after, 2)
    if not isinstance(login, str):
        raise CursorUnusable
    return login, instant(begun_at)


def _conditions(sought: AccountsSought) -> Iterator[ColumnElement[bool]]:
    if sought.city is not None:
        yield col(AccountRow.city) == sought.city
    if sought.role is not None:
        yield col(AccountRow.roles).contains([sought.role])


async def _named(store: Store, wanted: Sequence[ColumnElement[bool]], words: str, after: str, most: int) -> list[str]:
    """The first accounts beyond a login, by their logins, with these words in login or name. Names are sealed: they are
    opened one by one, and none is asked of PostgreSQL."""
    found: list[str] = []
    while len(found) < most:
        part = (
            select(AccountRow.account_id, AccountRow.login, AccountRow.name)
            .where(col(AccountRow.login) > after, *wanted)
            .order_by(col(AccountRow.login))
            .limit(LOOKED_AT_ONCE)
        )
        rows = (await store.session.exec(part)).all()
        for account_id, login, kept in rows:
            name = opened_name(store.archive.seals, account_id, kept)
            if any(words in each.casefold() for each in (login, *name.values())):
                found.append(account_id)
        if len(rows) < LOOKED_AT_ONCE:
            break
        after = rows[-1][1]
        await asyncio.sleep(0)
    return found[:most]


async def account(store: Store, language: Language, login: str) -> AccountShown | None:
    """The account of that login; None where there is none."""
    rows = (await store.session.exec(select(AccountRow).where(AccountRow.login == login))).all()
    return next(iter(await _accounts(store, language, rows)), None)


async def _accounts(store: Store, language: Language, rows: Sequence[AccountRow]) -> list[AccountShown]:
    names = await directory.body_names(store, (row.body for row in rows if row.body))
    waiting = select(InvitationRow).where(col(InvitationRow.account_id).in_([row.account_id for row in rows]))
    invited = {row.account_id: row.until_at for row in (await store.session.exec(waiting)).all()}
    reopened = await record.reopenings(store, (row.account_id for row in rows))
    pending = select(RoleProposalRow).where(
        col(RoleProposalRow.account_id).in_([row.account_id for row in rows]),
        col(RoleProposalRow.ended_at).is_(None),
        col(RoleProposalRow.until_at) > await store.now(),
    )
    gains = {row.account_id: sorted(row.roles) for row in (await store.session.exec(pending)).all()}
    return [
        AccountShown(
            login=row.login,
            name=said(Label.model_validate(row.name), language),
            city=row.city,
            body=row.body,
            body_name=said(names[row.body], language) if row.body in names else row.body,
            roles=sorted(row.roles),
            invited_until=invited.get(row.account_id),
            has_person=row.subject is not None,
            gains=gains.get(row.account_id, []),
            reopened=reopened.get(row.account_id),
            erased_at=row.erased_at,
        )
        for row in rows
    ]


async def rules_kept(store: Store, language: Language, city: str, on: date) -> list[RulesKept]:
    """The rules of a city that govern today, and those that its cases keep."""
    rows = await (await store.session.connection()).execute(
        select_columns(
            col(CaseRow.procedure),
            col(CaseRow.rules_digest),
            func.count(),
            func.count().filter(col(CaseRow.closed_at).is_(None)),
        )
        .where(col(CaseRow.city) == city)
        .group_by(col(CaseRow.procedure), col(CaseRow.rules_digest))
    )
    counted = {(procedure, digest): (cases, still) for procedure, digest, cases, still in rows}
    standing = {(rules.procedure, rules.digest()): rules for rules in _in_force(city, on)}
    kept = {
        (procedure, digest): standing.get((procedure, digest)) or await store.rules(digest)
        for procedure, digest in {**counted, **standing}
    }
    return sorted(
        (
            RulesKept(
                city=city,
                procedure=procedure,
                procedure_label=said(named_on(city, procedure, on).procedure, language),
                version=rules.version,
                digest=digest,
                in_force=(procedure, digest) in standing,
                cases=counted.get((procedure, digest), (0, 0))[0],
                open_cases=counted.get((procedure, digest), (0, 0))[1],
            )
            for (procedure, digest), rules in kept.items()
        ),
        key=lambda each: (each.procedure, not each.in_force, each.version),
    )


def _in_force(city: str, on: date) -> Sequence[ProcedureRules]:
    pack = load_pack(city)
    found = []
    for procedure in pack.procedures:
        try:
            found.append(governing(pack, procedure, on))
        except NotInForce:
            continue
    return found


async def system(store: Store) -> SystemShown:
    """How inbox, outbox and the workers' jobs stand now."""
    now = await store.now()
    async with store.pool.acquire() as connection:
        inbox: InboxFigures = await inbox_figures.figures(connection, now)
        sending: OutboxFigures = await outbox.figures(connection)
        jobs = await keeping.figures(connection, now)
    given_up = await store.session.exec(
        select(ChannelRow.kind, ChannelRow.given_up, ChannelRow.last_failed_at, AccountRow.login)
        .join(AccountRow, col(AccountRow.account_id) == col(ChannelRow.account_id))
        .where(col(ChannelRow.given_up) > 0)
        .order_by(col(ChannelRow.given_up).desc(), col(AccountRow.login))
        .limit(50)
    )
    return SystemShown(
        as_of=now,
        undelivered=inbox.undelivered,
        oldest_undelivered=inbox.oldest,
        messages_waiting=sending.not_handed_out + sending.waiting,
        oldest_message=sending.oldest,
        given_up=sending.given_up,
        channels=[
            ChannelGivenUp(login=login, kind=kind, given_up=times, last_failed_at=last_failed_at)
            for kind, times, last_failed_at, login in given_up
        ],
        jobs=[JobShown(job=name, workers=job.workers, ended=job.ended) for name, job in sorted(jobs.items())],
    )
