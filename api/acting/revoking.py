"""Tokens of the API are made void: by whoever has them, or by an administrator."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from activities.directory.account_record import By
from activities.directory.people import AccountUnknown
from activities.directory.tokens import revoke_all, revoke_one
from api.acting.forms.form import Form
from api.acting.refusals import refused_before_receipt
from api.http.problems import invalid
from api.runtime import Runtime
from reading.directory.sight import account_to_revoke
from reading.sight import Caller
from rules.bounds import NamedItem

TokenName = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]


class RevocationForm(Form):
    """The token of that `jti`, or every token and session up to now where none is named; the caller's own, or for an
    administrator those of the account with this login or id."""

    jti: TokenName | None = None
    account: NamedItem | None = None


async def revoke(runtime: Runtime, caller: Caller, by: By, form: RevocationForm) -> None:
    """What is named is void from now on. Raises a Problem."""
    with refused_before_receipt():
        account = account_to_revoke(caller, form.account)
    try:
        if form.jti is None:
            await revoke_all(runtime.pool, account, by)
        else:
            await revoke_one(runtime.pool, account, form.jti, by)
    except AccountUnknown as fact:
        raise invalid("account", "account_unknown", given=account) from fact
