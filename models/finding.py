"""What a decision may find of the use of data, and of which grant it may take what. Pure."""

from __future__ import annotations

from models import refusals as r
from models.act_contents import Finding
from rules.pinned_stages import GrantEffect, Outcome, RecordEffect
from rules.procedure_rules import ProcedureRules

MISUSE_FOUND = "misuse"


def acts_on_grants(rules: ProcedureRules) -> bool:
    """Whether a decision of such a case can take something of a grant."""
    stages = (stage for step in rules.steps for stage in step.stages)
    return any(outcome.grant and outcome.grant.curtails for stage in stages for outcome in stage.outcomes)


def finds_alone(outcome: Outcome) -> bool:
    """Whether it publishes what was found and takes nothing of a grant."""
    return outcome.record is RecordEffect.PUBLISH and outcome.grant is None


def finding_allowed(rules: ProcedureRules, outcome: Outcome, finding: Finding | None) -> None:
    """A decision takes only of a grant on the dataset of its case, while it holds, and leaves it only what it gives.
    One that takes nothing and is published all the same names a grant that is over, or none.

    Raises FindingNotAllowed, MisuseUnknown, GrantUnknown, GrantIsOver, GrantStillHolds, NotOfTheGrant.
    """
    if finds_alone(outcome):
        _misuse_known(rules, finding)
        _nothing_left_to_take(finding)
        return
    if outcome.grant is None or not outcome.grant.curtails:
        if finding is None:
            return
        raise r.FindingNotAllowed(field="misused_grant")
    if finding is None:
        raise r.GrantUnknown(field="misused_grant")
    _misuse_known(rules, finding)
    grant = finding.grant
    if grant is None:
        raise r.GrantUnknown(field="misused_grant")
    if grant.is_over:
        raise r.GrantIsOver(field="misused_grant")
    is_left = bool(finding.left_items or finding.left_mode)
    if outcome.grant is GrantEffect.RESTRICT and not is_left:
        raise r.NotOfTheGrant(field="left_items")
    if outcome.grant is GrantEffect.CLOSE and is_left:
        raise r.FindingNotAllowed(field="left_items" if finding.left_items else "left_mode")
    if grant.data_items and not set(finding.left_items) <= set(grant.data_items):
        raise r.NotOfTheGrant(field="left_items")
    if finding.left_mode and finding.left_mode not in grant.access_modes:
        raise r.NotOfTheGrant(field="left_mode")


def _misuse_known(rules: ProcedureRules, finding: Finding | None) -> None:
    if finding and finding.misuse and rules.choice(MISUSE_FOUND, finding.misuse) is None:
        known = "|".join(choice.value for choice in rules.choices.get(MISUSE_FOUND, ()))
        raise r.MisuseUnknown(field=MISUSE_FOUND, allowed=known)


def _nothing_left_to_take(finding: Finding | None) -> None:
    """A grant that holds is restricted or closed, and is not passed over by a finding."""
    if finding is None:
        return
    if finding.left_items or finding.left_mode:
        raise r.FindingNotAllowed(field="left_items" if finding.left_items else "left_mode")
    if finding.named and finding.grant is None:
        raise r.GrantUnknown(field="misused_grant")
    if finding.grant and not finding.grant.is_over:
        raise r.GrantStillHolds(field="misused_grant")


def publishes(rules: ProcedureRules | None) -> bool:
    """Whether a decision under these rules makes act and measure public."""
    steps = rules.steps if rules else ()
    outcomes = (outcome for step in steps for stage in step.stages for outcome in stage.outcomes)
    return any(outcome.record is RecordEffect.PUBLISH for outcome in outcomes)
