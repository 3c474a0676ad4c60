"""A procedure as lawyers and applicants read it: steps, stages, periods and demands, each with its article beside it.

All of it is taken from the map and the words of the procedure; nothing is said here that the rules do not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reading.rules.other_rules import other_rules
from reading.rules.words import Words
from reading.words.language import Language
from reading.words.texts import texts
from rules.pack import Pack
from rules.pinned import Choice, Citation, FieldRule, Label
from rules.pinned_stages import Outcome
from rules.procedure_map import ProcedureMap, StageOnMap, StepOnMap, procedure_map
from rules.procedure_rules import ProcedureRules

REQUIRED = Label(zh="必填", en="required")
OPTIONAL = Label(zh="可不填", en="optional")
REQUIRED_WHEN = Label(zh="必填：{when}的", en="required if {when}")
NOT_ON_REQUEST = Label(zh="不能由申请人选择", en="not for the applicant to choose")
BEGINS_AT = Label(zh="自{step}开始", en="begins at {step}")
GRANT_NEEDS = Label(zh="授权时须附{demand}", en="a grant comes with {demand}")


@dataclass(frozen=True)
class CitedShown:
    """Where a rule stands. `number` is that of a service rule, whose reason is listed; None for an article."""

    text: str
    number: int | None


@dataclass(frozen=True)
class OutcomeShown:
    """One way to decide a stage: where the case goes, what becomes of the data, what it must come with."""

    label: str
    leads_to: tuple[str, ...]
    effects: tuple[str, ...]
    demands: tuple[str, ...]
    law: CitedShown


@dataclass(frozen=True)
class StageShown:
    """One question before one body. `standing` says when it lies open, beside the ordinary."""

    stage: str
    label: str
    body: str
    law: CitedShown
    periods: tuple[str, ...]
    period_law: CitedShown | None
    standing: tuple[str, ...]
    outcomes: tuple[OutcomeShown, ...]


@dataclass(frozen=True)
class StepShown:
    """Stages that lie side by side; `on_entering` says what coming here does to the data."""

    number: int
    step: str
    on_entering: tuple[str, ...]
    stages: tuple[StageShown, ...]


@dataclass(frozen=True)
class WayShown:
    """The steps through which a case goes, and what its ending is called, where the way has one."""

    steps: tuple[StepShown, ...]
    ending: str | None


@dataclass(frozen=True)
class EndingShown:
    """One way in which a case closes."""

    label: str
    grants: bool
    law: CitedShown


@dataclass(frozen=True)
class ChoiceShown:
    """One value that can be stated, and what follows from it."""

    label: str
    notes: tuple[str, ...]
    law: CitedShown


@dataclass(frozen=True)
class FieldShown:
    """What a filing states: whether it must, by which rule, and between what it chooses."""

    label: str
    demanded: str
    law: CitedShown | None
    choices: tuple[ChoiceShown, ...]


@dataclass(frozen=True)
class OtherShown:
    """A rule beside the stages."""

    name: str
    says: str
    law: CitedShown | None


@dataclass(frozen=True)
class ServiceRuleShown:
    """Our choice where the law is silent, with its reason; never law."""

    number: int
    reason: str


@dataclass(frozen=True)
class ProcedureShown:
    """The whole of a procedure under the rules of one day."""

    label: str
    steps: tuple[StepShown, ...]
    beside: tuple[StageShown, ...]
    opinion: StageShown | None
    endings: tuple[EndingShown, ...]
    fields: tuple[FieldShown, ...]
    others: tuple[OtherShown, ...]
    service_rules: tuple[ServiceRuleShown, ...]


def procedure_shown(pack: Pack, rules: ProcedureRules, language: Language) -> ProcedureShown:
    """A procedure in one language; service rules are numbered in the order in which it names them."""
    return _all_of(pack, Words(rules, procedure_map(rules), language))


def words_as_shown(pack: Pack, rules: ProcedureRules, language: Language) -> Words:
    """The words by which service rules have the numbers that they have where the procedure is shown."""
    words = Words(rules, procedure_map(rules), language)
    _all_of(pack, words)
    return words


def _all_of(pack: Pack, words: Words) -> ProcedureShown:
    shown, map_, rules = _Shown(words), words.map, words.rules
    fields = tuple(shown.fields())
    steps = tuple(shown.step(each) for each in map_.steps)
    beside = tuple(shown.stage(each.of, None, words.opened(each)) for each in map_.beside)
    opinion = shown.stage(map_.opinion, None) if map_.opinion else None
    endings = tuple(shown.endings())
    others = tuple(
        OtherShown(each.name, each.says, shown.cited(each.citation) if each.citation else None)
        for each in other_rules(pack, words)
    )
    return ProcedureShown(
        label=words.say(rules.label),
        steps=steps,
        beside=beside,
        opinion=opinion,
        endings=endings,
        fields=fields,
        others=others,
        service_rules=tuple(
            ServiceRuleShown(number, words.say(rule.note)) for number, rule in words.service_rules() if rule.note
        ),
    )


def way_shown(rules: ProcedureRules, language: Language) -> WayShown:
    """The way of a case in which each stage is decided by its first outcome, which is the one that goes on."""
    words = Words(rules, procedure_map(rules), language)
    shown = _Shown(words)
    steps = tuple(steps_of_ordinary_way(words.map))
    ending = rules.ending(_next(steps[-1]) or "") if steps else None
    return WayShown(tuple(shown.step(each) for each in steps), words.say(ending.label) if ending else None)


def ordinary_way(rules: ProcedureRules, language: Language) -> tuple[StepShown, ...]:
    """The steps of that way."""
    return way_shown(rules, language).steps


def steps_of_ordinary_way(drawn: ProcedureMap) -> Iterator[StepOnMap]:
    """Those steps, each once, up to the first ending."""
    passed: set[str] = set()
    step = drawn.step(drawn.beginnings[0].step)
    while step is not None and step.step.step not in passed:
        passed.add(step.step.step)
        yield step
        target = _next(step)
        step = drawn.step(target) if target else None


def _next(step: StepOnMap) -> str | None:
    firsts = [each.stage.outcomes[0] for each in step.stages if each.holds_up]
    leading = next((outcome.leads_to for outcome in firsts if outcome.leads_to), None)
    return leading or next((way.target for way in step.then if way.if_all in (None, *firsts)), None)


class _Shown:
    def __init__(self, words: Words) -> None:
        self.words = words
        self.rules = words.rules

    def cited(self, citation: Citation) -> CitedShown:
        return CitedShown(self.words.cited(citation), self.words.number_of(citation))

    def step(self, step: StepOnMap) -> StepShown:
        return StepShown(
            number=step.number,
            step=step.step.step,
            on_entering=tuple(self.words.on_entering(step)),
            stages=tuple(self.stage(each, step) for each in step.stages),
        )

    def stage(self, on_map: StageOnMap, step: StepOnMap | None, opened: Iterable[str] = ()) -> StageShown:
        words, stage = self.words, on_map.stage
        return StageShown(
            stage=stage.stage,
            label=words.say(stage.label),
            body=words.body(stage.body),
            law=self.cited(stage.citation),
            periods=tuple(words.period(stage)),
            period_law=self.cited(stage.period_citation) if stage.period_citation else None,
            standing=(*opened, *words.standing(stage)),
            outcomes=tuple(self.outcome(on_map, each, step) for each in stage.outcomes),
        )

    def outcome(self, on_map: StageOnMap, outcome: Outcome, step: StepOnMap | None) -> OutcomeShown:
        words = self.words
        return OutcomeShown(
            label=words.say(outcome.label),
            leads_to=tuple(words.leads_to(on_map, outcome, step)),
            effects=tuple(words.effects(outcome)),
            demands=tuple(words.demand(each) for each in outcome.requires),
            law=self.cited(outcome.citation),
        )

    def endings(self) -> Iterator[EndingShown]:
        for each in self.rules.endings:
            yield EndingShown(self.words.say(each.label), each.grants, self.cited(each.citation))

    def fields(self) -> Iterator[FieldShown]:
        """Those that the law names, then the choices that it knows besides."""
        words, rules = self.words, self.rules
        ruled: Mapping[str, FieldRule] = {rule.field: rule for rule in rules.fields}
        for name in dict.fromkeys([*ruled, *rules.choices]):
            rule = ruled.get(name)
            yield FieldShown(
                label=words.say(rule.label if rule else texts().fields[name]),
                demanded=self.demanded(rule),
                law=self.cited(rule.citation) if rule else None,
                choices=tuple(self.choice(each) for each in rules.choices.get(name, ())),
            )

    def demanded(self, rule: FieldRule | None) -> str:
        if rule is None or not rule.required:
            return self.words.say(OPTIONAL)
        return (
            self.words.say(REQUIRED_WHEN, when=self.words.choices(rule.when)) if rule.when else self.words.say(REQUIRED)
        )

    def choice(self, choice: Choice) -> ChoiceShown:
        words = self.words
        notes = [words.say(note) for note in (choice.advice, choice.belongs_elsewhere) if note]
        if not choice.on_request:
            notes.append(words.say(NOT_ON_REQUEST))
        notes += [words.say(GRANT_NEEDS, demand=words.demand(each)) for each in choice.grant_requires]
        if choice.begins_at:
            notes.append(words.say(BEGINS_AT, step=words.place(choice.begins_at)))
        return ChoiceShown(words.say(choice.label), tuple(notes), self.cited(choice.citation))
