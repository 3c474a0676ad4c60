"""The work list of a body: its tasks in the law's order, searched and taken in hand by the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from api.acting import deciding
from api.acting.forms.deciding import ReassignmentForm
from api.acting.refusals import refused_before_receipt
from api.http.problems import Problem, invalid
from pages.calls import Call, deed, page
from pages.officers import demanded, key_of, new_key, page_of_form, receiver_of
from pages.tables import as_table
from reading.cases import lists, sought
from reading.cases.questions import CasesSought
from reading.cases.sought import TaskCounts, TasksSought
from reading.directory import questions as directory
from reading.due import TaskDue
from reading.sight import Caller
from reading.tables.lists import case_table, task_table
from reading.words.language import said
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.pinned import PARTY, Label
from rules.resolving import NotInForce, as_last_in_force

A_PAGE = 50
TABS = ("all", "mine", "today", "done")
FILTERS = ("procedure", "stage", "due", "q")
DUE: TypeAdapter[TaskDue] = TypeAdapter(TaskDue)


@dataclass(frozen=True)
class Asked:
    """What of the list is asked for, as the address says it."""

    tab: str
    filters: Mapping[str, str]

    @classmethod
    def of(cls, call: Call) -> Asked:
        """What the query says; what it cannot mean narrows nothing."""
        tab = call.asked("tab") or TABS[0]
        filters = {name: call.asked(name) or "" for name in FILTERS}
        try:
            DUE.validate_python(filters["due"] or "soon")
        except ValidationError:
            filters["due"] = ""
        return cls(tab if tab in TABS else TABS[0], filters)

    def sought(self, body: str) -> TasksSought:
        """The tasks that are meant, of this body."""
        due = "today" if self.tab == "today" else self.filters["due"]
        return TasksSought(
            states=sought.ENDED if self.tab == "done" else None,
            body=body,
            procedure=self.filters["procedure"] or None,
            stage=self.filters["stage"] or None,
            mine=self.tab == "mine",
            due=DUE.validate_python(due) if due else None,
            q=self.filters["q"] or None,
        )

    def query(self, **more: str | None) -> str:
        """The same as a query, with more or other parts."""
        parts = {"tab": self.tab if self.tab != TABS[0] else None, **self.filters, **more}
        return urlencode({name: value for name, value in parts.items() if value})


def served_body(call: Call) -> tuple[Caller, str]:
    """The reviewer who looks, and the body served. Raises LoginNeeded, Problem."""
    caller = call.must_be_logged_in()
    with refused_before_receipt():
        return caller, caller.must_review_for_a_body()


def with_query(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address


async def desk(call: Call) -> Response:
    """The tasks of the body of who looks: first what is to be done promptly, then by due day."""
    caller, body = served_body(call)
    asked = Asked.of(call)
    listed = lists.ended_task_page if asked.tab == "done" else lists.task_page
    found = await listed(call.store, caller, call.language, asked.sought(body), call.asked("cursor"), A_PAGE)
    counts = await sought.count_tasks(call.store, caller, body, await call.store.present())
    logins = {task.claimed_by for task in found.items if task.claimed_by}
    return call.page(
        "desk.html",
        asked=asked,
        tabs=[(tab, with_query(call.path("desk"), f"tab={tab}"), count_of(counts, tab)) for tab in TABS],
        found=found.items,
        names={login: await name_of(call, login) for login in logins},
        as_csv=with_query(call.path("desk_csv"), asked.query()),
        next=with_query(call.path("desk"), asked.query(cursor=found.next)) if found.next else None,
        first=with_query(call.path("desk"), asked.query()) if call.asked("cursor") else None,
        procedures=procedures_of(call, caller),
        stages=stages_of(call, caller),
        colleagues=list(await directory.reviewers_of(call.store, body)),
        key=new_key(),
    )


async def desk_csv(call: Call) -> Response:
    """All that the list has, as it is narrowed, as a table."""
    caller, body = served_body(call)
    parts = task_table(call.runtime, caller, call.language, Asked.of(call).sought(body))
    return await as_table(call, "tasks", parts)


def count_of(counts: TaskCounts, tab: str) -> int | None:
    """How many tasks a tab has; of those that are done nobody counts."""
    return {"all": counts.open, "mine": counts.mine, "today": counts.today}.get(tab)


async def name_of(call: Call, login: str) -> str:
    """What an account is called."""
    account = await directory.account(call.store, login)
    return said(Label.model_validate(account.name), call.language) if account else login


@cache
def words_of_law(city: str, on: date) -> Mapping[str, tuple[Label, Mapping[str, tuple[str, Label]]]]:
    """Each procedure of a city, with what it and its stages are called and before which role each stage lies; once the
    law has ended, as on its last day."""
    pack = load_pack(city)
    found = {}
    for procedure in pack.procedures:
        try:
            rules = as_last_in_force(pack, procedure, on)
        except NotInForce:
            continue
        stages = [*(stage for step in rules.steps for stage in step.stages), *rules.opened]
        stages += [rules.opinion] if rules.opinion else []
        found[procedure] = rules.label, {each.stage: (each.body, each.label) for each in stages}
    return found


def procedures_of(call: Call, caller: Caller) -> dict[str, Label]:
    """The procedures of the caller's city."""
    law = words_of_law(caller.city or "", to_shanghai(call.now).date())
    return {procedure: label for procedure, (label, _) in law.items()}


