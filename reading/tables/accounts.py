"""Accounts as a table (CSV), for administrators."""

from __future__ import annotations

from collections.abc import AsyncIterator

from reading.administration import shown
from reading.administration.shown import AccountShown, AccountsSought
from reading.store import Archive, Store
from reading.tables.columns import A_PART, Columns, Part, minute, table, word
from reading.words.language import Language

ACCOUNTS: Columns[AccountShown] = {
    "account": lambda account, _: account.login,
    "name": lambda account, _: account.name,
    "city": lambda account, _: account.city,
    "body": lambda account, _: account.body_name,
    "roles": lambda account, language: "; ".join(word(f"role_{each}", language) for each in account.roles),
    "invited_until": lambda account, _: minute(account.invited_until),
}


def account_table(archive: Archive, language: Language, sought: AccountsSought) -> AsyncIterator[str]:
    """All accounts that are sought, by their logins."""

    async def part(store: Store, after: str | None) -> Part[AccountShown]:
        page = await shown.accounts(store, language, sought, after, A_PART)
        return page.items, page.next

    return table(archive, language, ACCOUNTS, part)
