"""What bodies have filed of themselves: their accounts of the platform and their contacts, as cases that ended have put
them into the directory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from activities.tables.cases import ActRow, CaseRow
from activities.tables.directory import FiledOfBodyRow
from reading.directory.shapes import AccountOfBody, ContactOfBody
from reading.store import Store
from rules.procedure_names import CONTACT_CHANGE

CANCEL = "cancel"


@dataclass
class FiledOfBody:
    """The accounts that a body has, by their users, and its contact."""

    accounts: dict[str, AccountOfBody] = field(default_factory=dict)
    contact: ContactOfBody | None = None

    def and_then(self, row: FiledOfBodyRow, said: Mapping[str, Any]) -> None:
        """What stands once this case, too, has ended; a text that was erased stands as nothing."""
        if row.procedure == CONTACT_CHANGE:
            self.contact = ContactOfBody(
                contact=said.get("contact"), reached_at=said.get("reached_at"), since=row.since
            )
            return
        user = str(said.get("account_user") or "")
        if row.action == CANCEL:
            self.accounts.pop(user, None)
        else:
            self.accounts[user] = AccountOfBody(user=user or None, since=self._since(user, row.since))

    def _since(self, user: str, at: datetime) -> datetime:
        known = self.accounts.get(user)
        return known.since if known else at


async def has_named_a_contact(store: Store, body: str) -> bool:
    """Whether the body has a contact on file, be it that its texts were erased, or one that waits to be taken on it."""
    if (await filed_of(store, [body])).get(body, FiledOfBody()).contact is not None:
        return True
    waiting = select(CaseRow.case_id).where(
        CaseRow.for_body == body, CaseRow.procedure == CONTACT_CHANGE, col(CaseRow.closed_at).is_(None)
    )
    return (await store.session.exec(waiting.limit(1))).first() is not None


async def filed_of(store: Store, bodies: Collection[str]) -> dict[str, FiledOfBody]:
    """What each of these bodies has filed of itself, in the order in which the cases ended."""
    rows = await store.session.exec(
        select(FiledOfBodyRow, ActRow)
        .join(ActRow, col(ActRow.case_id) == col(FiledOfBodyRow.case_id))
        .where(col(FiledOfBodyRow.body).in_(bodies), ActRow.kind == "file")
        .order_by(col(FiledOfBodyRow.since), col(FiledOfBodyRow.case_id))
    )
    found: defaultdict[str, FiledOfBody] = defaultdict(FiledOfBody)
    for row, act in rows:
        found[row.body].and_then(row, act.content or {})
    return found
