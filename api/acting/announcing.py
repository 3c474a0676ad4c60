"""Interruptions of the service: announced and cancelled by the operator of a city."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from activities import maintenance
from activities.idempotency import id_from_key
from activities.maintenance import Announcement, InterruptionOver, InterruptionUnknown
from api.acting.forms.form import Form
from api.acting.refusals import refused_before_receipt
from api.dependencies import pack_of
from api.http.moments import Moment
from api.http.problems import Problem
from api.runtime import Runtime
from reading.maintenance.sight import Operator, operator_in, operator_of
from reading.sight import Caller
from reading.store import Store
from rules.bounds import WHOLE_LINE, Prose, Something, documented_as
from rules.stating import ON_ONE_LINE

PATH = "/v1/maintenance-notices"
LONGEST = timedelta(days=31)
"""Whoever needs longer announces again; a slip in the year is more likely."""


class MaintenanceForm(Form):
    """What will be interrupted, from when until when (exclusive), and why on working days if it must be."""

    starts_at: Moment
    ends_at: Moment
    what: Annotated[Something, ON_ONE_LINE, documented_as(WHOLE_LINE)]
    reason: Prose = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.starts_at < self.ends_at <= self.starts_at + LONGEST:
            raise PydanticCustomError("interruption_length", "it ends after it starts, and at most 31 days later")
        return self


async def announce_for_operator(runtime: Runtime, store: Store, caller: Caller, form: MaintenanceForm, key: str) -> str:
    """The interruption is announced for the operator's city; its id. Raises a Problem, and what `announce` raises."""
    operator = of_the_operator(caller)
    pack_of(operator.city)
    announcement = Announcement(
        maintenance_id=id_from_key(caller.account_id, PATH, key),
        city=operator.city,
        body=operator.body,
        account=caller.account_id,
        starts_at=form.starts_at,
        ends_at=form.ends_at,
        reason=form.reason,
        said=form.said(),
    )
    await store.release()
    await maintenance.announce(runtime.pool, runtime.notices, runtime.clock, announcement)
    return announcement.maintenance_id


async def cancel_for_operator(runtime: Runtime, store: Store, caller: Caller, maintenance_id: str) -> None:
    """Cancels the interruption; a repeat changes nothing. Raises a Problem."""
    operator = of_the_operator(caller)
    await store.release()
    try:
        await maintenance.cancel(runtime.pool, runtime.clock, maintenance_id, operator.body)
    except InterruptionUnknown as fact:
        raise Problem("NotFound") from fact
    except InterruptionOver as fact:
        raise Problem("InterruptionOver") from fact


def of_the_operator(caller: Caller) -> Operator:
    """The operator for which the caller acts. Raises a Problem."""
    with refused_before_receipt():
        return operator_of(caller)


def of_the_operator_in(caller: Caller, city: str) -> Operator:
    """The operator of this city, for which the caller acts. Raises a Problem."""
    with refused_before_receipt():
        return operator_in(caller, city)
