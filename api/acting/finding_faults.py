"""Putting what an evaluation has found before the body concerned, a case each."""

from __future__ import annotations

from datetime import datetime

from activities.record.filings import Filing
from api.acting.filing import PROVIDER, Filer, judge, rules_in_force_at
from api.acting.forms.filing import FindingForm
from api.acting.refusals import refused_before_receipt
from api.http.problems import invalid
from models import who_may_act
from models.years import why_nothing_is_found
from reading.cases import questions as cases
from reading.cases.shapes import CaseShown
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import Store
from rules.admissibility import chosen
from rules.procedure_names import IMPROVEMENT
from rules.procedure_rules import ProcedureRules

FINDINGS = "/v1/evaluation-findings"


async def put_before_the_body(filer: Filer, store: Store, caller: Caller, form: FindingForm, key: str) -> CaseShown:
    """The case in which the body answers what it did about the finding. Raises a Problem."""
    row = await cases.case(store, caller, form.case_id)
    evaluation = (await store.case_read(row.case_id)).state if row else None
    if code := why_nothing_is_found(evaluation):
        raise invalid("case_id", code)
    assert evaluation, "of what is not known nothing is found"
    now = (await store.present()).now
    rules = rules_in_force_at(evaluation.city, IMPROVEMENT, now)
    await may_be_found(rules, evaluation.city, form.body, store)
    bodies = {**await filer.bodies(evaluation.city), PROVIDER: form.body}
    with refused_before_receipt():
        who_may_act.lets_file(rules, caller.roles, caller.body, bodies)
    stated = form.stated()
    judge(rules, stated, None, now)

    def received(at: datetime) -> Filing:
        rules = rules_in_force_at(evaluation.city, IMPROVEMENT, at)
        judge(rules, stated, None, at)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id="",
            bodies=rules.with_a_part(bodies),
            data_items=(),
            choices=chosen(rules, stated),
            given=frozenset(stated),
            caused_by=evaluation.case_id,
        )

    return await filer.receive(filer.case_id(FINDINGS, key), IMPROVEMENT, form.said(), received)


async def may_be_found(rules: ProcedureRules, city: str, body: str, store: Store) -> None:
    """Raises a Problem unless the law has the body put right what is found of it."""
    if wrong := who_may_act.why_not_against(rules, await directory.role_of(store, city, body)):
        raise invalid(wrong.field, wrong.code)
