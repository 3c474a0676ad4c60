"""The class of an entry: what the law rules out, and which class is proposed, agreed or decided in a dispute. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from models import acts as a
from models import events as e
from models import refusals as r
from models.act_contents import Measure
from models.proposal import Proposal
from models.state import CaseState
from rules.pinned import Citation
from rules.pinned_stages import ClassEffect, ClassStanding, EntryEffect, Outcome
from rules.procedure_rules import ProcedureRules

OPENNESS = "openness"
NAMED_CLASS = "named_class"
NAMES = (ClassEffect.PROPOSE, ClassEffect.SET)
"""What names a class of its own."""


def class_allowed(rules: ProcedureRules, state: CaseState, outcome: Outcome, measure: Measure) -> None:
    """A decision is allowed by the state of the class: its outcome fits a settled or an open class, a draft has the
    settled class, and an outcome that names a class names another than the draft's.

    `state` has the answers of the draft already. Raises AnswerBarred, ClassIsSettled, ClassNotSettled,
    MeasureNotAllowed, ClassUnknown, NoOtherClass.
    """
    settled = state.settled
    if outcome.when_class is ClassStanding.OPEN and settled:
        raise settled_otherwise(settled, "outcome")
    if outcome.when_class is ClassStanding.SETTLED and not settled:
        raise r.ClassNotSettled(field="outcome")
    if outcome.entry is EntryEffect.SUBMIT and settled and state.choices.get(OPENNESS) != settled.openness:
        raise settled_otherwise(settled, OPENNESS)
    if outcome.entry is EntryEffect.SUBMIT:
        for name in state.choices:
            if _is_asked(outcome, name, state.choices):
                nothing_bars(rules, name, state.choices)
    if measure.named_class is None:
        return
    if outcome.class_effect not in NAMES:
        raise r.MeasureNotAllowed(field=NAMED_CLASS)
    known = [choice.value for choice in rules.choices.get(OPENNESS, ()) if choice.on_request]
    if measure.named_class not in known:
        raise r.ClassUnknown(field=NAMED_CLASS, allowed="|".join(known))
    if measure.named_class == state.choices.get(OPENNESS):
        raise r.NoOtherClass(field=NAMED_CLASS)
    nothing_bars(rules, OPENNESS, {**state.choices, OPENNESS: measure.named_class}, NAMED_CLASS)


def _is_asked(outcome: Outcome, name: str, choices: Mapping[str, str]) -> bool:
    """Whether the outcome still asks it of such a draft: what an earlier draft of another class answered bars nothing
    in this one."""
    asking = [each for each in outcome.requires if name in each.any_of]
    return not asking or any(each.applies_to(choices) for each in asking)


def nothing_bars(rules: ProcedureRules, name: str, choices: Mapping[str, str], field: str | None = None) -> None:
    """No rule bars the value of the choice `name` because of another choice. Raises AnswerBarred with the rule."""
    choice = rules.choice(name, choices[name])
    for bar in choice.barred if choice else ():
        if bar.applies_to(choices):
            rule = bar.citation
            cited = {"rule": rule.article, "basis": rule.basis, "source": rule.source}
            raise r.AnswerBarred(field=field or name, answer=choices[name], because="|".join(bar.when), **cited)


def settled_otherwise(settled: e.ClassSettled, field: str) -> r.ClassIsSettled:
    """The refusal that names the class that binds, and the rule by which it binds."""
    return r.ClassIsSettled(
        field=field,
        rule=settled.article,
        basis=settled.basis,
        source=settled.source,
        settled=settled.openness,
    )


def move_class(proposal: Proposal, outcome: Outcome, measure: Measure, act: a.Decide) -> None:
    """The decision proposes another class or settles one; an outcome that is not about the class does nothing."""
    if outcome.class_effect is None:
        return
    common = {"at": act.received_at, "act": act.id, "by": act.by.account, **rule_of(outcome.citation)}
    if outcome.class_effect is ClassEffect.PROPOSE:
        proposal.add(e.ClassProposed.model_validate({**common, "openness": measure.named_class}))
        return
    meant = {
        ClassEffect.ACCEPT: proposal.state.proposed_class,
        ClassEffect.KEEP: proposal.state.choices.get(OPENNESS),
        ClassEffect.SET: measure.named_class,
    }
    proposal.add(e.ClassSettled.model_validate({**common, "openness": meant[outcome.class_effect]}))


def rule_of(citation: Citation) -> dict[str, object]:
    return {"source": citation.source, "article": citation.article, "basis": citation.basis}
