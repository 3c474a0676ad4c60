"""What `kaifang demo` shows of administration: a role that one administrator proposes and another confirms."""

from __future__ import annotations

from http import HTTPStatus

from cli.demo_parties import Json, Parties

FIRST, SECOND = "admin@kaifang", "admin2@kaifang"
OFFICER = "reviewer2@nanning.authority"
BEFORE, GAINED = "reviewer", "supervisor"
WHAT = ("roles_proposed", "roles_confirmed", "roles_withdrawn")


def appoint(parties: Parties) -> tuple[Json, list[Json]]:
    """The refusal that meets whoever confirms what he proposed himself, and what is on record in the end, the earliest
    first. The officer has the role from the confirmation on, and not beyond the demonstration."""
    roles = f"/v1/accounts/{OFFICER}/roles"
    parties.call(FIRST, "PUT", roles, {"roles": [BEFORE]})  # one that was broken off left the role
    parties.call(FIRST, "PUT", roles, {"roles": [BEFORE, GAINED]})
    waiting = parties.call(FIRST, "GET", "/v1/role-proposals")["items"]
    asked = {"proposals": [each["proposal_id"] for each in waiting if each["login"] == OFFICER]}
    status, refused = parties.try_to(FIRST, "POST", "/v1/role-proposals/confirmation", asked)
    assert status == HTTPStatus.UNPROCESSABLE_ENTITY, refused
    parties.call(SECOND, "POST", "/v1/role-proposals/confirmation", asked)
    parties.call(FIRST, "PUT", roles, {"roles": [BEFORE]})
    recorded = parties.call(SECOND, "GET", f"/v1/account-record?account={OFFICER}&limit={len(WHAT)}")["items"]
    return refused, recorded[::-1]
