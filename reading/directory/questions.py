"""What the service reads of the directory: bodies, the posts that are filled, and who is away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    String,
    and_,
    any_,
    bindparam,
    event,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    union_all,
)
from sqlalchemy import select as select_columns
from sqlalchemy.orm import Mapped, QueryContext, aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from activities.directory.bearer import Bearer
from activities.directory.personal import opened, opened_name, place_in_account
from activities.sealing.key_service import KeyServiceAway
from activities.sealing.seals import Seals
from activities.tables.accounts import RevokedTokenRow
from activities.tables.directory import AbsenceRow, AccountRow, BodyRow, PostRow
from reading.sight import Caller, County
from reading.store import SEALS, Store
from rules.pinned import Label
from rules.procedure_rules import PROVIDER


@event.listens_for(AccountRow, "load")
def open_account(row: AccountRow, context: QueryContext) -> None:
    """What an account says of a person is plain for whoever has its row, its login in the place of its name while the
    key service is away. Who needs no name asks for columns."""
    seals: Seals | None = context.session.info.get(SEALS)
    if seals is None or row.key_id is None:
        return
    set_committed_value(row, "name", _name_for_now(seals, row.account_id, row.login, row.name))
    for column, kept in (("organisation", row.organisation), ("contact", row.contact)):
        set_committed_value(row, column, opened(seals, place_in_account(row.account_id, column), kept))


async def caller(store: Store, account_id: str) -> Caller | None:
    """The account as the directory has it now; None for one that is erased."""
    return await _caller(store, col(AccountRow.account_id) == account_id)


async def bearer(store: Store, of: Bearer) -> Caller | None:
    """The account of a token that is believed; None where there is none, it is erased, or the token is void. All in one
    question."""
    known = (
        col(AccountRow.account_id) == of.subject
        if of.issuer is None
        else and_(col(AccountRow.issuer) == of.issuer, col(AccountRow.subject) == of.subject)
    )
    since = col(AccountRow.tokens_since)
    stands = [or_(since.is_(None), since < of.issued_at)]
    if of.jti is not None:
        same = col(RevokedTokenRow.account_id) == col(AccountRow.account_id)
        stands.append(not_(exists().where(same, col(RevokedTokenRow.jti) == of.jti)))
    return await _caller(store, and_(known, *stands))


async def _caller(store: Store, wanted: ColumnElement[bool]) -> Caller | None:
    of_county = aliased(BodyRow)
    its_bodies = select(func.array_agg(col(of_county.body))).where(col(of_county.county) == col(BodyRow.county))
    row = (
        await (await store.session.connection()).execute(
            select_columns(
                col(AccountRow.account_id),
                col(AccountRow.login),
                col(AccountRow.city),
                col(AccountRow.body),
                col(BodyRow.role),
                col(AccountRow.roles),
                col(BodyRow.county),
                its_bodies.correlate(BodyRow).scalar_subquery(),
            )
            .join_from(AccountRow, BodyRow, col(BodyRow.body) == col(AccountRow.body), isouter=True)
            .where(wanted, col(AccountRow.erased_at).is_(None))
        )
    ).first()
    if row is None:
        return None
    account_id, login, city, body, body_role, roles, county, of_it = row
    if not roles:  # one that waits for its roles acts for nobody yet, whatever asks for the body alone
        return Caller(account_id, login, None, None, None, frozenset())
    return Caller(
        account_id=account_id,
        login=login,
        city=city,
        body=body,
        body_role=body_role,
        roles=frozenset(roles),
        county=County(county, frozenset(of_it)) if county else None,
    )


async def account(store: Store, login_or_id: str) -> AccountRow | None:
    named = or_(col(AccountRow.login) == login_or_id, col(AccountRow.account_id) == login_or_id)
    return (await store.session.exec(select(AccountRow).where(named))).first()


async def applicant(store: Store, login: str) -> AccountRow | None:
    """Who logs in so and asks for data and uses it; None for whoever does not, and for one that is erased."""
    asks = col(AccountRow.roles).contains(["applicant"])
    found = select(AccountRow).where(AccountRow.login == login, asks, col(AccountRow.erased_at).is_(None))
    return (await store.session.exec(found)).first()


async def logins(store: Store, accounts: Iterable[str | None]) -> dict[str, str]:
    """Account id to login; an account that is gone keeps its id."""
    ids = {each for each in accounts if each}
    if not ids:
        return {}
    rows = await store.session.exec(
        select(AccountRow.account_id, AccountRow.login).where(col(AccountRow.account_id).in_(ids))
    )
    return {each: each for each in ids} | dict(rows.all())


Body = BodyRow
"""A body, as the directory has it."""


Account = AccountRow
"""An account, as the directory has it."""


def is_known(account: Account) -> bool:
    """Whether the issuer of the login has said which person or organisation it is (实名)."""
    return account.kind is not None


async def known_by_name(store: Store, account_id: str) -> bool:
    """Whether that is so of an account, without opening what it is called."""
    kind = await store.session.scalar(select(col(AccountRow.kind)).where(col(AccountRow.account_id) == account_id))
    return kind is not None


TEXTS = ARRAY(String)
CALLED = union_all(
    select_columns(col(AccountRow.account_id), col(AccountRow.login), col(AccountRow.name)).where(
        col(AccountRow.account_id) == any_(bindparam("accounts", type_=TEXTS))
    ),
    select_columns(col(BodyRow.body), null(), col(BodyRow.name)).where(
        col(BodyRow.body) == any_(bindparam("bodies", type_=TEXTS))
    ),
)
"""Names of accounts, and of bodies, which have no login."""


class Called(NamedTuple):
    """By what an account logs in, and what it is called."""

    login: str
    name: Label


async def accounts(store: Store, ids: Iterable[str]) -> dict[str, Account]:
    """Account id to the account; nothing of one that is gone."""
    rows = await store.session.exec(select(AccountRow).where(col(AccountRow.account_id).in_(set(ids))))
    return {row.account_id: row for row in rows}


async def called(store: Store, accounts: Iterable[str | None]) -> dict[str, Called]:
    """Account id to what it is called for now: its login while the key service is away, so that lists and pages go on.
    Nothing of an account that is gone."""
    return await _called(store, col(AccountRow.account_id).in_({each for each in accounts if each}))


async def _called(store: Store, wanted: ColumnElement[bool]) -> dict[str, Called]:
    seals = store.archive.seals
    return {
        account_id: Called(login, Label.model_validate(_name_for_now(seals, account_id, login, name)))
        for account_id, login, name in await _names(store, wanted)
    }


async def called_with_bodies(
    store: Store, accounts: Iterable[str], bodies: Iterable[str]
) -> tuple[dict[str, Called], dict[str, Label]]:
    """What `called` and `body_names` say, by one question."""
    connection = await store.session.connection()
    rows = await connection.execute(CALLED, {"accounts": list(accounts), "bodies": list(bodies)})
    called: dict[str, Called] = {}
    names: dict[str, Label] = {}
    seals = store.archive.seals
    for name_of, login, name in rows:
        if login is None:
            names[name_of] = Label.model_validate(name)
        else:
            called[name_of] = Called(login, Label.model_validate(_name_for_now(seals, name_of, login, name)))
    return called, names


async def called_for_good(store: Store, account_id: str) -> Label | None:
    """What an account is called, for a text that stays; None where it is gone. Raises KeyServiceAway."""
    for _, _, name in await _names(store, col(AccountRow.account_id) == account_id):
        return Label.model_validate(opened_name(store.archive.seals, account_id, name))
    return None


async def _names(store: Store, wanted: ColumnElement[bool]) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
    found = select(AccountRow.account_id, AccountRow.login, AccountRow.name).where(wanted)
    return (await store.session.exec(found)).all()


def _name_for_now(seals: Seals | None, account_id: str, login: str, kept: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return opened_name(seals, account_id, kept)
    except KeyServiceAway:
        return {"zh": login, "en": login}


class Others(NamedTuple):
    """Accounts of others, by what they are known by."""

    ids: frozenset[str]
    logins: frozenset[str]


async def others_called(store: Store, account_id: str, ids: Collection[str], logins: Collection[str]) -> Others:
    """The accounts but this one that have one of these ids or logins, however many there are."""
    named = or_(
        col(AccountRow.account_id) == any_(literal(list(ids), TEXTS)),
        col(AccountRow.login) == any_(literal(list(logins), TEXTS)),
    )
    rows = await store.session.exec(
        select(AccountRow.account_id, AccountRow.login).where(named, AccountRow.account_id != account_id)
    )
    found = rows.all()
    return Others(frozenset(each for each, _ in found), frozenset(login for _, login in found))


async def names_by_login(store: Store, wanted: Iterable[str | None]) -> dict[str, Label]:
    """Login to what the account is called, as `called` has it; nothing of a login that nobody has."""
    found = await _called(store, col(AccountRow.login).in_({each for each in wanted if each}))
    return {each.login: each.name for each in found.values()}


async def reviewers_of(store: Store, body: str) -> Sequence[AccountRow]:
    """The officers of a body who answer its tasks, by login."""
    found = select(AccountRow).where(AccountRow.body == body).order_by(col(AccountRow.login))
    return [row for row in (await store.session.exec(found)).all() if "reviewer" in row.roles]


async def body_names(store: Store, bodies: Iterable[str]) -> dict[str, Label]:
    """Body to its name."""
    rows = await store.session.exec(select(BodyRow.body, BodyRow.name).where(col(BodyRow.body).in_(set(bodies))))
    return {body: Label.model_validate(name) for body, name in rows}


async def bodies_of(store: Store, city: str) -> dict[str, str]:
    """Role to body, of the bodies of a city that are one in it; providers and the authorities of counties are many."""
    are_one = (BodyRow.city == city, BodyRow.role != "provider", col(BodyRow.county).is_(None))
    rows = await store.session.exec(select(BodyRow).where(*are_one))
    return {row.role: row.body for row in rows}


async def county_of(store: Store, body: str) -> BodyRow | None:
    """The authority of the county that a body belongs to; None for a body of the city."""
    of = aliased(BodyRow)
    found = select(BodyRow).join(of, col(of.county) == col(BodyRow.body)).where(col(of.body) == body)
    return (await store.session.exec(found)).first()


async def county(store: Store, authority: str, city: str | None = None) -> County | None:
    """The county of this authority, in this city where one is named; None where it is that of none."""
    found = bodies_of_county(authority)
    bodies = frozenset(await store.session.exec(found.where(BodyRow.city == city) if city else found))
    return County(authority, bodies) if bodies else None


async def bodies_around(store: Store, city: str, provider: str) -> dict[str, str]:
    """Role to body, of the bodies that have a role in a case about data of this provider."""
    county = await county_of(store, provider)
    return {**await bodies_of(store, city), **({county.role: county.body} if county else {}), PROVIDER: provider}


async def body(store: Store, body: str) -> BodyRow | None:
    return (await store.session.exec(select(BodyRow).where(BodyRow.body == body))).first()


def bodies_in(city: str | Mapped[str]) -> SelectOfScalar[str]:
    """The bodies of a city, to ask within another question."""
    return select(BodyRow.body).where(col(BodyRow.city) == city)


def bodies_of_county(authority: str) -> SelectOfScalar[str]:
    """The bodies of a county, by its authority, which is one of them."""
    return select(BodyRow.body).where(col(BodyRow.county) == authority)


def bodies_with(roles: Collection[str], city: str | Mapped[str]) -> SelectOfScalar[str]:
    """Those of them that have one of these roles."""
    return bodies_in(city).where(col(BodyRow.role).in_(roles))


async def bodies(store: Store, city: str | None) -> Sequence[BodyRow]:
    """The bodies of a city, or of all."""
    found = select(BodyRow).order_by(col(BodyRow.city), col(BodyRow.body))
    return (await store.session.exec(found if city is None else found.where(BodyRow.city == city))).all()


async def posts(store: Store, bodies: Sequence[str]) -> Sequence[PostRow]:
    """The posts of these bodies that are filled; whoever serves another body by now fills none."""
    found = select(PostRow).join(AccountRow, col(AccountRow.account_id) == col(PostRow.account_id))
    serves = col(AccountRow.body) == col(PostRow.body)
    return (await store.session.exec(found.where(col(PostRow.body).in_(bodies), serves))).all()


async def officers_of(store: Store, body: str) -> Sequence[AccountRow]:
    """Whoever serves a body."""
    return (
        await store.session.exec(select(AccountRow).where(AccountRow.body == body).order_by(col(AccountRow.login)))
    ).all()


async def absence(store: Store, absence_id: str) -> tuple[AbsenceRow, AccountRow] | None:
    """An absence, with the account that is away."""
    found = select(AbsenceRow, AccountRow).join(AccountRow, col(AccountRow.account_id) == col(AbsenceRow.account_id))
    return (await store.session.exec(found.where(AbsenceRow.absence_id == absence_id))).first()


async def absences(store: Store, wanted: ColumnElement[bool], since: date) -> Sequence[tuple[AbsenceRow, AccountRow]]:
    """The absences that last beyond a day, the next one first, of the accounts wanted."""
    rows = await store.session.exec(
        select(AbsenceRow, AccountRow)
        .join(AccountRow, col(AccountRow.account_id) == col(AbsenceRow.account_id))
        .where(wanted, col(AbsenceRow.ended_at).is_(None), col(AbsenceRow.until_on) > since)
        # The absence of an officer who has left the body stays on file, but nobody stands in any more.
        .where(col(AccountRow.body).is_not(None))
        .order_by(col(AbsenceRow.from_on), col(AbsenceRow.absence_id))
    )
    return [(absence, account) for absence, account in rows]


async def role_of(store: Store, city: str, body: str) -> str | None:
    """The role of a body in that city; None if the city has no such body."""
    return (await store.session.exec(select(BodyRow.role).where(BodyRow.body == body, BodyRow.city == city))).first()


async def provider_of(store: Store, city: str, body: str) -> BodyRow | None:
    """The body, if it is a provider of that city."""
    found = select(BodyRow).where(BodyRow.body == body, BodyRow.city == city, BodyRow.role == "provider")
    return (await store.session.exec(found)).first()


async def serving(store: Store, bodies: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The accounts that answer the tasks of each of these bodies; no body that nobody serves."""
    found = select(AccountRow.body, AccountRow.account_id).where(
        col(AccountRow.body).in_(set(bodies)), col(AccountRow.roles).contains(["reviewer"])
    )
    answering: dict[str, tuple[str, ...]] = {}
    for body, account_id in await store.session.exec(found.order_by(AccountRow.account_id)):
        if body is not None:
            answering[body] = (*answering.get(body, ()), account_id)
    return answering
