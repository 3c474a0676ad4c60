"""The page of a procedure: by which text and of which day it is, the flowchart, and a table with the articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cli.drawing_diagram import diagram
from reading.rules.other_rules import other_rules
from reading.rules.words import SEMICOLON, SIDE_BY_SIDE, Words
from reading.words.language import Language
from rules.pack import Pack
from rules.pinned import Label
from rules.procedure_map import StageOnMap, StepOnMap, procedure_map
from rules.procedure_rules import ProcedureRules

FOLDER = "docs/procedures"


HEAD = Label(
    zh="由 `rules/packs/{city}.yaml` 生成：`kaifang rules draw --all docs/procedures`；`make check` 比对，不手工修改。",
    en="Generated from `rules/packs/{city}.yaml`: `kaifang rules draw --all docs/procedures`; `make check` compares.",
)
REGULATION = Label(
    zh="{title}（{document}），{from_}起施行{until}。规则版本：{version}；{checked}与原文核对。",
    en="{title} ({document}), in force from {from_}{until}. Rules of {version}, read against the text on {checked}.",
)
UNTIL = Label(zh="，{until}起失效", en=" until {until} (exclusive)")
DRAFT = Label(
    zh="**该文本为征求意见稿，从未公布**；由{by}于{on}采用。",
    en="**The text is a draft that was never issued**; it was adopted on {on} by: {by}.",
)
ASSUMED = Label(zh="推定：{assumed}", en="Assumed: {assumed}")
LEGEND = Label(
    zh="虚线和虚线框是服务规则：规定没有写明之处由本系统所作的选择，**不是法律**，理由列于文末。",
    en="Broken lines are service rules: our choices where the text is silent, **not law**; the reasons stand below.",
)
HEADINGS = Label(
    zh="环节|机构|期限|处理结果|去向和效力|须附|依据",
    en="Stage|Body|Period|Outcome|Leads to|Demands|By",
)
BESIDE = Label(zh="另行产生", en="Beside the steps")
ON_REQUEST = Label(zh="征求意见", en="On request")
ITS_PERIOD = Label(zh="（{article}）", en=" ({article})")
OTHER_RULES = Label(zh="其他规则", en="Other rules")
RULE = Label(zh="规则|内容|依据", en="Rule|What it says|By")
SERVICE_RULES = Label(zh="服务规则（不是法律）", en="Service rules (not law)")
HEADINGS_OF_LANGUAGES: Mapping[Language, str] = {"zh": "中文", "en": "English"}
NOTHING = Label(zh="—", en="—")


def page(pack: Pack, rules: ProcedureRules) -> str:
    """The page in both languages, the same to the byte for the same pack and rules."""
    lines = [
        f"# {_both(rules.city_name)}: {_both(rules.label)}",
        "",
        HEAD.zh.format(city=pack.city),
        HEAD.en.format(city=pack.city),
        "",
        "[中文](#中文) · [English](#english)",
        "",
    ]
    map_ = procedure_map(rules)
    for language, heading in HEADINGS_OF_LANGUAGES.items():
        lines += [f"## {heading}", "", *Page(pack, Words(rules, map_, language)).lines(), ""]
    return "\n".join(lines[:-1]) + "\n"


class Page:
    """What a page says in one language."""

    def __init__(self, pack: Pack, words: Words) -> None:
        self.pack = pack
        self.words = words
        self.rules = words.rules

    def lines(self) -> Iterator[str]:
        say = self.words.say
        yield from self._regulation()
        yield ""
        yield say(LEGEND)
        yield ""
        yield "```mermaid"
        yield diagram(self.words)
        yield "```"
        yield ""
        yield from _table(say(HEADINGS), self._stages())
        yield ""
        yield f"### {say(OTHER_RULES)}"
        yield ""
        yield from _table(say(RULE), self._others())
        reasons = [
            f"{number}. {say(citation.note)}" for number, citation in self.words.service_rules() if citation.note
        ]
        if reasons:
            yield ""
            yield f"### {say(SERVICE_RULES)}"
            yield ""
            yield from reasons

    def _regulation(self) -> Iterator[str]:
        """Which text, of which status, from when until when, and what of that is assumed."""
        say, law = self.words.say, self.rules.regulation
        source = self.pack.sources[law.source]
        until = say(UNTIL, until=law.in_force_until) if law.in_force_until else ""
        yield say(
            REGULATION,
            title=say(law.title),
            document=law.document,
            from_=law.in_force_from,
            until=until,
            version=self.rules.version,
            checked=self.pack.checked_on,
        )
        if source.adopted_by:
            by = Label(zh=source.adopted_by.zh, en=source.adopted_by.en)
            yield ""
            yield say(DRAFT, on=source.adopted_on, by=say(by))
        if law.assumed:
            yield ""
            yield f"> {say(ASSUMED, assumed=say(law.assumed))}"

    def _stages(self) -> Iterator[tuple[str, ...]]:
        """A row for each outcome of each stage; the first of a stage says what the stage is."""
        map_, say = self.words.map, self.words.say
        for step in map_.steps:
            where = f"{step.number} {say(SIDE_BY_SIDE)}" if len(step.stages) > 1 else f"{step.number}"
            for each in step.stages:
                yield from self._stage(where, each, step)
        for beside in map_.beside:
            yield from self._stage(say(BESIDE), beside.of, opened=self.words.opened(beside))
        if map_.opinion:
            yield from self._stage(say(ON_REQUEST), map_.opinion)

    def _stage(
        self, where: str, on_map: StageOnMap, step: StepOnMap | None = None, opened: Iterable[str] = ()
    ) -> Iterator[tuple[str, ...]]:
        words, stage = self.words, on_map.stage
        cell = [
            f"{where}<br>**{words.say(stage.label)}**",
            words.cited(stage.citation),
            *opened,
            *words.standing(stage),
            *words.on_entering(step),
        ]
        period = words.join(SEMICOLON, words.period(stage))
        if stage.period_citation:
            period += words.say(ITS_PERIOD, article=words.cited(stage.period_citation))
        about = ("<br>".join(cell), words.body(stage.body), period)
        for i, outcome in enumerate(stage.outcomes):
            yield (
                *(about if i == 0 else ("", "", "")),
                words.say(outcome.label),
                "<br>".join([*words.leads_to(on_map, outcome, step), *words.effects(outcome)]) or words.say(NOTHING),
                "<br>".join(words.demand(each) for each in outcome.requires) or words.say(NOTHING),
                words.cited(outcome.citation),
            )

    def _others(self) -> Iterator[tuple[str, str, str]]:
        """What the rules say beside the stages."""
        for rule in other_rules(self.pack, self.words):
            yield rule.name, rule.says, self.words.cited(rule.citation) if rule.citation else self.words.say(NOTHING)


def _table(headings: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A Markdown table."""
    names = headings.split("|")
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _both(label: Label) -> str:
    return f"{label.zh} {label.en}"
