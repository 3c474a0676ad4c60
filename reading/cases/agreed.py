"""What would be signed, as the log has it: between whom, on which data, for how long and on which conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import acts as a
from models.course import called_for
from models.demanding import given_by, unmet
from models.granting import grant
from models.state import CaseState
from models.task_state import TaskState
from reading.cases.possible import PROBE
from reading.sight import Caller
from rules.agreement import SIGN
from rules.pinned import APPLICANT, Requirement
from rules.pinned_stages import Outcome
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import SIGNED_BY_APPLICANT


@dataclass(frozen=True)
class Signatory:
    """Who signs, when it did, and the digest of the text that it signed; `body` is `applicant` for the party."""

    body: str
    signed_at: datetime | None
    digest: str | None


@dataclass(frozen=True)
class Agreed:
    """The terms that bodies have set, narrowed to what all have passed. No items: all that the dataset has.
    `valid_until` is exclusive, as it would be if all signed now."""

    data_items: tuple[str, ...]
    access_mode: str | None
    access_modes: tuple[str, ...]
    use: str | None
    daily_calls: int | None
    valid_until: datetime
    signatories: tuple[Signatory, ...]
    outcome: Outcome | None
    """The signature that lies before the caller; None where none does."""
    wanted: tuple[Requirement, ...]
    """What the caller states with it, by the law of the city."""
    awaits: tuple[Requirement, ...]
    """What the other side has to state before."""


def agreed_of(rules: ProcedureRules, state: CaseState, caller: Caller, now: datetime) -> Agreed | None:
    """What would be signed in this case; None where nobody signs anything in it as it stands."""
    signing = signatures(rules, state)
    if rules.grant is None or not signing:
        return None
    granted = state.granted or grant(rules, state, now)
    mine = next((task for task in signing if task.is_open and _is_mine(task, state, caller)), None)
    stage = rules.stage(mine.stage) if mine else None
    outcome = stage.outcome(SIGN) if stage else None
    lacking = _lacking(rules, state, caller, mine, outcome, now) if mine and outcome else ()
    return Agreed(
        data_items=granted.data_items,
        access_mode=granted.access_mode,
        access_modes=granted.access_modes,
        use=granted.use,
        daily_calls=granted.daily_calls,
        valid_until=granted.valid_until,
        signatories=tuple(
            Signatory(task.body, task.ended_at if task.ended == "decided" else None, task.digest) for task in signing
        ),
        outcome=outcome,
        wanted=tuple(each for each in lacking if SIGNED_BY_APPLICANT & set(each.any_of)),
        awaits=tuple(each for each in lacking if not SIGNED_BY_APPLICANT & set(each.any_of)),
    )


def signatures(rules: ProcedureRules, state: CaseState) -> list[TaskState]:
    """The tasks in which somebody signs, of the step in which the case stands or ended."""
    tasks = called_for(rules, state, state.step) if state.step else []
    return [task for task in tasks if SIGN in task.outcomes and task.ended != "cancelled"]


def signature_of(rules: ProcedureRules, state: CaseState, caller: Caller) -> TaskState | None:
    """The signature of the caller, as party or as reviewer of a body, which lies before it or which it has given; None
    where none is its own."""
    signer = _signer(state, caller)
    return next((task for task in signatures(rules, state) if task.body == signer), None)


def _signer(state: CaseState, caller: Caller) -> str | None:
    """As whom the caller signs: as the party, or for the body that it reviews for."""
    if state.party == caller.account_id and state.for_body is None:
        return APPLICANT
    return caller.body if caller.has("reviewer") else None


def _is_mine(task: TaskState, state: CaseState, caller: Caller) -> bool:
    return task.body == APPLICANT and state.party == caller.account_id


def _lacking(
    rules: ProcedureRules, state: CaseState, caller: Caller, task: TaskState, outcome: Outcome, now: datetime
) -> tuple[Requirement, ...]:
    """What a signature without a word would lack."""
    known = {"id": PROBE, "case_id": state.case_id, "by": caller.actor, "received_at": now}
    act = a.Decide.model_validate({**known, "task_id": task.task_id, "outcome": outcome.outcome})
    return unmet(outcome.requires, state.choices, given_by(rules, state, act))
