"""Receiving a demand (需求) for data that is not in the catalogue."""

from __future__ import annotations

from datetime import datetime

from activities.record.filings import Filing
from api.acting.filing import PROVIDER, Filer, judge, rules_at
from api.acting.forms.filing import DemandForm
from reading.cases.shapes import CaseShown
from reading.sight import Caller
from rules.admissibility import chosen
from rules.procedure_names import DEMAND
from rules.procedure_rules import ProcedureRules

PATH = "/v1/demands"


def judge_demand(form: DemandForm, at: datetime) -> ProcedureRules:
    """The rules under which the demand is received. Raises a Problem that names every reason why it cannot be."""
    rules = rules_at(form.city, DEMAND, at)
    judge(rules, form.stated(), None, at)
    return rules


async def receive_demand(filer: Filer, caller: Caller, case_id: str, form: DemandForm) -> CaseShown:
    """The case of the demand, before the provider whose data it would be. Raises a Problem."""
    bodies = await filer.bodies(form.city)
    provider = await filer.provider(form.city, form.provider)
    stated = form.stated()

    def received(at: datetime) -> Filing:
        rules = judge_demand(form, at)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id="",
            bodies={**bodies, PROVIDER: provider},
            data_items=(),
            choices=chosen(rules, stated),
            given=frozenset(stated),
        )

    return await filer.receive(case_id, DEMAND, form.said(), received)
