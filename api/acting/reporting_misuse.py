"""Receiving a report of misuse (举报), and the appeal (申诉) of a user of data against what was taken of a grant."""

from __future__ import annotations

from datetime import datetime

from activities.record.filings import Filing
from api.acting.filing import Filer, Subject, judge, rules_at
from api.acting.forms.filing import MisuseAppealForm, MisuseReportForm
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from api.http.problems import invalid
from models import reporting
from reading.cases.shapes import CaseShown
from reading.grants import questions as grants
from reading.misuse import questions as misuse
from reading.sight import Caller
from reading.store import Store
from rules.admissibility import chosen
from rules.procedure_names import MISUSE, MISUSE_APPEAL
from rules.procedure_rules import PROVIDER, ProcedureRules
from rules.vocabulary import FOUND_BY, TAKEN_BY

REPORTS = "/v1/misuse-reports"
APPEALS = "/v1/misuse-appeals"


async def receive_misuse_report(filer: Filer, caller: Caller, case_id: str, form: MisuseReportForm) -> CaseShown:
    """The case of the report, which anybody files who has an account: an applicant, or an officer of a body that found
    it. Raises a Problem."""
    subject = await filer.subject(form.city, form.dataset_id)
    found_by, bodies = reporting.who_found(caller.body, subject.bodies)

    def received(at: datetime) -> Filing:
        rules = judge_misuse_report(form, at, subject, caller)
        stated = form.stated()
        how = {FOUND_BY: found_by} if FOUND_BY in rules.choices else {}
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id=subject.dataset.dataset_id,
            bodies=bodies,
            data_items=form.data_items or (),
            choices=chosen(rules, stated) | how,
            given=frozenset(stated),
        )

    return await filer.receive(case_id, MISUSE, form.said(), received)


def judge_misuse_report(form: MisuseReportForm, at: datetime, subject: Subject, caller: Caller) -> ProcedureRules:
    """The rules under which the report is received. Raises a Problem that names every reason why it cannot be."""
    rules = rules_at(form.city, MISUSE, at)
    with refused_before_receipt():
        reporting.may_report_misuse(caller.roles)
    judge(rules, form.stated(), subject.dataset)
    return rules


async def receive_misuse_appeal(
    store: Store, filer: Filer, caller: Caller, case_id: str, form: MisuseAppealForm
) -> CaseShown:
    """The case of the appeal of a grantee against what was taken of the own grant, while it is. Raises a Problem."""
    held = known(await grants.own_grant(store, caller, form.case_id))
    taken = next(
        (each for each in await misuse.taken_of(store, [form.case_id]) if each.case_id == form.measure_id), None
    )
    if taken is None or taken.ended_at is not None:
        raise invalid("measure_id", "measure_unknown")
    for appeal in await misuse.appeal_is_open(store, caller.account_id, taken.dataset_id):
        if appeal != case_id and (await store.case_read(appeal)).state.caused_by == taken.case_id:
            raise invalid("measure_id", "appealed_already")
    cause = (await store.case_read(taken.case_id)).state
    subject = await filer.subject(held.case.city, taken.dataset_id)
    bodies = {**subject.bodies, PROVIDER: cause.bodies[PROVIDER]}

    def received(at: datetime) -> Filing:
        rules = rules_at(held.case.city, MISUSE_APPEAL, at)
        stated = form.stated()
        judge(rules, stated, None)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id=taken.dataset_id,
            bodies=bodies,
            data_items=(),
            choices={TAKEN_BY: reporting.who_took(taken.body, bodies)},
            given=frozenset(stated),
            caused_by=taken.case_id,
        )

    return await filer.receive(case_id, MISUSE_APPEAL, form.said(), received)
