"""Who uses data is known by the real name (实名), where the law of the city has it so."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from api.http.problems import Problem, Wrong
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import Store
from reading.words.law import law_of
from rules.access_log import real_name
from rules.deadlines import to_shanghai
from rules.loading import CityUnknown, load_pack
from rules.pinned import Citation
from rules.procedure_rules import ProcedureRules


async def is_known_by_name(store: Store, caller: Caller) -> bool:
    """Whether the issuer of the caller's login has said who it is."""
    return await directory.known_by_name(store, caller.account_id)


def must_be_known(known: bool, city: str, at: datetime) -> None:
    """Raises a Problem for a caller who is not `known` by name, where the law of the city has that at the instant."""
    law = None if known else _demands_names(city, at)
    if law:
        raise Problem("RealNameNeeded", citation=law.citation, rules=law.rules)


def delegate_must_be_known(known: bool, city: str, at: datetime) -> None:
    """Raises a Problem about `to` where whoever is to use a grant is not `known` by name and the law has that."""
    law = None if known else _demands_names(city, at)
    if law:
        wrong = Wrong("to", "DelegateNotNamed", {}, law.citation, law.rules)
        raise Problem("DelegateNotNamed", errors=[wrong], citation=law.citation, rules=law.rules)


class _Demanded(NamedTuple):
    citation: Citation
    rules: ProcedureRules


def _demands_names(city: str, at: datetime) -> _Demanded | None:
    on = to_shanghai(at).date()
    try:
        rule = real_name(load_pack(city), on)
    except CityUnknown:
        return None
    return _Demanded(rule, law_of(city, on, "zh").rules) if rule else None
