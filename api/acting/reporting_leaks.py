"""Receiving the report of a leak (泄露事件), of data or of information on the platform's users."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from activities.record.filings import Filing
from activities.tables.catalogue import DatasetRow
from api.acting.filing import Filer, judge, rules_at
from api.acting.forms.filing import LeakReportForm
from api.acting.refusals import refused_before_receipt
from api.http.problems import Problem, wrongs
from models import reporting
from reading.cases.shapes import CaseShown
from reading.grants import questions as grants
from reading.sight import Caller
from reading.store import Store
from rules.admissibility import chosen
from rules.procedure_names import LEAK
from rules.procedure_rules import ProcedureRules

PATH = "/v1/leak-reports"


class Concerned(NamedTuple):
    """The dataset that leaked, None where it is information that the operator holds; and the bodies of the case."""

    dataset: DatasetRow | None
    bodies: Mapping[str, str]


async def receive_leak_report(
    store: Store, filer: Filer, caller: Caller, case_id: str, form: LeakReportForm
) -> CaseShown:
    """The case of the report, which whoever may report a leak by the law of the city has filed. Raises a Problem."""
    concerned = await concerned_by(store, filer, caller, form)
    stated = form.stated()

    def received(at: datetime) -> Filing:
        rules = judge_report(form, at, concerned)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id=concerned.dataset.dataset_id if concerned.dataset else "",
            bodies=concerned.bodies,
            data_items=form.data_items or (),
            choices=chosen(rules, stated),
            given=frozenset(stated),
        )

    return await filer.receive(case_id, LEAK, form.said(), received)


async def concerned_by(store: Store, filer: Filer, caller: Caller, form: LeakReportForm) -> Concerned:
    """What the report is about, and the bodies of its case, by the law of the city. Raises a Problem."""
    bodies = await filer.bodies(form.city)
    rules = rules_at(form.city, LEAK, (await store.present()).now)
    with refused_before_receipt():
        reporting.may_report(rules, caller.roles, caller.body, bodies)
    if wrong := reporting.about_the_wrong_thing(rules, form.named):
        raise Problem("RequestInvalid", errors=wrongs([wrong], None))
    if not form.dataset_id:
        return Concerned(None, bodies)
    subject = await filer.subject(form.city, form.dataset_id)
    granted = await grants.has_or_had_grant(store, caller, form.dataset_id)
    if found := reporting.not_of_its_users(subject.dataset.openness, granted):
        raise Problem("Inadmissible", errors=wrongs(found, None))
    return Concerned(subject.dataset, subject.bodies)


def judge_report(form: LeakReportForm, at: datetime, concerned: Concerned) -> ProcedureRules:
    """The rules under which the report is received. Raises a Problem that names every reason why it cannot be."""
    rules = rules_at(form.city, LEAK, at)
    judge(rules, form.stated(), concerned.dataset, at)
    return rules
