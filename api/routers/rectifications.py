"""Rectification (责令改正、限期整改): recorded or proposed by the authority, and what the system proposes for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter

from activities.record.inbox import Filing
from activities.record.rectified import RectificationOpen
from activities.tables.cases import TaskRow
from api.acting.filing import PROVIDER, AsFiler, judge, rules_at
from api.acting.forms.filing import RectificationForm
from api.dependencies import Calling, Cursor, Limit, Reading, RequiredIdempotencyKey, Running
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem, Wrong, invalid
from api.http.vocabularies import NamedCity
from reading.cases import questions as cases
from reading.cases.shapes import CaseShown
from reading.directory import questions as directory
from reading.paging import cursor, instant, place_of
from reading.shape import Page, RuleNamed, Shape
from reading.sight import Caller
from reading.store import Store
from reading.supervision import questions as supervision
from reading.supervision.proposed import Proposable, due_by
from reading.supervision.questions import Place, Span
from reading.supervision.shown import SupervisedTask, tasks_shown
from reading.words.law import Law
from rules.admissibility import chosen
from rules.pack import RECTIFICATION
from rules.procedure_rules import ProcedureRules

PATH = "/v1/rectifications"
MAY_LOOK = ("reviewer", "supervisor", "admin")

router = APIRouter(tags=["rectifications"])


class RectificationFiling(Shape):
    """What `POST /v1/rectifications` takes for a task; the breach and the statement are for whoever files."""

    city: str
    body: str
    task_id: str


class RectificationProposal(Shape):
    """A task that is overdue for longer than the grace of the city's rules, `rule`. Nothing is filed by itself."""

    task: SupervisedTask
    rule: RuleNamed
    file: RectificationFiling


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 409, 422, 503),
    summary="Record a breach of duty that is to be rectified",
)
async def begin_rectification(
    form: RectificationForm,
    key: RequiredIdempotencyKey,
    caller: Calling,
    runtime: Running,
    store: Reading,
    filer: AsFiler,
) -> CaseShown:
    """By a reviewer or supervisor of the city's authority. Where the law has the authority order it, the order is its
    first task; elsewhere the authority only proposes, and the order is a task of the government. The order sets the
    time limit (`time_limit` or `last_day` of a decision), and only bodies with a part in the case, the city's
    supervisors and administrators see it."""
    bodies = await filer.bodies(form.city)
    present = await runtime.present()
    rules = rules_at(form.city, RECTIFICATION, present.now)
    await may_be_rectified(rules, form, store)
    may_begin(rules, caller, {**bodies, PROVIDER: form.body})
    caused_by = await cause_of(form, caller, store)
    stated = form.stated()

    def received(at: datetime) -> Filing:
        rules = rules_at(form.city, RECTIFICATION, at)
        judge(rules, stated, None)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id="",
            bodies=with_a_part(rules, {**bodies, PROVIDER: form.body}),
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


@router.get(
    "/v1/supervision/rectification-proposals",
    response_model=Page[RectificationProposal],
    responses=problems(401, 403, 422, 503),
    summary="What is overdue for so long that a rectification is proposed",
)
async def proposals(
    caller: Calling,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    city: NamedCity | None = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[RectificationProposal]:
    """For who may file one, a supervisor and an administrator (who names the city): tasks of the city that are overdue
    for longer than the grace of its rules and that no open rectification names, the longest overdue first. Computed
    when asked."""
    if not caller.has(*MAY_LOOK):
        raise Problem("RoleRequired", params={"roles": MAY_LOOK})
    present = await runtime.present()
    of_city = city or caller.city
    if of_city is None:
        raise invalid("city", "city_not_named")
    rules = rules_at(of_city, RECTIFICATION, present.now)
    await may_look(rules, caller, of_city, store)
    if rules.proposed is None:
        return Page(items=[], next=None)
    latest = due_by(rules.proposed, present.record.calendar(rules.calendar), present.now)
    found = await supervision.supervised(
        store, [Span(of_city, None, latest)], Proposable(roles=rules.against), beyond(after), limit + 1
    )
    tasks = await tasks_shown(store, found[:limit], present, language)
    rule = Law(rules, language).named(rules.proposed.citation)
    more = cursor(*found[limit - 1].place) if len(found) > limit else None
    return Page(items=[proposal(task, rule) for task in tasks], next=more)


def proposal(task: SupervisedTask, rule: RuleNamed) -> RectificationProposal:
    file = RectificationFiling(city=task.city, body=task.body, task_id=task.task_id)
    return RectificationProposal(task=task, rule=rule, file=file)


def beyond(after: str | None) -> Place | None:
    """The place of a cursor."""
    if after is None:
        return None
    due, task_id = place_of(after, 2)
    return Place(instant(due), str(task_id))


def may_begin(rules: ProcedureRules, caller: Caller, bodies: Mapping[str, str]) -> None:
    """Raises a Problem unless the caller is a reviewer or supervisor of a body that the city's rules let begin it, and
    that it is not directed against; `bodies` are those of the case."""
    roles = tuple(rules.acting(role, bodies) for role in rules.filed_by)
    if not caller.has("reviewer", "supervisor") or caller.body is None:
        raise Problem("RoleRequired", params={"roles": roles})
    if caller.body in {bodies.get(role) for role in roles}:
        return
    if caller.body == bodies.get(PROVIDER) and caller.body_role in rules.filed_by:
        raise invalid("body", "directed_against_your_own_body")
    raise Problem("RoleRequired", params={"roles": roles})


async def may_look(rules: ProcedureRules, caller: Caller, city: str, store: Store) -> None:
    """Raises a Problem unless the caller is an administrator, a supervisor of the city, or may begin a case there."""
    if caller.has("admin") or (caller.has("supervisor") and caller.city == city):
        return
    instead = {each.body for each in rules.in_place_of.values()}
    if caller.has("reviewer") and caller.city == city and caller.body_role in instead:
        return
    may_begin(rules, caller, await directory.bodies_of(store, city))


async def may_be_rectified(rules: ProcedureRules, form: RectificationForm, store: Store) -> None:
    """Raises a Problem unless the law can be directed against the body."""
    role = await directory.role_of(store, form.city, form.body)
    if role is None:
        raise invalid("body", "body_unknown")
    if role not in rules.against:
        raise invalid("body", "body_not_rectified")


async def cause_of(form: RectificationForm, caller: Caller, store: Store) -> str | None:
    """The case that gave cause for it, which the caller may know of. Raises a Problem."""
    case_id = form.case_id
    if form.task_id is not None:
        task: TaskRow | None = await cases.task(store, form.task_id)
        if task is None or task.city != form.city:
            raise invalid("task_id", "task_unknown")
        if task.body != form.body:
            raise invalid("task_id", "task_of_another_body")
        if case_id not in (None, task.case_id):
            raise invalid("task_id", "task_of_another_case")
        case_id = task.case_id
    if case_id is None:
        return None
    case = await cases.case(store, caller, case_id)
    if case is None or case.city != form.city:
        raise invalid("task_id" if form.task_id else "case_id", "case_unknown")
    return case_id


def with_a_part(rules: ProcedureRules, bodies: Mapping[str, str]) -> dict[str, str]:
    """The bodies that have a part in a case under these rules, by role; the others of the city never learn of it."""
    named = {stage.body for step in rules.steps for stage in step.stages} | {stage.body for stage in rules.opened}
    part = {*named, *rules.filed_by}
    part |= {rules.acting(role, bodies) for role in part}
    return {role: body for role, body in bodies.items() if role in part}
