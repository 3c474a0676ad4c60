"""Who may read and who may write what in the directory: each body its own, and whoever keeps the file."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true
from sqlmodel import col

from activities.tables.directory import AccountRow, BodyRow
from models.refusals import NotYourBody, NotYourCity, RoleRequired
from reading.sight import Caller
from rules.sight import in_charge


def city_of_directory(caller: Caller, city: str | None) -> str | None:
    """The city whose bodies are asked for: the caller's own, an administrator's any or all. Raises NotYourCity."""
    if caller.has("admin"):
        return city
    if city not in (None, caller.city):
        raise NotYourCity()
    return caller.city


def may_name_officers(caller: Caller, body: BodyRow) -> bool:
    """Whether the caller may name the officers of a body: of its own, as a supervisor of the body of the city that has
    them on file by its pack, or as an administrator."""
    is_in_charge = caller.city == body.city and caller.body_role in in_charge(caller.city, "officers")
    keeps_the_file = is_in_charge and caller.has("supervisor")
    return caller.has("admin") or caller.body == body.body or keeps_the_file


def must_name_officers(caller: Caller, body: BodyRow) -> None:
    """Raises NotYourBody unless the caller may name the officers of the body."""
    if not may_name_officers(caller, body):
        raise NotYourBody()


def account_to_revoke(caller: Caller, account: str | None) -> str:
    """Whose tokens are made void: the caller's own, or as an administrator any account's. Raises RoleRequired."""
    if account in (None, caller.login, caller.account_id):
        return caller.account_id
    if not caller.has("admin"):
        raise RoleRequired(roles="admin")
    return str(account)


def must_file_absence(caller: Caller, absent: AccountRow) -> None:
    """Raises NotYourBody unless the caller may file an absence of this officer."""
    if not may_file_absence(caller, absent):
        raise NotYourBody()


def may_file_absence(caller: Caller, absent: AccountRow) -> bool:
    """Whether the caller may file an absence of this officer: the officer itself may, and its body."""
    supervises = caller.has("supervisor") and caller.body == absent.body
    is_its_own = caller.account_id == absent.account_id
    return absent.body is not None and (is_its_own or supervises or caller.has("admin"))


def sees_absences(caller: Caller) -> ColumnElement[bool]:
    """The accounts whose absences the caller may know of: of its body, for a supervisor of its city."""
    if caller.has("admin"):
        return true()
    if caller.has("supervisor") and caller.county is not None:
        return col(AccountRow.body).in_(sorted(caller.county.bodies))
    return col(AccountRow.city) == caller.city if caller.has("supervisor") else col(AccountRow.body) == caller.body


def body_answered_for(account: AccountRow) -> str | None:
    """The body whose tasks are the account's to answer; None where it is no reviewer."""
    return account.body if "reviewer" in account.roles else None
