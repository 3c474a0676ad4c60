"""The whole graph of a procedure as boxes of rows, each row with the boxes to which it leads: every stage with its
body, periods and article, every outcome, every ending. Nothing is in it that the rules do not say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from reading.rules.procedure_shown import words_as_shown
from reading.rules.words import ALL_SO, AND, COLON, OPENS, SIDE_BY_SIDE, THEY_DIFFER, WHEN_ALL_ARE_DONE, Words
from reading.words.language import Language
from rules.pack import Pack
from rules.pinned import Citation, Label
from rules.pinned_stages import Ending, Outcome, Stage
from rules.procedure_map import Beside, StageOnMap, StepOnMap
from rules.procedure_rules import ProcedureRules

RECEIVED = Label(zh="案件收到时", en="On receipt")
EVERY_CASE = Label(zh="每一案件", en="every case")
EVERY_OTHER = Label(zh="其他案件", en="every other case")
STEP_NUMBER = Label(zh="步骤{number}", en="Step {number}")
BESIDE = Label(zh="另行产生", en="Beside the steps")
OPINION = Label(zh="征求意见", en="An opinion that is asked for")
LEADS = Label(zh="{from_}→{to}", en="{from_} → {to}")
BETWEEN = Label(zh="，", en=", ")


class KindOfBox(StrEnum):
    """What a box stands for."""

    BEGINNING = "beginning"
    STEP = "step"
    BESIDE = "beside"
    ENDING = "ending"


class KindOfRow(StrEnum):
    """What a row says: the name of a stage, a fact about it, or where a case goes."""

    NAME = "name"
    FACT = "fact"
    WAY = "way"


@dataclass(frozen=True)
class RowOfGraph:
    """A row of a box, and the keys of the boxes to which it leads."""

    kind: KindOfRow
    text: str
    leads_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class BoxOfGraph:
    """Where a case can be. `key` is its own in the graph."""

    key: str
    kind: KindOfBox
    heading: str
    rows: tuple[RowOfGraph, ...]


def graph_shown(pack: Pack, rules: ProcedureRules, language: Language) -> tuple[BoxOfGraph, ...]:
    """The graph in one language, in the order of the rules: the receipt, the steps, what stands beside them, the
    endings. Service rules have the numbers of the page of the procedure."""
    return tuple(_Boxes(words_as_shown(pack, rules, language)).all())


def key_of(stage: Stage) -> str:
    """The key of a stage that stands in no step; a step may be called as it is."""
    return f"beside {stage.stage}"


class _Boxes:
    def __init__(self, words: Words) -> None:
        self.words = words
        self.map = words.map

    def all(self) -> Iterator[BoxOfGraph]:
        yield BoxOfGraph("", KindOfBox.BEGINNING, self.words.say(RECEIVED), tuple(self.beginnings()))
        for step in self.map.steps:
            yield self.step(step)
        for beside in self.map.beside:
            yield self.beside(beside)
        if opinion := self.map.opinion:
            rows = tuple(self.stage(opinion, None))
            yield BoxOfGraph(key_of(opinion.stage), KindOfBox.BESIDE, self.words.say(OPINION), rows)
        for ending in self.map.endings:
            yield self.ending(ending)

    def beginnings(self) -> Iterator[RowOfGraph]:
        words, several = self.words, len(self.map.beginnings) > 1
        for each in self.map.beginnings:
            named = [words.say(choice.label) for choice in each.choices] or [
                words.say(EVERY_OTHER if several else EVERY_CASE)
            ]
            yield self.way(words.join(AND, named) if each.together else words.either(named), each.step)

    def step(self, step: StepOnMap) -> BoxOfGraph:
        heading = self.words.say(STEP_NUMBER, number=step.number)
        if len(step.stages) > 1:
            heading = f"{heading}{self.words.say(COLON)}{self.words.say(SIDE_BY_SIDE)}"
        return BoxOfGraph(step.step.step, KindOfBox.STEP, heading, tuple(self.rows_of(step)))

    def rows_of(self, step: StepOnMap) -> Iterator[RowOfGraph]:
        for text in self.words.on_entering(step):
            yield RowOfGraph(KindOfRow.FACT, text)
        for stage in step.stages:
            yield from self.stage(stage, step)
        for way in step.then:
            if way.if_all:
                so = self.words.say(ALL_SO, target=self.words.place(way.target))
                text = f"{self.words.say(way.if_all.label)}{self.words.say(COLON)}{so}"
            else:
                differ = any(other.if_all for other in step.then)
                done = THEY_DIFFER if differ else WHEN_ALL_ARE_DONE
                text = self.words.say(done, target=self.words.place(way.target))
            yield RowOfGraph(KindOfRow.WAY, text, (way.target,))

    def beside(self, beside: Beside) -> BoxOfGraph:
        opened = (RowOfGraph(KindOfRow.FACT, text) for text in self.words.opened(beside))
        rows = (*self.stage(beside.of, None), *opened)
        return BoxOfGraph(key_of(beside.of.stage), KindOfBox.BESIDE, self.words.say(BESIDE), rows)

    def ending(self, ending: Ending) -> BoxOfGraph:
        rows = (RowOfGraph(KindOfRow.FACT, self.words.cited(ending.citation)),)
        return BoxOfGraph(ending.outcome, KindOfBox.ENDING, self.words.say(ending.label), rows)

    def stage(self, on_map: StageOnMap, step: StepOnMap | None) -> Iterator[RowOfGraph]:
        words, stage = self.words, on_map.stage
        yield RowOfGraph(KindOfRow.NAME, words.say(stage.label))
        yield self.fact(words.body(stage.body), stage.citation)
        yield self.fact(words.join(BETWEEN, words.period(stage)), stage.period_citation)
        for text in words.standing(stage):
            yield RowOfGraph(KindOfRow.FACT, text)
        for outcome in stage.outcomes:
            yield from self.outcome(on_map, outcome)

    def fact(self, text: str, citation: Citation | None) -> RowOfGraph:
        return RowOfGraph(KindOfRow.FACT, self.cited(text, citation) if citation else text)

    def outcome(self, on_map: StageOnMap, outcome: Outcome) -> Iterator[RowOfGraph]:
        words = self.words
        label = self.cited(words.say(outcome.label), outcome.citation)
        ways = [way for way in on_map.ways if outcome in way.outcomes]
        if not ways:
            yield RowOfGraph(KindOfRow.WAY, label)
        for way in ways:
            times = words.times(way)
            yield self.way(self.words.join(BETWEEN, [label, times] if times else [label]), way.target)
        if outcome.opens:
            stages = [stage for name in outcome.opens if (stage := words.rules.stage(name))]
            opened = words.say(OPENS, stages=words.either([words.say(stage.label) for stage in stages]))
            yield RowOfGraph(KindOfRow.WAY, opened, tuple(key_of(stage) for stage in stages))

    def way(self, text: str, target: str) -> RowOfGraph:
        said = self.words.say(LEADS, from_=text, to=self.words.place(target))
        return RowOfGraph(KindOfRow.WAY, said, (target,))

    def cited(self, text: str, citation: Citation) -> str:
        article = self.words.cited(citation)
        return f"{text}（{article}）" if self.words.language == "zh" else f"{text} ({article})"
