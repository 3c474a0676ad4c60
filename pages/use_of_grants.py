"""The forms about the use of a grant, made from the rules: the report that is owed, an own record, an inspection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from models.using import OBTAINED_ON
from pages.calls import Call
from pages.forms.fields import Field, Option
from pages.forms.kinds import Kind, kind_of
from reading.words.law import Law
from reading.words.texts import texts
from rules.pinned import Citation
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import REPORTED


def fields_of_report(call: Call, law: Law, obtained_on: date | None) -> tuple[Field, ...]:
    """What a report states; `obtained_on` is the last day on which the gate let the data be fetched."""
    return tuple(_of_report(call, law, obtained_on))


def _of_report(call: Call, law: Law, obtained_on: date | None) -> Iterator[Field]:
    for name in REPORTED:
        citation = demanded_by(law.rules, name)
        if name == OBTAINED_ON and citation is None:
            continue
        field = Field(
            name,
            kind_of(name),
            law.say(texts().fields[name]),
            required=name == "uses",
            law=law.named(citation) if citation else None,
            hint=None if name == "uses" else call.say("use.of_results"),
        )
        if name == OBTAINED_ON and obtained_on is not None:
            field = replace(field, values=(obtained_on.isoformat(),), hint=call.say("use.from_the_log"))
        yield field


def demanded_by(rules: ProcedureRules, field: str) -> Citation | None:
    """The rule by which a report states this; None where no rule of the city has it do so."""
    stages = (stage for step in rules.steps for stage in step.stages)
    found = (each for stage in stages for outcome in stage.outcomes for each in outcome.requires)
    return next((each.citation for each in found if field in each.any_of), None)


def fields_of_record(call: Call) -> tuple[Field, ...]:
    """What an entry of the own record states."""
    return (
        Field("used_on", Kind.DAY, call.say("use.used_on"), required=True),
        Field("text", Kind.PROSE, call.say("use.record_text"), required=True),
    )


def fields_of_inspection(call: Call, law: Law) -> tuple[Field, ...]:
    """What an inspection puts on record, where the law of the grant has a body do so."""
    rule = law.rules.inspection
    if rule is None:
        return ()
    findings = tuple(Option(each, law.say(label)) for each, label in texts().inspections.items())
    return (
        Field("inspected_on", Kind.DAY, call.say("use.inspected_on"), required=True, law=law.named(rule.citation)),
        Field("finding", Kind.CHOICE, call.say("use.finding"), required=True, options=findings),
        Field("text", Kind.PROSE, call.say("use.inspection_text"), required=True),
    )
