"""Receiving what a body files of data that it opens outside the platform (平台外开放备案)."""

from __future__ import annotations

from datetime import datetime

from activities.record.filings import Filing
from api.acting.filing import Filer, judge, rules_in_force_at
from api.acting.forms.filing import ElsewhereForm
from api.acting.refusals import refused_before_receipt
from models.elsewhere import may_file_of
from reading.cases.shapes import CaseShown
from reading.sight import Caller
from rules.admissibility import chosen
from rules.procedure_names import OPENING_ELSEWHERE

PATH = "/v1/openings-elsewhere"


async def file_opening_elsewhere(filer: Filer, caller: Caller, form: ElsewhereForm, key: str) -> CaseShown:
    """The case in which the authority takes it on record. Raises a Problem that names every reason why it cannot be
    received; that it comes late is none."""
    subject = await filer.subject(form.city, form.dataset_id)
    stated = form.stated()

    def received(at: datetime) -> Filing:
        rules = rules_in_force_at(form.city, OPENING_ELSEWHERE, at)
        with refused_before_receipt():
            may_file_of(rules, caller.roles, caller.body_in(form.city), caller.body_role, subject.bodies)
        judge(rules, stated, subject.dataset, at)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id=subject.dataset.dataset_id,
            bodies=rules.with_a_part(subject.bodies),
            data_items=form.data_items or (),
            choices=chosen(rules, stated),
            given=frozenset(stated),
        )

    return await filer.receive(filer.case_id(PATH, key), OPENING_ELSEWHERE, form.said(), received)
