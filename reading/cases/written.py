"""What people wrote in a case, as far as the caller may read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from activities.tables.cases import ActRow
from models.acts import ACT, Correct, Decide, File, Supply
from models.state import CaseState
from reading.cases.shapes import DecisionText, RequestShown
from reading.sight import Caller, hidden_texts, may_read
from reading.stated import choices_of, texts_of
from reading.words.law import Law
from rules.applicant_answers import APPLICANT_ANSWERS, REPORTS
from rules.pinned import APPLICANT
from rules.procedure_names import ACCESS_REQUEST
from rules.vocabulary import WRITTEN_WITH_DECISION


def reasons(caller: Caller, law: Law, state: CaseState, acts: Sequence[ActRow]) -> list[DecisionText]:
    """What bodies wrote with their decisions, and an applicant with its choices and reports, as far as the caller may
    read it."""
    hidden = hidden_texts(caller, state)
    found = (reason(law, state, row, hidden) for row in acts if may_read(caller, law.rules, state, row))
    return [each for each in found if each]


def reason(law: Law, state: CaseState, row: ActRow, hidden: frozenset[str]) -> DecisionText | None:
    """What a body wrote with a decision, or an applicant with a choice of its own or a report, but for what is hidden;
    None for any other act, or where nothing was written."""
    act = ACT.validate_python(row.act)
    if not isinstance(act, Decide | Correct):
        return None
    task = state.tasks.get(act.task_id)
    if task is None or (task.body == APPLICANT and act.outcome in APPLICANT_ANSWERS - REPORTS):
        return None
    stage = law.rules.stage(task.stage)
    outcome = stage.outcome(act.outcome) if stage else None
    text = {name: value for name, value in written(row).items() if name not in hidden}
    if outcome is None or not text:
        return None
    return DecisionText(
        act_id=row.act_id,
        task_id=task.task_id,
        stage=task.stage,
        outcome=act.outcome,
        outcome_label=law.say(outcome.label),
        decided_at=row.received_at,
        text=text,
    )


def written(row: ActRow) -> dict[str, Any]:
    """What people wrote with a decision."""
    return {name: row.content[name] for name in WRITTEN_WITH_DECISION if row.content and row.content.get(name)}


def said_in(row: ActRow, hidden: frozenset[str]) -> dict[str, Any] | None:
    """All that came with an act but for what is hidden; None where nothing came, or it was erased."""
    return None if row.content is None else {name: row.content[name] for name in row.content if name not in hidden}


def request_shown(state: CaseState, acts: Sequence[ActRow]) -> RequestShown:
    """What is asked for: the filing, with what supplements and resubmissions changed in it."""
    content: dict[str, Any] = {}
    for row in acts:
        if row.content and amends_the_request(row):
            content |= row.content
    return RequestShown(
        data_items=list(state.data_items),
        **choices_of(ACCESS_REQUEST, state.choices),
        **texts_of(ACCESS_REQUEST, content),
    )


def amends_the_request(row: ActRow) -> bool:
    """Whether the text of this act is part of the request."""
    match ACT.validate_python(row.act):
        case File() | Supply():
            return True
        case Decide() as act:
            return act.amends is not None
        case _:
            return False
