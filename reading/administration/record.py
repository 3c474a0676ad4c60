"""The record of accounts as administrators read it, and the roles that wait for a second of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from activities.tables.accounts import AccountRecordRow, RecordedAddressRow, RoleProposalRow
from activities.tables.directory import AccountRow
from reading.directory import questions as directory
from reading.paging import cursor, number_of
from reading.shape import Instant, Page, Shape
from reading.store import Store
from reading.words.language import Language, said
from rules.pinned import Label

MOST_WAITING = 500


class RecordedShown(Shape):
    """Something that was done to an account, or in vain: `account` and `by_account` are logins, `by_command` is who ran
    a command on the machine, `times` how often within the minute. `address` is null where it was not known, or is
    forgotten."""

    number: int
    at: Instant
    what: str
    account: str | None
    by_account: str | None
    by_command: str | None
    times: int
    address: str | None
    details: dict[str, Any]


class Reopened(Shape):
    """That a closed account was opened again, the last time: by whose login, or who ran a command, when and why."""

    by: str
    at: Instant
    reason: str


class ProposalShown(Shape):
    """Roles that an account gains once somebody confirms it before `until_at`; `may_confirm`: the caller may."""

    proposal_id: str
    login: str
    name: str
    body: str | None
    body_name: str | None
    roles: list[str]
    proposed_by: str | None
    by_command: str | None
    proposed_at: Instant
    until_at: Instant
    may_confirm: bool


async def recorded(
    store: Store, account: str | None, what: str | None, after: str | None, limit: int
) -> Page[RecordedShown]:
    """What is on record, the latest first: of an account by login or id, or of one kind. Raises CursorUnusable."""
    found = (
        select(AccountRecordRow, RecordedAddressRow.address)
        .join(RecordedAddressRow, col(RecordedAddressRow.number) == col(AccountRecordRow.number), isouter=True)
        .order_by(col(AccountRecordRow.number).desc())
        .limit(limit + 1)
    )
    if account is not None:
        row = await directory.account(store, account)
        found = found.where(AccountRecordRow.account_id == (row.account_id if row else account))
    if what is not None:
        found = found.where(AccountRecordRow.what == what)
    if after is not None:
        found = found.where(col(AccountRecordRow.number) < number_of(after))
    rows = (await store.session.exec(found)).all()
    named = await directory.logins(store, (each for row, _ in rows for each in _accounts(row)))
    return Page(
        items=[
            RecordedShown(
                number=row.number,
                at=row.at,
                what=row.what,
                account=named.get(row.account_id or ""),
                by_account=named.get(row.by_account or ""),
                by_command=row.by_command,
                times=row.times,
                address=address,
                details=_details(row, named),
            )
            for row, address in rows[:limit]
        ],
        next=cursor(rows[limit - 1][0].number) if len(rows) > limit else None,
    )


def _accounts(row: AccountRecordRow) -> tuple[str | None, ...]:
    return (row.account_id, row.by_account, row.details.get("proposed_by"))


def _details(row: AccountRecordRow, named: Mapping[str, str]) -> dict[str, Any]:
    """What else is said of it, whoever it names by login."""
    proposed_by = row.details.get("proposed_by")
    return row.details if proposed_by is None else {**row.details, "proposed_by": named.get(proposed_by, proposed_by)}


async def reopenings(store: Store, accounts: Iterable[str]) -> dict[str, Reopened]:
    """Account id to how it was opened again, the last time; nothing of one that never was."""
    found = (
        select(AccountRecordRow)
        .where(col(AccountRecordRow.account_id).in_(set(accounts)), AccountRecordRow.what == "account_reopened")
        .order_by(col(AccountRecordRow.number))  # the last one of an account stays
    )
    rows = (await store.session.exec(found)).all()
    named = await directory.logins(store, (row.by_account for row in rows))
    return {
        row.account_id: Reopened(
            by=named.get(row.by_account or "", row.by_command or ""), at=row.at, reason=row.details["reason"]
        )
        for row in rows
        if row.account_id is not None
    }


async def proposals(store: Store, language: Language, caller_id: str) -> list[ProposalShown]:
    """The roles that wait, those that end first before the others."""
    by = aliased(AccountRow)
    now = await store.now()
    found = (
        select(RoleProposalRow, AccountRow, by.login)
        .join(AccountRow, col(AccountRow.account_id) == col(RoleProposalRow.account_id))
        .join(by, col(by.account_id) == col(RoleProposalRow.proposed_by), isouter=True)
        .where(col(RoleProposalRow.ended_at).is_(None), col(RoleProposalRow.until_at) > now)
        .order_by(col(RoleProposalRow.until_at), col(RoleProposalRow.proposal_id))
        .limit(MOST_WAITING)
    )
    rows = (await store.session.exec(found)).all()
    names = await directory.body_names(store, (account.body for _, account, _ in rows if account.body))
    return [
        ProposalShown(
            proposal_id=row.proposal_id,
            login=account.login,
            name=said(Label.model_validate(account.name), language),
            body=account.body,
            body_name=said(names[account.body], language) if account.body in names else account.body,
            roles=sorted(row.roles),
            proposed_by=login,
            by_command=row.by_command,
            proposed_at=row.proposed_at,
            until_at=row.until_at,
            may_confirm=caller_id not in (row.proposed_by, row.account_id),
        )
        for row, account, login in rows
    ]
