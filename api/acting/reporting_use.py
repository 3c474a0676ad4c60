"""What a grantee says of its use of data, and a body that inspects it: reports, an own record, findings."""

from __future__ import annotations

from datetime import datetime

from activities.filing.reports_owed import case_of_report
from activities.record.filings import Filing
from api.acting.filing import Filer, rules_in_force_at
from api.acting.forms.deciding import InspectionForm
from api.acting.forms.filing import UseRecordForm, UseReportForm
from api.acting.granting import of_a_grant
from api.acting.receiving import ActShown, Receiver
from api.http.known import known
from api.http.problems import Problem, wrongs
from models import using
from models.acts import Decide, Inspect, RecordUse
from models.who_may_act import task_of_the_party
from reading.cases.shapes import CaseShown
from reading.grants import questions as grants
from reading.sight import Caller
from reading.store import Store
from rules.procedure_names import USE_REPORT
from rules.procedure_rules import PROVIDER

TEXT = frozenset({"text"})


async def begin_report(store: Store, filer: Filer, caller: Caller, case_id: str) -> CaseShown:
    """The case of the report that is owed next for the caller's own grant, asked for before it is owed: it is the same
    case then. Raises a Problem where the grant is over or owes none."""
    held = known(await grants.own_grant(store, caller, case_id))
    owed_on = held.grant.next_report_on
    if owed_on is None or held.case.closed_at is not None:
        raise Problem("NothingToReport")
    city, dataset_id, provider = held.case.city, held.grant.dataset_id, held.case.provider
    bodies = {**await filer.bodies(city), PROVIDER: provider or ""}

    def received(at: datetime) -> Filing:
        return Filing(
            rules=rules_in_force_at(city, USE_REPORT, at),
            party=caller.account_id,
            dataset_id=dataset_id,
            bodies=bodies,
            data_items=(),
            choices={},
            given=frozenset(),
            occurred_on=owed_on,
            caused_by=case_id,
        )

    return await filer.receive(case_of_report(case_id, owed_on), USE_REPORT, {}, received)


async def report(receiver: Receiver, store: Store, case_id: str, form: UseReportForm) -> ActShown:
    """The report in answer to what was asked, in time or late. Raises a Problem, also where nothing is asked."""
    content = form.said()
    await receiver.case(case_id)
    if answered := await receiver.received_before(content):
        return answered
    read = await store.case_read(case_id)
    task = task_of_the_party(read.state, form.outcome)
    if task is None:
        raise Problem("NothingToReport")
    granted_at = await grants.granted_at(store, read.state.caused_by or "")
    if wrong := using.day_not_obtained(read.rules, form.obtained_on, await store.now(), granted_at):
        raise Problem("Inadmissible", errors=wrongs(wrong, read.rules))
    act = Decide(**receiver.fields(case_id), task_id=task.task_id, outcome=form.outcome, given=form.fields_given())
    return await receiver.receive(act, content)


async def record_use(receiver: Receiver, case_id: str, form: UseRecordForm) -> ActShown:
    """An entry of the grantee's own record. Raises a Problem."""
    act = RecordUse(**await of_a_grant(receiver, case_id), used_on=form.used_on)
    return await receiver.receive(act, form.said())


async def inspect(receiver: Receiver, case_id: str, form: InspectionForm) -> ActShown:
    """What an inspection found. Raises a Problem."""
    act = Inspect(
        **await of_a_grant(receiver, case_id),
        inspected_on=form.inspected_on,
        finding=form.finding,
        given=form.given(TEXT),
    )
    return await receiver.receive(act, form.said())
