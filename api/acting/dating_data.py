"""Saying that the data of an entry was brought up to date on a day."""

from __future__ import annotations

from activities.catalogue.entries import DayAhead, UpdatedSince, say_updated
from api.acting.forms.form import Form
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from api.http.moments import Day
from api.http.problems import Problem, Wrong, invalid
from api.runtime import Runtime
from reading.catalogue import questions as catalogue
from reading.catalogue.sight import says_of_data
from reading.sight import Caller
from reading.store import Store


class DataUpdateForm(Form):
    """That the data, not its entry, was brought up to date on a day."""

    updated_on: Day


async def say_brought_up_to_date(
    runtime: Runtime, store: Store, caller: Caller, dataset_id: str, form: DataUpdateForm
) -> None:
    """An officer of the provider says so; the same day again changes nothing. Raises a Problem."""
    dataset = known(await catalogue.dataset(store, dataset_id))
    with refused_before_receipt():
        says_of_data(caller, dataset.provider)
    await store.release()
    try:
        await say_updated(runtime.pool, runtime.clock, dataset_id, form.updated_on, caller.account_id)
    except DayAhead as fact:
        raise invalid("updated_on", "day_in_the_future") from fact
    except UpdatedSince as fact:
        raise Problem("UpdatedSince", errors=[Wrong("updated_on", "UpdatedSince")]) from fact
