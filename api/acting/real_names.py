"""Who uses data is known by the real name (实名), where the law of the city has it so."""

from __future__ import annotations

from datetime import datetime

from api.http.problems import Problem, Wrong
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import Store
from reading.words.law import law_of
from rules.access_log import real_name
from rules.deadlines import to_shanghai
from rules.loading import CityUnknown, load_pack


async def is_known_by_name(store: Store, caller: Caller) -> bool:
    """Whether the issuer of the caller's login has said who it is."""
    account = (await directory.accounts(store, [caller.account_id])).get(caller.account_id)
    return account is not None and directory.is_known(account)


def must_be_known(known: bool, city: str, at: datetime, field: str | None = None) -> None:
    """Raises a Problem for somebody who is not `known` by name, where the law of the city has that at the instant;
    `field` names him, where he is another than the caller."""
    on = to_shanghai(at).date()
    try:
        rule = real_name(load_pack(city), on)
    except CityUnknown:
        return
    if known or rule is None:
        return
    rules = law_of(city, on, "zh").rules
    errors = [Wrong(field, "RealNameNeeded", {}, rule, rules)] if field else []
    raise Problem("RealNameNeeded", errors=errors, citation=rule, rules=rules)
