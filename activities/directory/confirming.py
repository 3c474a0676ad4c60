"""Officers' roles need four eyes: one administrator, or a command, proposes what an account gains, and it has it once
another confirms, who is neither who proposed it nor who gains by it. What is taken away needs one."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from activities.database import present
from activities.directory.account_record import By, Entry, enter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncpg import Record

    from activities.database import Connection, Pool

LASTS = timedelta(days=7)
"""How long a proposal can be confirmed."""
ADMINISTRATORS = "select account_id from accounts where 'admin' = any(roles) order by account_id for update"
PROPOSE = """
insert into role_proposals (proposal_id, account_id, roles, proposed_by, by_command, proposed_at, until_at)
values ($1, $2, $3, $4, $5, $6, $7)
"""
END = "update role_proposals set ended_at = $2, outcome = $3 where account_id = $1 and ended_at is null"
WAITING = """
select p.account_id, p.roles, p.proposed_by, p.by_command, a.login, a.body
from role_proposals p join accounts a using (account_id)
where p.proposal_id = $1 and p.ended_at is null and p.until_at > $2 for update
"""
GAIN = """
update accounts set roles = (select array_agg(distinct role order by role) from unnest(roles || $2::text[]) role)
where account_id = $1
"""
ENDED = "update role_proposals set ended_at = $2, outcome = $3 where proposal_id = $1"


ALL_WAITING = """
select p.proposal_id, p.roles, p.by_command, p.until_at, a.login, b.login as proposer
from role_proposals p join accounts a using (account_id) left join accounts b on b.account_id = p.proposed_by
where p.ended_at is null and p.until_at > $1 order by p.until_at, p.proposal_id
"""


class AdministratorNoMore(Exception):
    """Whoever asked for it was an administrator until a moment ago."""


class ProposalUnknown(Exception):
    """No such proposal waits: there is none, it was decided, or it waited too long."""


class NotTheSecond(Exception):
    """Whoever confirms is who proposed it, or who gains by it, or the proposal is of no administrator any more; `code`
    says which."""

    def __init__(self, code: str, login: str) -> None:
        self.code, self.login = code, login
        super().__init__(f"{login}: {SAID[code]}")


SAID = {
    "own_proposal": "whoever proposed it does not confirm it",
    "own_gain": "nobody confirms his own role",
    "proposer_no_more": "whoever proposed it is no administrator any more",
}


async def administrators(connection: Connection) -> frozenset[str]:
    """Who is an administrator; nobody becomes one or ceases to be before the transaction ends."""
    return frozenset(row["account_id"] for row in await connection.fetch(ADMINISTRATORS))


async def propose(connection: Connection, account_id: str, gained: Iterable[str], by: By) -> None:
    """The account has these roles too once somebody else confirms it; what waited for it before waits no more."""
    now, roles = await present(connection), sorted(gained)
    await connection.execute(END, account_id, now, "replaced")
    waits_as = ("rp_" + secrets.token_hex(8), account_id, roles, by.account, by.command, now, now + LASTS)
    await connection.execute(PROPOSE, *waits_as)
    await enter(connection, Entry("roles_proposed", account_id, by, {"roles": roles}), now)


async def nothing_waits(connection: Connection, account_id: str, outcome: str) -> None:
    """Whatever waited for the account waits no more."""
    await connection.execute(END, account_id, await present(connection), outcome)


async def confirm(pool: Pool, proposals: Iterable[str], by: By) -> list[str]:
    """The accounts, by login, have what was proposed for them: all of them, or none. Raises AdministratorNoMore,
    ProposalUnknown, NotTheSecond."""
    logins = []
    async with pool.acquire() as connection, connection.transaction():
        known, now = await administrators(connection), await present(connection)
        if by.account is not None and by.account not in known:
            raise AdministratorNoMore
        for proposal in dict.fromkeys(proposals):
            row = await connection.fetchrow(WAITING, proposal, now)
            if row is None:
                raise ProposalUnknown(proposal)
            if code := _no_second(row["account_id"], row["proposed_by"], by, known):
                raise NotTheSecond(code, row["login"])
            await connection.execute(GAIN, row["account_id"], row["roles"])
            await connection.execute(ENDED, proposal, now, "confirmed")
            proposed = {"proposed_by": row["proposed_by"], "by_command": row["by_command"]}
            details = {"roles": list(row["roles"]), **{name: who for name, who in proposed.items() if who}}
            await enter(connection, Entry("roles_confirmed", row["account_id"], by, details), now)
            logins.append(row["login"])
    return logins


def _no_second(account_id: str, proposed_by: str | None, by: By, known: frozenset[str]) -> str | None:
    """Why somebody may not confirm; a command counts as one pair of eyes, whoever runs it."""
    if by.account == proposed_by:  # two commands are the same None
        return "own_proposal"
    if by.account == account_id:
        return "own_gain"
    if proposed_by is not None and proposed_by not in known:
        return "proposer_no_more"
    return None


async def refuse(pool: Pool, proposal: str, by: By) -> str:
    """What was proposed is given to nobody; by any administrator, who proposed it too. The login of the account. Raises
    AdministratorNoMore, ProposalUnknown."""
    async with pool.acquire() as connection, connection.transaction():
        known, now = await administrators(connection), await present(connection)
        if by.account is not None and by.account not in known:
            raise AdministratorNoMore
        row = await connection.fetchrow(WAITING, proposal, now)
        if row is None:
            raise ProposalUnknown(proposal)
        await connection.execute(ENDED, proposal, now, "refused")
        await enter(connection, Entry("roles_refused", row["account_id"], by, {"roles": list(row["roles"])}), now)
        return str(row["login"])


async def waiting(pool: Pool) -> list[Record]:
    """The roles that wait now, with `login` and, where an administrator proposed them, `proposer`."""
    async with pool.acquire() as connection:
        return await connection.fetch(ALL_WAITING, await present(connection))
