"""What the day is called from which the period for a filing runs."""

from __future__ import annotations

from reading.words.texts import texts
from rules.pinned import FiledWithinRule, Label
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import EVENTS_ELSEWHERE


def day_called(rules: ProcedureRules, within: FiledWithinRule) -> Label:
    """What the city calls the day, where it asks for it with the filing; else what it is called in every city. As it
    stands within a sentence."""
    if within.day is None:
        return EVENTS_ELSEWHERE[rules.procedure][within.from_event or ""]
    ruled = (rule.label for rule in rules.fields if rule.field == within.day)
    called = next(ruled, texts().fields[within.day])
    return Label(zh=called.zh, en=called.en[:1].lower() + called.en[1:])
