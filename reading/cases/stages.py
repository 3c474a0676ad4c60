"""Stages in words: what every task of one says alike."""

from __future__ import annotations

from dataclasses import dataclass

from reading.cases.shapes import OutcomeShown, RequirementShown
from reading.shape import Cited
from reading.words.law import Law
from reading.words.texts import texts
from rules.pinned import Citation
from rules.pinned_stages import Outcome, Stage


@dataclass(frozen=True)
class StageInWords:
    """A stage in the words of one language. `clock_rule` is the rule that gives its period, or the stage's own; `clock`
    is where that stands, `assumed` what about the dates of its regulation is assumed."""

    stage: Stage
    label: str
    rule: Cited
    outcomes: list[OutcomeShown]
    clock_rule: Citation
    clock: Cited
    assumed: str | None


def stage_in_words(law: Law, name: str) -> StageInWords:
    """The stage of that name, which the rules have."""
    stage = law.rules.stage(name)
    assert stage, f"the log holds a stage that the rules do not know: {name}"
    clock_rule = stage.period_citation or stage.citation
    return StageInWords(
        stage=stage,
        label=law.say(stage.label),
        rule=law.cited(stage.citation),
        outcomes=[outcome_shown(law, outcome) for outcome in stage.outcomes],
        clock_rule=clock_rule,
        clock=law.cited(clock_rule),
        assumed=law.assumed(clock_rule),
    )


def outcome_shown(law: Law, outcome: Outcome) -> OutcomeShown:
    """One of them, with what it demands."""
    return OutcomeShown(
        **law.cited(outcome.citation).model_dump(),
        outcome=outcome.outcome,
        label=law.say(outcome.label),
        requires=[
            RequirementShown(
                **law.cited(requirement.citation).model_dump(),
                any_of=list(requirement.any_of),
                labels=[law.say(texts().fields[name]) for name in requirement.any_of],
                when={name: list(values) for name, values in requirement.when.items()},
            )
            for requirement in outcome.requires
        ],
    )
