"""Who holds which post of a body: filled and vacated by the body itself, by who keeps the file, or an administrator."""

from __future__ import annotations

from activities.directory.posts import Officer, PostUnknown, name_officer, vacate
from api.acting.forms.form import Form
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from api.http.problems import Problem
from api.runtime import Runtime
from reading.directory import questions as directory
from reading.directory import sight
from reading.directory.sight import must_name_officers
from reading.sight import Caller
from reading.store import Store
from rules.bounds import Code, NamedItem


class OfficerForm(Form):
    """`account` is the login or the account id of somebody who serves the body, `department` the one of it that is in
    charge, where the rules of the city want it named."""

    account: Code
    department: NamedItem | None = None


def city_of_directory(caller: Caller, city: str | None) -> str | None:
    """The city whose bodies are asked for; None for all. Raises a Problem."""
    with refused_before_receipt():
        return sight.city_of_directory(caller, city)


async def fill_post(runtime: Runtime, store: Store, caller: Caller, body: str, post: str, form: OfficerForm) -> None:
    """Somebody who serves the body holds the post, in place of whoever held it. Raises a Problem, and FieldsRefused."""
    await names_its_officers(caller, store, body)
    await store.release()
    officer = Officer(body, post, form.account, form.department or None)
    try:
        await name_officer(runtime.pool, runtime.clock, officer, caller.account_id)
    except PostUnknown as fact:
        raise Problem("NotFound") from fact


async def vacate_post(runtime: Runtime, store: Store, caller: Caller, body: str, post: str) -> None:
    """Nobody holds the post any more. Raises a Problem."""
    await names_its_officers(caller, store, body)
    if not await vacate(runtime.pool, body, post):
        raise Problem("NotFound")


async def names_its_officers(caller: Caller, store: Store, body: str) -> None:
    """Raises a Problem unless there is the body and the caller may name its officers."""
    row = known(await directory.body(store, body))
    with refused_before_receipt():
        must_name_officers(caller, row)
