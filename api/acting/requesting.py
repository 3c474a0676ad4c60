"""Filing an access request (有条件开放数据申请) under the law of its city on the day of receipt."""

from __future__ import annotations

from datetime import datetime

from activities.record.filings import Filing
from api.acting.filing import Filer, Subject, judge, rules_at
from api.acting.forms.filing import AccessRequestForm
from api.acting.real_names import is_known_by_name, must_be_known
from reading.cases.shapes import CaseShown
from reading.sight import Caller
from rules.admissibility import chosen
from rules.procedure_names import ACCESS_REQUEST
from rules.procedure_rules import ProcedureRules

PATH = "/v1/access-requests"


def judge_request(form: AccessRequestForm, at: datetime, subject: Subject) -> ProcedureRules:
    """The rules under which the request is received. Raises a Problem that names every reason why it cannot be."""
    rules = rules_at(form.city, ACCESS_REQUEST, at)
    judge(rules, form.stated(), subject.dataset, at)
    return rules


async def receive_request(filer: Filer, caller: Caller, form: AccessRequestForm, key: str) -> CaseShown:
    """The request as it was received; the same key files it once. Raises a Problem."""
    subject = await filer.subject(form.city, form.dataset_id)
    stated = form.stated()
    known = await is_known_by_name(filer.store, caller)

    def received(at: datetime) -> Filing:
        must_be_known(known, form.city, at)
        rules = judge_request(form, at, subject)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id=subject.dataset.dataset_id,
            bodies=subject.bodies,
            data_items=form.data_items or (),
            choices=chosen(rules, stated),
            given=frozenset(stated),
        )

    return await filer.receive(filer.case_id(PATH, key), ACCESS_REQUEST, form.said(), received)
