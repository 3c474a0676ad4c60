"""By which rules bodies serve: when they are reminded, who urges them, and who decides what none of them may. They bind
no party and move no clock.

A case keeps the rules under which it was received. Where those were pinned before packs had rules of this kind, the
law in force when they are asked for says what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.loading import CityUnknown
from rules.resolving import NotInForce, ProcedureUnknown

if TYPE_CHECKING:
    from datetime import date

    from activities.record.opening import LawOn
    from rules.pinned import RecusalRule, ReminderRule, UrgingRule
    from rules.procedure_rules import ProcedureRules

REMINDERS, URGING, RECUSAL = "reminders", "urging", "recusal"


def reminders_of(kept: ProcedureRules, law: LawOn, on: date) -> ReminderRule | None:
    """When the bodies of a case are reminded; None: never."""
    if kept.were_pinned_with(REMINDERS):
        return kept.reminders
    in_force = _in_force(kept, law, on)
    return in_force.reminders if in_force else None


def urging_beside(kept: ProcedureRules, law: LawOn, on: date) -> tuple[UrgingRule, ...]:
    """Who may urge beside those whom the rules of a case name; nobody, where those rules were pinned with urging."""
    in_force = None if kept.were_pinned_with(URGING) else _in_force(kept, law, on)
    return in_force.urging if in_force else ()


def recusal_beside(kept: ProcedureRules, law: LawOn, on: date) -> RecusalRule | None:
    """Where a task goes of whose body nobody is impartial, if the rules of the case are from before that was told."""
    in_force = None if kept.were_pinned_with(RECUSAL) else _in_force(kept, law, on)
    return in_force.recusal if in_force else None


def _in_force(kept: ProcedureRules, law: LawOn, on: date) -> ProcedureRules | None:
    try:
        return law(kept.city, kept.procedure, on)
    except (CityUnknown, NotInForce, ProcedureUnknown):
        return None
