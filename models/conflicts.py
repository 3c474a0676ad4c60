"""Conflict of interest (回避): whoever has a side in a case acts for no body in it. Pure.

The five regulations say nothing of it; that nobody decides his own affair is older than they are. So it binds in every
case, whatever rules it keeps; where a task goes that nobody of its body may decide is a service rule of the pack.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from models.state import CaseState


def sides(state: CaseState, is_the_partys_own: bool) -> Mapping[str, str | None]:
    """Who has a side in a case, to the one body for which each may act in it nevertheless; None: for no body.

    Its party (applicant, objector, reporter, requester, grantee), whoever has a side in the case that gave cause for
    it, who has or asks for access that its outcome may take, and the delegates of a grant. Who filed it for a body has
    a side against every other: it may serve another by now.
    """
    found: dict[str, str | None] = {}
    if is_the_partys_own:
        found[state.party] = None
    elif state.for_body:
        found[state.party] = state.for_body
    # Whoever was ever let use a grant decides nothing about it.
    delegates = {each.to for each in state.delegations.values()}
    return found | dict.fromkeys(state.concerned) | dict.fromkeys(sorted(delegates))


def has_a_side(state: CaseState, is_the_partys_own: bool, account: str, body: str | None) -> bool:
    """Whether this account, when it acts or reads for this body, has a side in the case that forbids it."""
    found = sides(state, is_the_partys_own)
    return account in found and (found[account] is None or found[account] != body)


def impartial(state: CaseState, is_the_partys_own: bool, body: str, accounts: Collection[str]) -> tuple[str, ...]:
    """Those of the accounts who may act for the body in this case."""
    return tuple(each for each in accounts if not has_a_side(state, is_the_partys_own, each, body))


def concerned_by_cause(cause: CaseState, is_the_partys_own: bool) -> tuple[str, ...]:
    """Whose affair a case is that this one gives cause for: that of all who have a side of their own here."""
    return tuple(account for account, body in sides(cause, is_the_partys_own).items() if body is None)
