"""Recording a breach of duty (责令改正、限期整改): who may, against whom, for which cause; received as a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from activities.record.filings import Filing
from activities.record.rectified import RectificationOpen
from api.acting.filing import Filer, judge, rules_at
from api.acting.forms.filing import RectificationForm
from api.acting.refusals import refused_before_receipt
from api.http.problems import Problem, Wrong, invalid
from models.who_may_act import why_not_against, why_not_begin_against
from reading.cases.causing import Cause, CauseUnusable, causing_case
from reading.cases.shapes import CaseShown
from reading.directory import questions as directory
from reading.shape import Page
from reading.sight import Caller
from reading.store import Present, Store
from reading.supervision.proposed import proposal_page
from reading.supervision.shapes import RectificationProposal
from reading.supervision.sight import city_of_proposals, sees_proposals
from reading.words.language import Language
from rules.admissibility import chosen
from rules.procedure_names import RECTIFICATION
from rules.procedure_rules import ProcedureRules

PATH = "/v1/rectifications"


async def record_breach(filer: Filer, store: Store, caller: Caller, form: RectificationForm, key: str) -> CaseShown:
    """The case in which a body is to put right what it did. Raises a Problem."""
    bodies = await directory.bodies_around(store, form.city, form.body)
    rules = rules_at(form.city, RECTIFICATION, (await store.present()).now)
    await may_be_rectified(rules, form, store)
    may_record(rules, caller, bodies)
    try:
        caused_by = await causing_case(store, caller, Cause(form.city, form.body, form.task_id, form.case_id))
    except CauseUnusable as fact:
        raise invalid(fact.field, fact.code) from fact
    if caused_by:
        # What was done in his own affair nobody pursues for a body (回避).
        cause = (await store.case_read(caused_by)).state
        with refused_before_receipt():
            caller.must_be_impartial(cause, field="task_id" if form.task_id else "case_id")
    stated = form.stated()

    def received(at: datetime) -> Filing:
        rules = rules_at(form.city, RECTIFICATION, at)
        judge(rules, stated, None, at)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id="",
            bodies=rules.with_a_part(bodies),
            data_items=(),
            choices=chosen(rules, stated),
            given=frozenset(stated),
            caused_by=caused_by,
            about_task=form.task_id,
        )

    try:
        return await filer.receive(filer.case_id(PATH, key), RECTIFICATION, form.said(), received)
    except RectificationOpen as fact:
        params = {"case_number": fact.case_number, "case_id": fact.case_id}
        wrong = Wrong("task_id", "RectificationOpen", params)
        raise Problem("RectificationOpen", errors=[wrong], params=params) from fact


def may_record(rules: ProcedureRules, caller: Caller, bodies: Mapping[str, str]) -> None:
    """Raises a Problem unless the caller is a reviewer or supervisor of a body that the city's rules let record it, and
    that it is not directed against; `bodies` are those of the case."""
    with refused_before_receipt():
        wrong = why_not_begin_against(rules, caller.roles, caller.body, caller.body_role, bodies)
    if wrong:
        raise invalid(wrong.field, wrong.code)


async def may_be_rectified(rules: ProcedureRules, form: RectificationForm, store: Store) -> None:
    """Raises a Problem unless the law can be directed against the body."""
    if wrong := why_not_against(rules, await directory.role_of(store, form.city, form.body)):
        raise invalid(wrong.field, wrong.code)


def city_looked_at(caller: Caller, city: str | None) -> str:
    """The city whose proposals are asked for, the caller's own unless another is named. Raises a Problem unless the
    caller has a role that sees any."""
    with refused_before_receipt():
        of_city = city_of_proposals(caller, city)
    if of_city is None:
        raise invalid("city", "city_not_named")
    return of_city


async def law_of_proposals(store: Store, caller: Caller, city: str) -> tuple[ProcedureRules, Present]:
    """The rules by which the city proposes rectifications today. Raises a Problem unless the caller sees them."""
    present = await store.present()
    rules = rules_at(city, RECTIFICATION, present.now)
    await may_look(rules, caller, city, store)
    return rules, present


async def proposed(
    store: Store, caller: Caller, city: str, language: Language, after: str | None, limit: int
) -> Page[RectificationProposal]:
    """What the rules of the city propose to have rectified, by their law of today. Raises a Problem, and
    CursorUnusable."""
    rules, present = await law_of_proposals(store, caller, city)
    return await proposal_page(store, caller, rules, present, language, after, limit)


async def may_look(rules: ProcedureRules, caller: Caller, city: str, store: Store) -> None:
    """Raises a Problem unless the caller sees what is proposed for the city, or may record a breach."""
    if not sees_proposals(caller, rules, city):
        may_record(rules, caller, await directory.bodies_of(store, city))
