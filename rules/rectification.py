"""Who records a breach of duty (责令改正、限期整改) under a city's rules, and which bodies have a part in the case.

`bodies` are those of the case, by role; the body against which it is directed stands among them as the provider.
"""

from __future__ import annotations

from collections.abc import Mapping

from rules.procedure_rules import ProcedureRules


def recorded_by(rules: ProcedureRules, bodies: Mapping[str, str]) -> tuple[str, ...]:
    """The roles that may record it: another in place of the body against which it would be directed."""
    return tuple(rules.acting(role, bodies) for role in rules.filed_by)


def acting_in_place(rules: ProcedureRules) -> frozenset[str]:
    """The roles that act where it is directed against the body that otherwise would."""
    return frozenset(each.body for each in rules.in_place_of.values())


def with_a_part(rules: ProcedureRules, bodies: Mapping[str, str]) -> dict[str, str]:
    """The bodies that have a part in the case, by role; the others of the city never learn of it."""
    named = {stage.body for step in rules.steps for stage in step.stages} | {stage.body for stage in rules.opened}
    part = {*named, *rules.filed_by}
    part |= {rules.acting(role, bodies) for role in part}
    return {role: body for role, body in bodies.items() if role in part}
