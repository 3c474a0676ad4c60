"""The page of a procedure: by which text and of which day it is, the flowchart, and a table with the articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from cli.drawing_diagram import diagram, held_back, who_begins
from cli.drawing_words import COMMA, ONLY_WHEN, SEMICOLON, SIDE_BY_SIDE, Words
from cli.languages import Language
from rules.pack import Pack
from rules.pinned import Label
from rules.pinned_stages import Outcome
from rules.procedure_map import Beside, StageOnMap, StepOnMap, procedure_map
from rules.procedure_names import RECTIFICATION
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, governing

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
OPENED_BY = Label(zh="“{stage}”的结果为“{outcome}”时产生", en="put there by “{outcome}” of “{stage}”")
OPENED_WHEN_PASSED = Label(
    zh="“{stage}”期限届满仍未办结的，自行产生", en="opens by itself when the period of “{stage}” is over"
)
WHEN_ALL_ARE_DONE = Label(zh="均已办结后，{target}", en="once all are done, {target}")
ALL_SO = Label(zh="均为此结果的，{target}", en="if each decides so, {target}")
THEY_DIFFER = Label(zh="不一致的，{target}", en="if they differ, {target}")
ITS_PERIOD = Label(zh="（{article}）", en=" ({article})")
OTHER_RULES = Label(zh="其他规则", en="Other rules")
RULE = Label(zh="规则|内容|依据", en="Rule|What it says|By")
SERVICE_RULES = Label(zh="服务规则（不是法律）", en="Service rules (not law)")
NOTHING = Label(zh="—", en="—")

BEGINNING = Label(zh="启动", en="Beginning")
SELECTION = Label(zh="适用的规定", en="Law of the case")
SELECTED_BY: Mapping[str, Label] = {
    "received": Label(
        zh="收到之日施行的规定，适用至结案", en="what is in force at the receipt, to the end of the case"
    ),
    "occurred": Label(
        zh="事由发生之日施行的规定，适用至结案", en="what is in force on the day of the event, to the end of the case"
    ),
    "opened": Label(zh="启动之日施行的规定，适用至结案", en="what is in force at the opening, to the end of the case"),
}
COUNTING = Label(zh="期限的计算", en="Counting")
COUNTED: Mapping[str, Label] = {
    "wd": Label(
        zh="以工作日计的，当日不计入，至最后一个工作日24时届满",
        en="working days: the first day is not counted, and the last ends at 24:00",
    ),
    "h": Label(zh="以小时计的，连续计算，夜间和休息日计入", en="hours: without a break, nights and days off included"),
}
HOLD = Label(zh="预防性暂停", en="Precautionary hold")
REVIEWED = Label(
    zh="由“{stage}”确认或者解除；一人同时至多{most}件",
    en="confirmed or lifted by “{stage}”; {most} at once for one person at most",
)
WITHDRAWAL = Label(zh="撤回", en="Withdrawal")
UNTIL_CLOSED = Label(zh="结案前可以撤回", en="until the case is closed")
SUPPLEMENT = Label(zh="补正", en="Supplement")
STOPS_CLOCK = Label(zh="要求补正的，中止计时", en="asking for one stops the clock")
STOPS_NO_CLOCK = Label(zh="要求补正不停止计时", en="asking for one stops no clock")
CORRECTION = Label(zh="更正", en="Correction")
CORRECTED = Label(zh="下一机构处理之前可以更正", en="until the next body has acted")
CORRECTED_WHEN_TOLD = Label(zh="{steps}开始之后更正的，须附{demands}", en="after {steps} has begun, with {demands}")
GRANT = Label(zh="授权期限", en="Term of access")
TERM = Label(zh="{days}日，协议另有约定的除外", en="{days} days, unless the agreement says otherwise")
REVOCATION = Label(zh="关闭权限", en="Revocation")
REVOKED_BY = Label(zh="由{who}说明理由后关闭", en="by {who}, with a reason")
EVERY = Label(zh="定期启动", en="Interval")
DAYS = Label(zh="每{days}日", en="every {days} days")
AGAINST = Label(zh="可以针对的机构", en="Can be directed against")
IN_PLACE = Label(zh="针对{body}的", en="Directed against {body}")
ACTS_INSTEAD = Label(zh="由{body}代为提请、责令、督促和验收", en="{body} acts in its place")
AFTER_THE_LAW = Label(zh="规定期满后", en="After the law")
RECEIVED_NO_MORE = Label(zh="{since}起不再收到", en="nothing is received from {since} on")
RECEIVED_STILL = Label(
    zh="{since}起作为补救仍予收到，适用规定最后一日的规则",
    en="from {since} on still received as a remedy, under the rules of the last day",
)
PROPOSED = Label(zh="提示", en="Proposal")
PROPOSED_AFTER = Label(
    zh="任务逾期超过{after}的，提示可以提出，不自动立案",
    en="proposed once a task is overdue for more than {after}; nothing is filed by itself",
)


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
    for language, heading in ((Language.ZH, "中文"), (Language.EN, "English")):
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
            yield from self._stage(say(BESIDE), beside.of, opened=self._opened(beside))
        if map_.opinion:
            yield from self._stage(say(ON_REQUEST), map_.opinion)

    def _opened(self, beside: Beside) -> Iterator[str]:
        """What puts a stage before its body that stands in no step."""
        say = self.words.say
        for stage, outcome in beside.opened_by:
            yield say(OPENED_BY, stage=say(stage.label), outcome=say(outcome.label))
        for stage in beside.opened_when_passed:
            yield say(OPENED_WHEN_PASSED, stage=say(stage.label))

    def _stage(
        self, where: str, on_map: StageOnMap, step: StepOnMap | None = None, opened: Iterable[str] = ()
    ) -> Iterator[tuple[str, ...]]:
        words, stage = self.words, on_map.stage
        told = [
            f"{where}<br>**{words.say(stage.label)}**",
            words.cited(stage.citation),
            *opened,
            *words.standing(stage),
            *words.on_entering(step),
        ]
        period = words.join(SEMICOLON, words.period(stage))
        if stage.period_citation:
            period += words.say(ITS_PERIOD, article=words.cited(stage.period_citation))
        about = ("<br>".join(told), words.body(stage.body), period)
        for i, outcome in enumerate(stage.outcomes):
            yield (
                *(about if i == 0 else ("", "", "")),
                words.say(outcome.label),
                "<br>".join(self._follows(on_map, outcome, step)) or words.say(NOTHING),
                "<br>".join(words.demand(each) for each in outcome.requires) or words.say(NOTHING),
                words.cited(outcome.citation),
            )

    def _follows(self, on_map: StageOnMap, outcome: Outcome, step: StepOnMap | None) -> Iterator[str]:
        """Where an outcome leads, and what it does."""
        words = self.words
        ways = [way for way in on_map.ways if outcome in way.outcomes]
        for way in ways:
            times = words.times(way)
            yield words.place(way.target) + (words.say(ITS_PERIOD, article=times) if times else "")
        if not ways and step and on_map.holds_up:
            yield from self._then(step, outcome)
        yield from words.effects(outcome)

    def _then(self, step: StepOnMap, outcome: Outcome) -> Iterator[str]:
        """Where the step goes once its stages are done, if this is how one of them was decided."""
        alike = any(way.if_all == outcome for way in step.then)
        for way in step.then:
            if way.if_all in (None, outcome):
                otherwise = THEY_DIFFER if alike else WHEN_ALL_ARE_DONE
                how = ALL_SO if way.if_all else otherwise
                yield self.words.say(how, target=self.words.place(way.target))

    def _others(self) -> Iterator[tuple[str, str, str]]:
        """What the rules say beside the stages."""
        words, rules, say = self.words, self.rules, self.words.say
        yield say(BEGINNING), who_begins(words), words.cited(rules.every.citation) if rules.every else say(NOTHING)
        if rules.selection:
            chosen = say(SELECTED_BY[rules.selection.selected_by])
            yield say(SELECTION), chosen, words.cited(rules.selection.citation)
        for rule in rules.counting:
            yield say(COUNTING), say(COUNTED[rule.unit]), words.cited(rule.citation)
        if hold := rules.hold:
            question = rules.stage(hold.reviewed_by)
            assert question, "the loader refuses a hold that no stage reviews"
            reviewed = say(REVIEWED, stage=say(question.label), most=hold.most_open)
            yield say(HOLD), words.join(SEMICOLON, [*held_back(words, hold), reviewed]), words.cited(hold.citation)
        if rules.withdrawal:
            yield say(WITHDRAWAL), say(UNTIL_CLOSED), words.cited(rules.withdrawal)
        if rules.supplement:
            clock = say(STOPS_CLOCK if rules.supplement.stops_clock else STOPS_NO_CLOCK)
            yield say(SUPPLEMENT), clock, words.cited(rules.supplement.citation)
        if rules.correction:
            yield say(CORRECTION), say(CORRECTED), words.cited(rules.correction)
        if rules.correcting:
            steps = words.join(COMMA, (words.place(step) for step in rules.correcting.tells))
            demands = words.join(COMMA, (words.demand(each) for each in rules.correcting.requires))
            told = say(CORRECTED_WHEN_TOLD, steps=steps, demands=demands)
            yield say(CORRECTION), told, words.cited(rules.correcting.citation)
        if rules.grant:
            yield say(GRANT), say(TERM, days=rules.grant.term_days), words.cited(rules.grant.citation)
        if rules.revocation:
            who = words.either(words.body(role) for role in rules.revocation.by)
            yield say(REVOCATION), say(REVOKED_BY, who=who), words.cited(rules.revocation.citation)
        if rules.procedure == RECTIFICATION:
            yield say(AGAINST), words.join(COMMA, (words.body(role) for role in rules.against)), say(NOTHING)
        for role, instead in rules.in_place_of.items():
            against = say(IN_PLACE, body=words.body(role))
            yield against, say(ACTS_INSTEAD, body=words.body(instead.body)), words.cited(instead.citation)
        if self.pack.in_force_until:
            yield self._after_the_law(self.pack.in_force_until)
        if rules.proposed:
            after = say(PROPOSED_AFTER, after=words.length(rules.proposed.after))
            yield say(PROPOSED), after, words.cited(rules.proposed.citation)

    def _after_the_law(self, since: date) -> tuple[str, str, str]:
        """What is received from the day on which the law has ended."""
        words = self.words
        try:
            after = governing(self.pack, self.rules.procedure, since).after_the_law
        except NotInForce:
            after = None
        if after is None:
            return words.say(AFTER_THE_LAW), words.say(RECEIVED_NO_MORE, since=since), words.say(NOTHING)
        received = words.say(RECEIVED_STILL, since=since)
        only = [words.say(ONLY_WHEN, when=words.choices(after.only))] if after.only else []
        return words.say(AFTER_THE_LAW), words.join(SEMICOLON, [received, *only]), words.cited(after.citation)


def _table(headings: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A Markdown table."""
    names = headings.split("|")
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _both(label: Label) -> str:
    return f"{label.zh} {label.en}"
