"""Accounts as the directory has them now, for those who write about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from activities.database import Connection

NAMED = "select account_id, login, body, roles from accounts where login = $1 or account_id = $1"


@dataclass(frozen=True)
class Named:
    """An account that somebody named by its login or its id."""

    account_id: str
    login: str
    body: str | None
    roles: frozenset[str]

    @property
    def answers_tasks(self) -> bool:
        return "reviewer" in self.roles


async def named(connection: Connection, login_or_id: str) -> Named | None:
    """The account of that login or id; None where there is none."""
    row = await connection.fetchrow(NAMED, login_or_id)
    return Named(row["account_id"], row["login"], row["body"], frozenset(row["roles"])) if row else None
