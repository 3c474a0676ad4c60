"""The stages of a procedure and its endings, as they stood on the day of a cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.cut_at import CutAt
from rules.pack import PROMPTLY
from rules.pinned_stages import (
    Audience,
    BodyStanding,
    ClassEffect,
    ClassStanding,
    ClockFrom,
    DataEffect,
    Ending,
    EntryEffect,
    ExtensionRule,
    GrantEffect,
    LimitStanding,
    Outcome,
    PublishedRule,
    RecordEffect,
    Stage,
    StopBegins,
    StopRule,
    WhenPassed,
)
from rules.texts_in_force import label
from rules.way import (
    OrderTerms,
    OutcomeEntry,
    OutcomeTerms,
    StageEntry,
)


def stage_at(cut: CutAt, name: str, order: OrderTerms) -> Stage | None:
    entry: StageEntry = cut.procedure.stages[name]
    body, period = cut.held(entry.body), cut.chosen(entry.period)
    periods = period.value if isinstance(period.value, Mapping) else {}
    outcomes = tuple(outcomes_at(cut, entry.outcomes))
    if body is None:
        return None
    return Stage(
        stage=name,
        label=label(entry.label),
        body=body.value,
        periods={by: length for by, length in periods.items() if length != PROMPTLY},
        period_by=entry.period_by,
        period_citation=cut.cited(period.cite),
        promptly=period.value == PROMPTLY,
        promptly_for=tuple(by for by, length in periods.items() if length == PROMPTLY),
        set_by_decision=period.value == "set_by_decision",
        clock_from=ClockFrom(order.clock_from.get(name, ClockFrom.OPENING)),
        clock_from_stage=order.clock_from_stage.get(name),
        only_when=dict(order.only_when.get(name, {})),
        ahead_of_turn=name in order.ahead_of_turn,
        outlasting=name in order.outlasting,
        binding=name in order.binding,
        each=name in order.each,
        of_county=cut.pack.counties is not None and body.value == cut.pack.counties.authority,
        outcomes=outcomes,
        extension=extension_at(cut, entry),
        citation=cut.cited(body.cite),
    )


def extension_at(cut: CutAt, entry: StageEntry) -> ExtensionRule | None:
    held = cut.held(entry.extension)
    if held is None:
        return None
    return ExtensionRule(at_most=held.value.at_most, by_post=held.value.by_post, citation=cut.cited(held.cite))


def stops_at(cut: CutAt) -> Iterator[StopRule]:
    for name, entry in cut.procedure.stops.items():
        if held := cut.held(entry.versions):
            yield StopRule(
                stop=name,
                label=label(entry.label),
                clocks=held.value.clocks,
                begins=StopBegins(held.value.begins),
                stage=held.value.stage,
                until_done=held.value.ends is not None,
                at_most=held.value.at_most,
                stops=held.value.stops,
                citation=cut.cited(held.cite),
            )


def published_at(terms: OutcomeTerms) -> PublishedRule | None:
    return PublishedRule(stage=terms.publishes.stage, to=Audience(terms.publishes.to)) if terms.publishes else None


def outcomes_at(cut: CutAt, entries: Mapping[str, OutcomeEntry]) -> Iterator[Outcome]:
    for name, entry in entries.items():
        version = cut.held(entry.versions)
        if version:
            yield Outcome(
                outcome=name,
                label=label(entry.label),
                leads_to=version.value.leads_to,
                period=version.value.period,
                at_most=version.value.at_most,
                then_to=version.value.then_to,
                requires=cut.requirements(version.value.requires, version.cite),
                data=DataEffect(version.value.data) if version.value.data else None,
                whole_dataset=version.value.whole_dataset,
                marks=version.value.marks,
                answers=version.value.answers,
                entry=EntryEffect(version.value.entry) if version.value.entry else None,
                trigger=version.value.trigger,
                by_publication=version.value.by_publication,
                when_passed=WhenPassed(version.value.when_passed) if version.value.when_passed else None,
                opens=version.value.opens,
                when_limit=LimitStanding(version.value.when_limit) if version.value.when_limit else None,
                class_effect=ClassEffect(version.value.class_effect) if version.value.class_effect else None,
                when_class=ClassStanding(version.value.when_class) if version.value.when_class else None,
                when_body=BodyStanding(version.value.when_body) if version.value.when_body else None,
                grant=GrantEffect(version.value.grant) if version.value.grant else None,
                record=RecordEffect(version.value.record) if version.value.record else None,
                publishes=published_at(version.value),
                pins_figures=version.value.pins_figures,
                orders=version.value.orders,
                citation=cut.cited(version.cite),
            )


def endings_at(cut: CutAt) -> Iterator[Ending]:
    for name, entry in cut.procedure.endings.items():
        version = cut.held(entry.versions)
        if version:
            yield Ending(
                outcome=name,
                label=label(entry.label),
                grants=version.value.grants,
                upheld=version.value.upheld,
                refusal=version.value.refusal,
                directory=version.value.directory,
                at_once_when=dict(version.value.at_once_when),
                citation=cut.cited(version.cite),
            )
