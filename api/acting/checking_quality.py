"""Receiving a quality check (质量校核) of data that its user obtained."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from activities.record.filings import Filing
from api.acting.filing import Filer, Subject, judge, rules_at
from api.acting.forms.filing import QualityCheckForm
from api.acting.refusals import refused_before_receipt
from api.http.problems import Problem, wrongs
from models import quality, who_may_act
from reading.cases.shapes import CaseShown
from reading.grants import questions as grants
from reading.sight import Caller
from reading.store import Store
from rules.admissibility import chosen
from rules.pinned import DISCOVERED_ON, Citation
from rules.procedure_names import QUALITY_CHECK
from rules.procedure_rules import ProcedureRules

PATH = "/v1/quality-checks"


class Obtained(NamedTuple):
    """The data of which the check is, and when the caller was first granted access to it; None where it never was."""

    subject: Subject
    granted_at: datetime | None


async def receive_quality_check(
    store: Store, filer: Filer, caller: Caller, case_id: str, form: QualityCheckForm
) -> CaseShown:
    """The case of the check, which somebody who obtained the data has filed. Raises a Problem."""
    obtained = await obtained_by(store, filer, caller, form)
    stated = form.stated()

    def received(at: datetime) -> Filing:
        rules = judge_quality_check(form, at, obtained, caller)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id=obtained.subject.dataset.dataset_id,
            bodies=obtained.subject.bodies,
            data_items=form.data_items or (),
            choices=chosen(rules, stated),
            given=frozenset(stated),
        )

    return await filer.receive(case_id, QUALITY_CHECK, form.said(), received)


async def obtained_by(store: Store, filer: Filer, caller: Caller, form: QualityCheckForm) -> Obtained:
    """The data that the check is about, and since when the caller may have had it. Raises a Problem."""
    subject = await filer.subject(form.city, form.dataset_id)
    return Obtained(subject, await grants.first_granted_at(store, caller, form.dataset_id))


def judge_quality_check(form: QualityCheckForm, at: datetime, obtained: Obtained, caller: Caller) -> ProcedureRules:
    """The rules under which the check is received. Raises a Problem that names every reason why it cannot be."""
    rules = rules_at(form.city, QUALITY_CHECK, at)
    dataset, granted_at = obtained.subject.dataset, obtained.granted_at
    with refused_before_receipt():
        who_may_act.lets_file(rules, caller.roles, caller.body, obtained.subject.bodies)
    judge(rules, form.stated(), dataset, at)
    found = [
        *quality.not_obtained(dataset.openness, granted_at, _of_the_check(rules)),
        *quality.found_before_the_grant(dataset.openness, form.discovered_on, granted_at, _of_the_day(rules)),
    ]
    if found:
        raise Problem("Inadmissible", errors=wrongs(found, rules))
    return rules


def _of_the_check(rules: ProcedureRules) -> Citation | None:
    """The article by which whoever obtained the data has it checked."""
    first = rules.step(rules.first)
    return first.stages[0].citation if first else None


def _of_the_day(rules: ProcedureRules) -> Citation | None:
    """The rule of the city on the day of discovery."""
    return next((rule.citation for rule in rules.fields if rule.field == DISCOVERED_ON), None)
