"""Receiving the report of a leak (泄露事件), of data or of information on the platform's users."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from activities.record.inbox import Filing
from activities.tables.catalogue import DatasetRow
from api.acting.filing import Filer, judge, rules_at
from api.acting.forms.filing import LeakReportForm
from api.http.problems import Problem, Wrong, invalid
from reading.cases.shapes import CaseShown
from reading.grants import questions as grants
from reading.sight import Caller
from reading.store import Store
from rules.admissibility import chosen
from rules.procedure_names import LEAK
from rules.procedure_rules import ProcedureRules

PATH = "/v1/leak-reports"
OPERATOR = "operator"


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
    if rules.is_about_data:
        return await of_data(form, caller, store, filer)
    of_the_operator(form, caller, bodies)
    return Concerned(None, bodies)


def judge_report(form: LeakReportForm, at: datetime, concerned: Concerned) -> ProcedureRules:
    """The rules under which the report is received. Raises a Problem that names every reason why it cannot be."""
    rules = rules_at(form.city, LEAK, at)
    judge(rules, form.stated(), concerned.dataset)
    return rules


async def of_data(form: LeakReportForm, caller: Caller, store: Store, filer: Filer) -> Concerned:
    """The dataset that a user of it reports on, and the bodies of the case: everybody may use what is open to all.

    Raises a Problem.
    """
    if not caller.has("applicant"):
        raise Problem("RoleRequired", params={"roles": ("applicant",)})
    if not form.dataset_id:
        raise invalid("dataset_id", "missing_here")
    subject = await filer.subject(form.city, form.dataset_id)
    is_conditional = subject.dataset.openness == "conditional"
    if is_conditional and not await grants.has_or_had_grant(store, caller, form.dataset_id):
        raise Problem("Inadmissible", errors=[Wrong("dataset_id", "never_granted")])
    return Concerned(subject.dataset, subject.bodies)


def of_the_operator(form: LeakReportForm, caller: Caller, bodies: Mapping[str, str]) -> None:
    """Raises a Problem unless the operator reports, and on no dataset."""
    if not caller.has("reviewer"):
        raise Problem("RoleRequired", params={"roles": ("reviewer",)})
    if caller.body != bodies[OPERATOR]:
        raise Problem("OperatorReports")
    for field in ("dataset_id", "data_items"):
        if getattr(form, field):
            raise invalid(field, "no_dataset_concerned")
