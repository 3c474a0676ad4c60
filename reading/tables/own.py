"""What somebody holds and was told, as tables (CSV)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from reading.cases.lists import titles_of
from reading.directory import questions as directory
from reading.grants.shapes import GrantInList
from reading.grants.shown import grant_page
from reading.messages import lists as messages
from reading.messages.shapes import MessageShown
from reading.sight import Caller
from reading.store import Archive, Store
from reading.tables.columns import A_PART, Columns, Part, day, minute, table, yes
from reading.words.clocks import last_day
from reading.words.language import Language, said
from reading.words.texts import texts


@dataclass(frozen=True)
class GrantNamed:
    """A grant, with the names of its dataset and of the body that gave it."""

    grant: GrantInList
    title: str
    body_name: str


def ending(outcome: str | None, language: Language) -> str | None:
    """How a grant ended, in words."""
    label = texts().endings.get(outcome) if outcome else None
    return said(label, language) if label else outcome


GRANTS: Columns[GrantNamed] = {
    "case_number": lambda it, _: it.grant.case_number,
    "dataset": lambda it, _: it.title,
    "dataset_id": lambda it, _: it.grant.dataset_id,
    "items": lambda it, _: "; ".join(it.grant.data_items),
    "granted_by": lambda it, _: it.body_name,
    "granted_at": lambda it, _: day(it.grant.granted_at),
    "valid_through": lambda it, _: day(last_day(it.grant.valid_until)),
    "daily_calls": lambda it, _: it.grant.daily_calls,
    "has_key": lambda it, language: yes(it.grant.has_key, language),
    "kept_back": lambda it, language: yes(bool(it.grant.restricted_by), language),
    "ending": lambda it, language: ending(it.grant.ended, language),
}
MESSAGES: Columns[MessageShown] = {
    "told_at": lambda message, _: minute(message.created_at),
    "subject": lambda message, _: message.subject,
    "case_number": lambda message, _: message.case_number,
    "text": lambda message, _: message.text,
    "due": lambda message, _: message.due,
    "law": lambda message, _: message.law,
    "read_at": lambda message, _: minute(message.read_at),
    "link": lambda message, _: message.link,
}


def grant_table(
    archive: Archive, caller: Caller, language: Language, dataset_id: str | None = None, for_body: str | None = None
) -> AsyncIterator[str]:
    """The grants that the caller may know of, or of these those of a body, latest first."""

    async def part(store: Store, after: str | None) -> Part[GrantNamed]:
        page = await grant_page(store, caller, dataset_id, after, A_PART, for_body)
        titles = await titles_of(store, language, (each.dataset_id for each in page.items))
        names = await directory.body_names(store, (each.granted_by for each in page.items))
        rows = [
            GrantNamed(
                each,
                titles.get(each.dataset_id, ""),
                said(names[each.granted_by], language) if each.granted_by in names else each.granted_by,
            )
            for each in page.items
        ]
        return rows, page.next

    return table(archive, language, GRANTS, part)


def message_table(archive: Archive, caller: Caller, language: Language, pages_url: str) -> AsyncIterator[str]:
    """All that the caller was told, the latest first, with links that begin with `pages_url`."""

    async def part(store: Store, after: str | None) -> Part[MessageShown]:
        page = await messages.messages(store, caller.account_id, language, pages_url, after, A_PART)
        return page.items, page.next

    return table(archive, language, MESSAGES, part)
