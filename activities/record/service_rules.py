"""By which rules bodies serve: when they are reminded, and who urges them. They bind no party and move no clock.

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
    from rules.pinned import ReminderRule, UrgingRule
    from rules.procedure_rules import ProcedureRules

REMINDERS, URGING = "reminders", "urging"


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


def _in_force(kept: ProcedureRules, law: LawOn, on: date) -> ProcedureRules | None:
    try:
        return law(kept.city, kept.procedure, on)
    except (CityUnknown, NotInForce, ProcedureUnknown):
        return None
