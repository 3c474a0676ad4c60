"""The box at the top of a case: where it is, who holds it, until which day, and what whoever looks at it can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pages.addresses import in_language
from pages.calls import Call
from reading.calendar.shapes import DayShown
from reading.cases.reckoned import Reckoned
from reading.cases.shapes import CaseShown, OutcomeShown, TaskShown
from reading.shape import RuleNamed
from reading.words.law import Law
from rules.agreement import SIGN
from rules.applicant_answers import APPLICANT_ANSWERS, RESUBMIT
from rules.pinned import APPLICANT
from rules.vocabulary import REPORT


@dataclass(frozen=True)
class Held:
    """A task that somebody has yet to answer, with its period and how its last day is reckoned."""

    task: TaskShown
    rule: RuleNamed
    days: Sequence[DayShown]
    is_mine: bool

    @property
    def last_day(self) -> date | None:
        return self.task.clock.last_day


@dataclass(frozen=True)
class Turn:
    """What is asked of whoever looks: what for, in whose words, and where to do it."""

    title: str
    words: str | None
    label: str
    address: str


@dataclass(frozen=True)
class Choice:
    """What whoever looks may choose, and what comes of it where the period passes without a choice."""

    ways: tuple[OutcomeShown, ...]
    otherwise: str | None
    last_day: date | None


@dataclass(frozen=True)
class Now:
    """The box. `look` is how it is drawn: yours, late, over, quiet, or plain."""

    look: str
    title: str
    held: tuple[Held, ...]
    turn: Turn | None
    nothing_to_do: bool
    choice: Choice | None = None
    is_next: bool = False
    """What is one's own lies open, and somebody else has to answer first."""


def now_of(call: Call, law: Law, case: CaseShown, reckoned: Sequence[Reckoned]) -> Now:
    """The box of a case, for whoever looks at it."""
    if case.status == "closed":
        return Now("over", call.say("now.over", outcome=case.outcome_label or ""), (), None, nothing_to_do=False)
    by_task = {each.task_id: each.days for each in reckoned}
    open_tasks = [task for task in case.tasks if task.state in ("open", "claimed")]
    held = tuple(_held(call, law, task, by_task.get(task.task_id, ())) for task in open_tasks)
    turn = turn_of(call, case, open_tasks)
    choice = choice_of(law, case, open_tasks)
    late = any(each.task.clock.overdue for each in held)
    labels = call.say("now.and").join(dict.fromkeys(each.task.label for each in held))
    where = call.say("now.here", stage=labels) if labels else call.say("now.waits")
    if choice:
        where = call.say("now.choose", stage=labels)
    title = turn.title if turn else where
    waits = turn is None and choice is None and is_party(call, case)
    is_next = waits and any(each.is_mine for each in held)
    look = look_of(held, is_ones_own=bool(turn or choice), late=late)
    return Now(look, title, held, turn, waits and not is_next, choice, is_next)


def look_of(held: Sequence[Held], *, is_ones_own: bool, late: bool) -> str:
    """How the box is to look: what is one's own turn goes before what is late."""
    if is_ones_own:
        return "yours"
    if late:
        return "late"
    return "plain" if held else "quiet"


def is_party(call: Call, case: CaseShown) -> bool:
    """Whether it is one's own case, and not that of the body which one serves."""
    of_a_body = case.sharing_request is not None and case.sharing_request.body is not None
    return bool(call.caller and case.parties and case.parties[0].id == call.caller.login and not of_a_body)


def _held(call: Call, law: Law, task: TaskShown, days: Sequence[DayShown]) -> Held:
    stage = law.rules.stage(task.stage)
    assert stage, f"the log holds a stage that the rules do not know: {task.stage}"
    return Held(task, law.named(stage.period_citation or stage.citation), days, task.body == APPLICANT)


def turn_of(call: Call, case: CaseShown, open_tasks: Sequence[TaskShown]) -> Turn | None:
    """What is asked of whoever looks, if anything is; the judge says what is possible."""
    tasks = {task.task_id: task for task in open_tasks}
    answers = [
        (tasks[each.task_id], each.outcomes) for each in case.possible if each.act == "decide" and each.task_id in tasks
    ]
    number = case.case_number
    for task, outcomes in answers:
        if RESUBMIT in outcomes:
            said = said_with_return(case)
            return Turn(
                call.say("now.resubmit"), said, call.say("now.to_resubmit"), call.path("supplement", number=number)
            )
        if REPORT in outcomes and task.body == APPLICANT:
            report = call.path("use_report", number=number)
            return Turn(call.say("use.now"), said_with_return(case), call.say("use.to_report"), report)
        if SIGN in outcomes and task.body == APPLICANT:
            return Turn(call.say("now.sign"), None, call.say("now.to_sign"), call.path("agreement", number=number))
    if any(each.act == "supply" for each in case.possible):
        wanted = next((task.supplement_wanted for task in open_tasks if task.supplement_wanted), None)
        return Turn(call.say("now.supply"), wanted, call.say("now.to_supply"), call.path("supplement", number=number))
    for task, _ in answers:
        if task.body != APPLICANT and "task" in call.request.app.state.names:
            address = in_language(f"/desk/{number}/{task.stage}.{task.round}", call.language)
            return Turn(call.say("now.decide", stage=task.label), task.said, call.say("now.to_decide"), address)
    return None


def choice_of(law: Law, case: CaseShown, open_tasks: Sequence[TaskShown]) -> Choice | None:
    """What the law lets whoever looks choose, if it is the party; what time decides otherwise is for nobody to send."""
    tasks = {task.task_id: task for task in open_tasks if task.body == APPLICANT}
    for each in case.possible:
        task = tasks.get(each.task_id or "")
        if task is None or each.act != "decide" or APPLICANT_ANSWERS & set(each.outcomes):
            continue
        stage = law.rules.stage(task.stage)
        lapse = next((it for it in stage.outcomes if it.when_passed), None) if stage else None
        return Choice(
            ways=tuple(it for it in task.outcomes if it.outcome in each.outcomes),
            otherwise=law.say(lapse.label) if lapse else None,
            last_day=task.clock.last_day,
        )
    return None


def said_with_return(case: CaseShown) -> str | None:
    """Why the request was sent back, in the words of who did."""
    returned = [task.task_id for task in case.tasks if task.state == "done" and task.body != APPLICANT]
    said = [each.text.get("reason") for each in case.reasons if each.task_id in returned]
    return next((text for text in reversed(said) if text), None)
