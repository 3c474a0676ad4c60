"""What a request grants by the terms that bodies have set, and whether anything of it is left or waits for data that
other cases keep back. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from models import events as e
from models.act_contents import GrantTerms
from models.restricting import all_withdrawn, met_by
from models.restrictions import DATA_WITHDRAWN, ITEMS_REMOVED, RestrictionKind, touches
from models.sharing import shared_by
from models.state import CaseState
from rules.deadlines import SHANGHAI
from rules.procedure_rules import ProcedureRules


def access_case_id(case_id: str) -> str:
    """The id of the access case that a granted request opens: one request, one grant."""
    return f"{case_id}-access"


def nothing_to_grant(rules: ProcedureRules, state: CaseState, at: datetime) -> str | None:
    """The outcome with which a request ends because nothing is left to grant: everything left the catalogue, or the
    rest was withdrawn; None while something is left."""
    if agree_on_nothing(rules, state):
        return ITEMS_REMOVED
    items = grant(rules, state, at).data_items
    if items and state.entry_items:
        items = tuple(item for item in items if item in state.entry_items)
        if not items:
            return ITEMS_REMOVED
    return DATA_WITHDRAWN if all_withdrawn(state, items) else None


def waits_for_data(rules: ProcedureRules, state: CaseState, at: datetime) -> bool:
    """Whether another case holds or suspends what would be granted: the grant waits until that is lifted."""
    items = grant(rules, state, at).data_items
    return any(met.kind is not RestrictionKind.WITHDRAWAL and touches(met.items, items) for _, met in met_by(state))


def terms_set(rules: ProcedureRules, state: CaseState, beside: str | None = None) -> list[GrantTerms]:
    """The terms that standing decisions have set, in their order, without those of the named stage. The terms of a body
    that decides alone, after others could not agree, replace all earlier ones."""
    standing = [task for step in rules.steps for task in state.of_step(step.step) if task.stage != beside]
    decided = [task for task in sorted(standing, key=lambda t: t.decided_by_event or 0) if task.terms]
    since = max((place for place, task in enumerate(decided) if decides_alone(rules, task.step)), default=0)
    return [task.terms for task in decided[since:] if task.terms]


def decides_alone(rules: ProcedureRules, step: str) -> bool:
    """Whether a case comes to this step because bodies disagreed too often."""
    stages = (stage for each in rules.steps for stage in each.stages)
    return any(outcome.then_to == step for stage in stages for outcome in stage.outcomes)


def items_granted(rules: ProcedureRules, state: CaseState, beside: str | None = None) -> tuple[str, ...]:
    """The items that would be granted as the case stands: those on which all bodies that named any agree, or those
    asked for.

    None named: all. Only a request received before receipts recorded the items of a dataset can be for that.
    """
    named = [terms.data_items for terms in terms_set(rules, state, beside) if terms.data_items]
    agreed = [*named, *([state.data_items] if state.data_items else [])]
    if not agreed:
        return ()
    return tuple(item for item in agreed[0] if all(item in items for items in agreed))


def agree_on_nothing(rules: ProcedureRules, state: CaseState) -> bool:
    """Whether bodies have named items, but no item that is still asked for was passed by all of them."""
    return any(terms.data_items for terms in terms_set(rules, state)) and not items_granted(rules, state)


def grant(rules: ProcedureRules, state: CaseState, at: datetime) -> e.Granted:
    """What the bodies granted: what was asked for, narrowed by the terms of each body, for nobody grants more than
    another has passed.

    A decision no longer counts once its stage was decided again in a later round, and an opinion grants nothing.
    """
    mode = mode_granted(rules, state)
    last_day = at.astimezone(SHANGHAI).date() + timedelta(days=days_granted(rules, state))
    return e.Granted(
        at=at,
        access_case_id=access_case_id(state.case_id),
        data_items=items_granted(rules, state),
        access_mode=mode,
        access_modes=modes_granted(rules, mode),
        use=state.choices.get("use"),
        valid_until=datetime.combine(last_day + timedelta(days=1), time(), SHANGHAI),
        daily_calls=quota_granted(rules, state),
        report_days=report_days_granted(rules, state),
        shared=shared_by(rules, state.choices),
    )


def mode_granted(rules: ProcedureRules, state: CaseState) -> str | None:
    """The access mode that was set last, or asked for; None where nobody named one."""
    named = (terms.access_mode for terms in reversed(terms_set(rules, state)) if terms.access_mode)
    return next(named, state.choices.get("access_mode"))


def modes_granted(rules: ProcedureRules, mode: str | None) -> tuple[str, ...]:
    """The ways in which the data may be fetched: this one, or where none is named, those that can be asked for."""
    known = tuple(choice.value for choice in rules.choices.get("access_mode", ()) if choice.on_request)
    return (mode,) if mode else known


def days_granted(rules: ProcedureRules, state: CaseState) -> int:
    """How many calendar days the grant lasts: the fewest that anybody has set, or the city's term."""
    assert rules.grant, "the loader refuses a pack that grants without a term"
    return min((t.valid_days for t in terms_set(rules, state) if t.valid_days), default=rules.grant.term_days)


def quota_granted(rules: ProcedureRules, state: CaseState) -> int | None:
    """How often the data may be fetched on one day: the least that anybody has set; None where nobody did."""
    return min((t.daily_calls for t in terms_set(rules, state) if t.daily_calls), default=None)


def report_days_granted(rules: ProcedureRules, state: CaseState) -> int | None:
    """After how many days the grantee owes a report on use, again and again: the fewest that anybody has set, or the
    city's interval; None where no reports are owed."""
    if rules.reporting is None:
        return None
    return min((t.report_days for t in terms_set(rules, state) if t.report_days), default=rules.reporting.days)
