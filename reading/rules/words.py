"""The words about a procedure that its pack does not have, in both languages: used wherever one is drawn or shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reading.words.language import Language, said
from reading.words.texts import texts
from rules.articles import article_label
from rules.deadlines import Unit, parse_period
from rules.pinned import APPLICANT, Basis, Citation, Label, Requirement
from rules.pinned_stages import (
    BodyStanding,
    ClassEffect,
    ClassStanding,
    ClockFrom,
    DataEffect,
    EntryEffect,
    LimitStanding,
    Outcome,
    Stage,
    WhenPassed,
)
from rules.procedure_map import Beside, ProcedureMap, StageOnMap, StepOnMap, Way
from rules.procedure_names import DEMAND, LEAK, MISUSE, MISUSE_APPEAL, OBJECTION, QUALITY_CHECK, USE_REPORT
from rules.procedure_rules import ProcedureRules

PARTIES: Mapping[str, Label] = {
    OBJECTION: Label(zh="异议人", en="Objector"),
    LEAK: Label(zh="报告人", en="Whoever reports it"),
    MISUSE: Label(zh="举报人", en="Whoever reports it"),
    MISUSE_APPEAL: Label(zh="申诉人", en="Appellant"),
    QUALITY_CHECK: Label(zh="数据使用主体", en="User of the data"),
    USE_REPORT: Label(zh="数据使用主体", en="User of the data"),
    DEMAND: Label(zh="需求提出人", en="Whoever needs the data"),
}
"""What a procedure calls who files it, where that is not the applicant."""
THE_APPLICANT = Label(zh="申请人", en="Applicant")

DATA: Mapping[DataEffect, Label] = {
    DataEffect.SUSPEND: Label(zh="中止开放{what}", en="{what} suspended"),
    DataEffect.WITHDRAW: Label(zh="撤回{what}", en="{what} withdrawn"),
    DataEffect.WITHDRAW_UNTIL_PROCESSED: Label(zh="撤回{what}，处理后再定", en="{what} withdrawn until processed"),
    DataEffect.SERVE: Label(zh="本案不再限制{what}", en="{what} no longer kept back by this case"),
}
THE_DATA = Label(zh="数据", en="data")
THE_DATASET = Label(zh="整个数据集", en="the whole dataset")
ENTRY: Mapping[EntryEffect, Label] = {
    EntryEffect.MAY_CHANGE: Label(zh="条目须变更的，启动目录更新", en="opens a catalogue update if the entry changes"),
    EntryEffect.ORDER: Label(zh="启动目录更新", en="opens a catalogue update"),
    EntryEffect.SUBMIT: Label(zh="提交条目更新稿", en="the draft of the entry is submitted"),
    EntryEffect.PUBLISH: Label(zh="公布条目", en="the entry is published"),
}
ORDERS: Mapping[str, Label] = {
    MISUSE: Label(zh="启动利用行为监督", en="begins a case of supervision of use"),
}
"""The procedure of which an outcome begins a case."""
CLASS: Mapping[ClassEffect, Label] = {
    ClassEffect.PROPOSE: Label(zh="提出另一开放类型", en="proposes another class"),
    ClassEffect.ACCEPT: Label(zh="开放类型按所提出的确定", en="settles the class as proposed"),
    ClassEffect.KEEP: Label(zh="开放类型按更新稿确定", en="settles the class of the draft"),
    ClassEffect.SET: Label(zh="确定开放类型", en="settles the class that it names"),
}
WHEN_CLASS: Mapping[ClassStanding, Label] = {
    ClassStanding.OPEN: Label(zh="仅限开放类型未定时", en="only while the class is open"),
    ClassStanding.SETTLED: Label(zh="仅限开放类型已定后", en="only once the class is settled"),
}
WHEN_LIMIT: Mapping[LimitStanding, Label] = {
    LimitStanding.KEPT: Label(zh="仅限按期完成的", en="only if done within the time limit"),
    LimitStanding.MISSED: Label(zh="仅限逾期完成的", en="only if done after the time limit"),
    LimitStanding.RUNNING: Label(zh="仅限期限届满前", en="only while the time limit runs"),
    LimitStanding.OVER: Label(zh="仅限期限届满后", en="only once the time limit is over"),
}
WHEN_BODY: Mapping[BodyStanding, Label] = {
    BodyStanding.OF_CITY: Label(zh="仅限市级机构", en="only of a body of the city"),
    BodyStanding.OF_COUNTY: Label(zh="仅限县（区）的机构", en="only of a body of a county"),
}
MARKS = Label(zh="标注异议", en="disputed mark")
ANSWERS = Label(zh="答复异议人", en="the objector is answered")
BY_PUBLICATION = Label(zh="目录公布时自动产生", en="comes of the publication by itself")
WHEN_PASSED: Mapping[WhenPassed, Label] = {
    WhenPassed.DEEMED: Label(zh="期限届满未办结的，视为如此决定", en="deemed so if the period passes undecided"),
    WhenPassed.ALONE: Label(zh="期限届满未办结时自动产生", en="comes by itself if the period passes undecided"),
}
CLOCK_FROM_STAGE = Label(zh="自“{stage}”收到之日起算", en="from the receipt of “{stage}”")
WITHIN = Label(zh="须在{period}内", en="within {period}")
OPENS = Label(zh="同时产生“{stages}”", en="puts “{stages}” beside")
AT_MOST = (Label(zh="至多{times}次", en="once at most"), Label(zh="至多{times}次", en="{times} times at most"))
"""Once, and more often."""
AFTER_THAT = Label(zh="此后", en="after that")

PERIODS: Mapping[Unit, tuple[Label, Label]] = {
    Unit.WORKING_DAYS: (Label(zh="{n}个工作日", en="1 working day"), Label(zh="{n}个工作日", en="{n} working days")),
    Unit.HOURS: (Label(zh="{n}小时", en="1 hour"), Label(zh="{n}小时", en="{n} hours")),
    Unit.CALENDAR_DAYS: (Label(zh="{n}日", en="1 day"), Label(zh="{n}日", en="{n} days")),
    Unit.MONTHS: (Label(zh="{n}个月", en="1 month"), Label(zh="{n}个月", en="{n} months")),
}
"""One, and more than one."""
PROMPTLY = Label(zh="及时（未规定天数）", en="promptly (no number)")
SET_BY_DECISION = Label(zh="由决定规定期限", en="time limit set by decision")
NO_PERIOD = Label(zh="未规定期限", en="no period")
FOR_ALL_OTHERS = Label(zh="其他：未规定期限", en="others: no period")
CLOCK_FROM: Mapping[ClockFrom, Label] = {
    ClockFrom.EVENT: Label(zh="自事由发生之日起算", en="from the day of the event"),
    ClockFrom.RECEIPT: Label(zh="自收到案件之日起算", en="from the receipt of the case"),
    ClockFrom.EVIDENCE: Label(zh="自收到证据之日起算", en="from the receipt of evidence"),
}
ONLY_WHEN = Label(zh="仅限：{when}", en="only for: {when}")
OUTLASTING = Label(zh="案件转入其他步骤后仍须办理", en="stays open when the case goes on")
BINDING = Label(zh="办结之前案件不能转出", en="the case does not go on before it is done")
OF_COUNTY = Label(zh="仅限：数据提供单位属于县（区）、开发区", en="only where the provider is a body of a county")
AHEAD_OF_TURN = Label(
    zh="同一条目另有更新在先的，也须办理", en="lies open though another update of the entry goes first"
)
ON_ENTERING = Label(zh="进入本步骤：{effect}", en="on entering: {effect}")

SERVICE_RULE = Label(zh="服务规则{number}", en="service rule {number}")
AND = Label(zh="，且", en=", and ")
OR = Label(zh="或者", en=" or ")
BOTH = Label(zh="和", en=" and ")
COMMA = Label(zh="、", en=", ")
SEMICOLON = Label(zh="；", en="; ")
COLON = Label(zh="：", en=": ")
IF = Label(zh="（{when}的）", en=" (if {when})")
CITED = Label(zh="（{article}）", en=" ({article})")
STEP = Label(zh="步骤{number}：{lies}", en="step {number}: {lies}")
SIDE_BY_SIDE = Label(zh="同时办理", en="side by side")
ENDS = Label(zh="结案：{ending}", en="end: {ending}")
OPENED_BY = Label(zh="“{stage}”的结果为“{outcome}”时产生", en="put there by “{outcome}” of “{stage}”")
OPENED_WHEN_PASSED = Label(
    zh="“{stage}”期限届满仍未办结的，自行产生", en="opens by itself when the period of “{stage}” is over"
)
WHEN_ALL_ARE_DONE = Label(zh="均已办结后，{target}", en="once all are done, {target}")
ALL_SO = Label(zh="均为此结果的，{target}", en="if each decides so, {target}")
THEY_DIFFER = Label(zh="不一致的，{target}", en="if they differ, {target}")


class Words:
    """The words of one procedure in one language; counts the service rules that it was asked to cite."""

    def __init__(self, rules: ProcedureRules, map_: ProcedureMap, language: Language) -> None:
        self.rules = rules
        self.map = map_
        self.language = language
        self._service: dict[str, Citation] = {}

    def say(self, label: Label, **values: object) -> str:
        text = said(label, self.language)
        return text.format(**values) if values else text

    def join(self, between: Label, parts: Iterable[str]) -> str:
        return self.say(between).join(parts)

    def cited(self, citation: Citation) -> str:
        """The article, with its text where that is not the one in force; or the service rule, by its number."""
        if number := self.number_of(citation):
            return self.say(SERVICE_RULE, number=number)
        further = [self._article(each.source, each.article) for each in citation.also]
        return self.join(BOTH, [self._article(citation.source, citation.own_article), *further])

    def _article(self, source: str, article: str) -> str:
        said_so = self.say(article_label(article))
        if source == self.rules.regulation.source:
            return said_so
        named = next((r for r in self.rules.regulations if r.source == source), None)
        return self.join(COMMA, [self.say(named.title), said_so]) if named else said_so

    def number_of(self, citation: Citation) -> int | None:
        """The number of a service rule, in the order in which they were cited; None for an article."""
        if citation.basis is not Basis.SERVICE:
            return None
        self._service.setdefault(citation.article, citation)
        return list(self._service).index(citation.article) + 1

    def service_rules(self) -> Iterator[tuple[int, Citation]]:
        """Those cited so far, by their numbers."""
        return enumerate(self._service.values(), start=1)

    def either(self, parts: Iterable[str]) -> str:
        """One of these."""
        *others, last = parts
        return f"{self.join(COMMA, others)}{self.say(OR)}{last}" if others else last

    def body(self, role: str) -> str:
        if role == APPLICANT:
            return self.say(PARTIES.get(self.rules.procedure, THE_APPLICANT))
        return self.say(self.rules.bodies[role])

    def choices(self, when: Mapping[str, tuple[str, ...]]) -> str:
        """The choices for which something holds."""
        return self.join(
            AND, (self.either(self.choice(name, value) for value in values) for name, values in when.items())
        )

    def choice(self, name: str, value: str) -> str:
        known = self.rules.choice(name, value)
        return self.say(known.label) if known else value

    def length(self, period: str) -> str:
        """`5wd` as people read it."""
        number, unit = parse_period(period)
        one, more = PERIODS[unit]
        return self.say(one if number == 1 else more, n=number)

    def period(self, stage: Stage) -> list[str]:
        """The period of a stage, for each choice by which it differs, and from when it runs."""
        if stage.set_by_decision:
            return [self.say(SET_BY_DECISION)]
        if stage.promptly:
            return [self.say(PROMPTLY)]
        lengths: dict[str, list[str]] = {}
        for value, period in stage.periods.items():
            lengths.setdefault(self.length(period), []).append(value)
        if stage.promptly_for:
            lengths[self.say(PROMPTLY)] = list(stage.promptly_for)
        if not lengths:
            return [self.say(NO_PERIOD)]
        known = {choice.value for choice in self.rules.choices.get(stage.period_by, ())} or {"normal"}
        named = {value for values in lengths.values() for value in values}
        parts = [
            f"{self.join(COMMA, (self.choice(stage.period_by, value) for value in values))}{self.say(COLON)}{length}"
            for length, values in lengths.items()
        ]
        if known <= named and len(lengths) == 1:
            parts = list(lengths)
        elif not known <= named:
            parts.append(self.say(FOR_ALL_OTHERS))
        if stage.clock_from is not ClockFrom.OPENING:
            parts.append(self.say(CLOCK_FROM[stage.clock_from]))
        if stage.clock_from_stage and (earlier := self.rules.stage(stage.clock_from_stage)):
            parts.append(self.say(CLOCK_FROM_STAGE, stage=self.say(earlier.label)))
        return parts

    def standing(self, stage: Stage) -> list[str]:
        """When a stage opens and how long it stays open, in relation to the others."""
        lines = []
        if stage.only_when:
            lines.append(self.say(ONLY_WHEN, when=self.choices(stage.only_when)))
        if stage.of_county:
            lines.append(self.say(OF_COUNTY))
        if stage.ahead_of_turn:
            lines.append(self.say(AHEAD_OF_TURN))
        if stage.outlasting:
            lines.append(self.say(OUTLASTING))
        if stage.binding:
            lines.append(self.say(BINDING))
        return lines

    def on_entering(self, step: StepOnMap | None) -> list[str]:
        """What it does to the data that a case comes to a step."""
        if step is None or step.step.data is None:
            return []
        return [self.say(ON_ENTERING, effect=self.data(step.step.data, whole=step.step.whole_dataset))]

    def data(self, effect: DataEffect, *, whole: bool) -> str:
        return self.say(DATA[effect], what=self.say(THE_DATASET if whole else THE_DATA))

    def effects(self, outcome: Outcome) -> list[str]:
        """When an outcome can be decided, and what it does besides leading on."""
        lines = []
        if outcome.when_limit:
            lines.append(self.say(WHEN_LIMIT[outcome.when_limit]))
        if outcome.when_class:
            lines.append(self.say(WHEN_CLASS[outcome.when_class]))
        if outcome.when_body:
            lines.append(self.say(WHEN_BODY[outcome.when_body]))
        if outcome.period:
            lines.append(self.say(WITHIN, period=self.length(outcome.period)))
        if outcome.data:
            lines.append(self.data(outcome.data, whole=outcome.whole_dataset))
        if outcome.marks:
            lines.append(self.say(MARKS))
        if outcome.answers:
            lines.append(self.say(ANSWERS))
        if outcome.entry:
            lines.append(self.say(ENTRY[outcome.entry]))
        if outcome.orders:
            lines.append(self.say(ORDERS[outcome.orders]))
        if outcome.class_effect:
            lines.append(self.say(CLASS[outcome.class_effect]))
        if outcome.by_publication:
            lines.append(self.say(BY_PUBLICATION))
        if outcome.when_passed:
            lines.append(self.say(WHEN_PASSED[outcome.when_passed]))
        if outcome.opens:
            stages = [stage for name in outcome.opens if (stage := self.rules.stage(name))]
            lines.append(self.say(OPENS, stages=self.join(COMMA, (self.say(stage.label) for stage in stages))))
        return lines

    def times(self, way: Way) -> str:
        """How often a way is open, where that is limited."""
        if way.at_most is not None:
            once, more = AT_MOST
            return self.say(once if way.at_most == 1 else more, times=way.at_most)
        return "" if way.more_than is None else self.say(AFTER_THAT)

    def demand(self, requirement: Requirement) -> str:
        """What an outcome must come with, and by which rule."""
        fields = self.either(self.say(texts().fields[name]) for name in requirement.any_of)
        when = self.say(IF, when=self.choices(requirement.when)) if requirement.when else ""
        return fields + when + self.say(CITED, article=self.cited(requirement.citation))

    def place(self, target: str) -> str:
        """A step, by its number and what lies there, or an ending."""
        if ending := self.map.ending(target):
            return self.say(ENDS, ending=self.say(ending.label))
        step = self.map.step(target)
        assert step, f"the loader refuses a pack in which {target} is neither a step nor an ending"
        lies = self.say(SIDE_BY_SIDE if len(step.stages) > 1 else step.stages[0].stage.label)
        return self.say(STEP, number=step.number, lies=lies)

    def opened(self, beside: Beside) -> Iterator[str]:
        """What puts a stage that stands in no step before its body."""
        for stage, outcome in beside.opened_by:
            yield self.say(OPENED_BY, stage=self.say(stage.label), outcome=self.say(outcome.label))
        for stage in beside.opened_when_passed:
            yield self.say(OPENED_WHEN_PASSED, stage=self.say(stage.label))

    def leads_to(self, on_map: StageOnMap, outcome: Outcome, step: StepOnMap | None) -> Iterator[str]:
        """Where an outcome sends a case, and how often; none where it stays."""
        ways = [way for way in on_map.ways if outcome in way.outcomes]
        for way in ways:
            times = self.times(way)
            yield self.place(way.target) + (self.say(CITED, article=times) if times else "")
        if not ways and step and on_map.holds_up:
            yield from self._then(step, outcome)

    def _then(self, step: StepOnMap, outcome: Outcome) -> Iterator[str]:
        """Where the step goes once its stages are done, if this is how one of them was decided."""
        alike = any(way.if_all == outcome for way in step.then)
        for way in step.then:
            if way.if_all in (None, outcome):
                otherwise = THEY_DIFFER if alike else WHEN_ALL_ARE_DONE
                yield self.say(ALL_SO if way.if_all else otherwise, target=self.place(way.target))
