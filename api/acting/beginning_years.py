"""Beginning what a city or one of its bodies owes for a year, and another plan in the place of one on record."""

from __future__ import annotations

from datetime import date, datetime

from activities.filing.years import first_of_its_year
from activities.record.filings import Filing
from activities.record.one_at_a_time import PlanReplaced
from api.acting.filing import Filer, judge, rules_in_force_at
from api.acting.forms.filing import PlanForm, YearForm
from api.acting.refusals import refused_before_receipt
from api.http.problems import invalid
from models import who_may_act
from models.years import (
    about,
    begins,
    begins_in_its_own_city,
    bodies_of_a_year,
    owed_from,
    why_not_replaced,
    with_a_seat,
)
from reading.cases import questions as cases
from reading.cases.shapes import CaseShown
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import Store
from rules.deadlines import to_shanghai
from rules.procedure_names import EVALUATION, OPENING_FOCUS, OPENING_PLAN
from rules.procedure_rules import PROVIDER, ProcedureRules

FOCUSES = "/v1/opening-focuses"
PLANS = "/v1/opening-plans"
EVALUATIONS = "/v1/evaluations"


async def begin_focus(filer: Filer, store: Store, caller: Caller, form: YearForm) -> CaseShown:
    """The case in which the city's focus of a year is set: the one that there is of that year, or a new one. Raises a
    Problem."""
    return await begin_year(filer, store, caller, OPENING_FOCUS, form, None, None)


async def begin_evaluation(filer: Filer, store: Store, caller: Caller, form: YearForm) -> CaseShown:
    """The case in which a year of the city is evaluated: the one that there is of it, or a new one. Raises a
    Problem."""
    return await begin_year(filer, store, caller, EVALUATION, form, None, None)


async def begin_plan(filer: Filer, store: Store, caller: Caller, form: PlanForm, key: str) -> CaseShown:
    """The case of the plan of the caller's body for a year: the one that there is, or a new one; and where it is to
    replace one that is on record, another. Raises a Problem, also where another has replaced that already."""
    replaced = await plan_replaced(store, caller, form) if form.replaces else None
    # A page has one key, and says of any plan that it is to be replaced.
    case_id = filer.case_id(f"{PLANS}/{replaced}", key) if replaced else None
    try:
        return await begin_year(filer, store, caller, OPENING_PLAN, form, case_id, replaced)
    except PlanReplaced as fact:
        raise invalid("replaces", "plan_replaced") from fact


async def begin_year(
    filer: Filer,
    store: Store,
    caller: Caller,
    procedure: str,
    form: YearForm,
    case_id: str | None,
    replaced: str | None,
) -> CaseShown:
    """The case about that year: under this id, or under the one that the first of its year has, whoever begins it.
    Raises a Problem."""
    bodies = await filer.bodies(form.city)
    body, own = bodies_of_a_year(procedure, bodies, caller.body, caller.body_role)
    rules = rules_in_force_at(form.city, procedure, (await store.present()).now)
    with refused_before_receipt():
        who_may_act.lets_file(rules, caller.roles, caller.body, own)
        begins_in_its_own_city(caller.city, form.city)
    year_can_be_begun(rules, form.year, to_shanghai((await store.present()).now).date())
    rows = await directory.bodies(store, form.city)
    providers = [row.body for row in rows if row.role == PROVIDER]
    entered = {row.body: row.entered_on for row in rows}

    def received(at: datetime) -> Filing:
        rules = rules_in_force_at(form.city, procedure, at)
        judge(rules, {}, None, at)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id="",
            bodies=with_a_seat(rules, bodies, providers, body),
            data_items=(),
            choices={},
            given=frozenset(),
            occurred_on=owed_from(rules, form.year, entered.get(body or "")),
            caused_by=replaced,
        )

    its_own = case_id or first_of_its_year(procedure, form.city, body, form.year)
    return await filer.receive(its_own, procedure, {}, received)


def year_can_be_begun(rules: ProcedureRules, year: int, today: date) -> None:
    """The law is in force in that year, which has come or is the next; what is evaluated has begun. Raises a
    Problem."""
    law, last = rules.regulation, about(rules.procedure, today) + 1
    if not law.in_force_from.year <= year <= last or (law.in_force_until and begins(year) >= law.in_force_until):
        raise invalid("year", "year_out_of_reach", first=law.in_force_from.year, last=last)


async def plan_replaced(store: Store, caller: Caller, form: PlanForm) -> str:
    """The plan on record that is to be replaced: the caller's body's own, of that year. That it is not replaced already
    its receipt sees to. Raises a Problem."""
    row = await cases.case(store, caller, form.replaces or "")
    plan = (await store.case_read(row.case_id)).state if row else None
    if code := why_not_replaced(plan, caller.body, form.year):
        raise invalid("replaces", code)
    assert plan, "what is not known is not replaced"
    return plan.case_id