def stages_of(call: Call, caller: Caller) -> dict[str, Label]:
    """The stages that lie before a body of the caller's role."""
    law = words_of_law(caller.city or "", to_shanghai(call.now).date())
    known = (each for _, stages in law.values() for each in stages.items())
    return {stage: label for stage, (role, label) in known if role in (caller.body_role, PARTY)}


@dataclass(frozen=True)
class Done:
    """What became of one of the tasks selected: its case, its stage, and why nothing was done where nothing was."""

    number: str
    stage: str
    place: str
    problem: str | None
    waits: bool


async def desk_selected(call: Call) -> Response:
    """The tasks selected are claimed, or handed to a colleague, one by one: a refusal stops no other. To load the page
    again sends the same acts, which changes nothing."""
    caller, _ = served_body(call)
    form = await call.request.form()
    key, does = key_of(form), demanded(form, "do")
    selected = [each for each in form.getlist("task") if isinstance(each, str)]
    if not selected:
        await call.say_once("desk.none_selected")
        return call.go_on_to(call.path("desk"))
    colleague = demanded(form, "to") if does == "hand_on" else None
    if does not in ("claim", "hand_on"):
        raise invalid("do", "missing_here")
    done = [await done_to(call, caller, key, each, colleague) for each in selected[:A_PAGE]]
    return call.page(
        "desk_selected.html",
        done=done,
        does=does,
        to=await name_of(call, colleague) if colleague else None,
        failed=sum(each.problem is not None for each in done),
    )


async def done_to(call: Call, caller: Caller, key: str, task_id: str, colleague: str | None) -> Done:
    """Claims one task, or hands it to the colleague. Raises a Problem for one that nobody may know of."""
    receiver = receiver_of(call, key, f"/{task_id}" if colleague is None else f"/{task_id}/{colleague}")
    task = await receiver.known_task(task_id)
    case = await receiver.case(task.case_id)
    rules = await call.store.rules(case.rules_digest)
    stage = rules.stage(task.stage)
    label = said(stage.label, call.language) if stage else task.stage
    problem, waits = None, False
    try:
        if colleague is None:
            answered = await deciding.claim(receiver, task_id)
        else:
            answered = await deciding.reassign(receiver, call.store, caller, task_id, ReassignmentForm(to=colleague))
        waits = answered.state == "received"
    except Problem as fact:
        problem = fact.document(call.language, call.request.url.path).detail
    return Done(case.case_number, label, f"{task.stage}.{task.round}", problem, waits)


def status_named(asked: str) -> Literal["open", "closed"] | None:
    match asked:
        case "open" | "closed":
            return asked
        case _:
            return None


def cases_asked(call: Call) -> tuple[dict[str, str], CasesSought]:
    """Which cases are searched for, as the address says it and as it is meant."""
    asked = {name: call.asked(name) or "" for name in ("number", "procedure", "status", "filed")}
    return asked, CasesSought(
        procedure=asked["procedure"] or None,
        status=status_named(asked["status"]),
        case_number=asked["number"].upper() or None,
        filed_late=True if asked["filed"] == "late" else None,
    )


async def desk_cases_csv(call: Call) -> Response:
    """All cases that are searched for, as a table."""
    caller, _ = served_body(call)
    _, wanted = cases_asked(call)
    return await as_table(call, "cases", case_table(call.runtime, caller, call.language, wanted))


async def desk_cases(call: Call) -> Response:
    """The cases that the body may know of, searched by number, procedure, state and dataset."""
    caller, _ = served_body(call)
    asked, wanted = cases_asked(call)
    found = await lists.case_page(call.store, caller, wanted, call.asked("cursor"), A_PAGE)
    titles = await lists.titles_of(call.store, call.language, (each.dataset_id for each in found.items))
    latest = await sought.latest_of_cases(call.store, [each.case_id for each in found.items])

    def address(**more: str) -> str:
        parts = {name: value for name, value in {**asked, **more}.items() if value}
        return with_query(call.path("desk_cases"), urlencode(parts))

    return call.page(
        "desk_cases.html",
        asked=asked,
        found=found.items,
        procedures=procedures_of(call, caller),
        titles=titles,
        places={case_id: f"{task.stage}.{task.round}" for case_id, task in latest.items()},
        as_csv=with_query(call.path("desk_cases_csv"), urlencode({k: v for k, v in asked.items() if v})),
        next=address(cursor=found.next) if found.next else None,
        first=address() if call.asked("cursor") else None,
    )


ROUTES = (
    page("/desk", desk),
    page("/desk/tasks.csv", desk_csv),
    page("/desk/cases.csv", desk_cases_csv),
    deed("/desk/selected", desk_selected),
    page_of_form("/desk/selected", "desk"),
    page("/desk/cases", desk_cases),
)
