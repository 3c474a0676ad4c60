"""A procedure as a Mermaid flowchart. Broken lines and frames are service rules and not law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reading.rules.other_rules import held_back, who_begins
from reading.rules.words import AND, CITED, COMMA, SEMICOLON, SIDE_BY_SIDE, Words
from rules.pack import WITHDRAWN
from rules.pinned import Basis, Citation, Label
from rules.pinned_stages import Outcome, Stage
from rules.procedure_map import Beside, StageOnMap, StepOnMap, Way
from rules.procedure_rules import ProcedureRules

RECEIVED = Label(zh="收到", en="Receipt")
BEGINS = Label(zh="启动", en="Beginning")
ALL_OTHERS = Label(zh="其他", en="all others")
ALL_DONE = Label(zh="均已办结", en="all done")
ALL_SO = Label(zh="均为“{outcome}”", en="each: {outcome}")
DIFFERENT = Label(zh="不一致", en="they differ")
PERIOD = Label(zh="{period}（{article}）", en="{period} ({article})")
OPENS_BESIDE = Label(zh="{outcome}时产生", en="put there by: {outcome}")
OPENS_WHEN_PASSED = Label(zh="期限届满仍未办结的，自行产生", en="by itself, when the period is over")
HELD = Label(zh="预防性暂停", en="Precautionary hold")
CONFIRMED_OR_LIFTED = Label(zh="确认或者解除", en="confirmed or lifted")
MEANWHILE = Label(zh="办理期间", en="While the case is open")
WITHDRAWAL = Label(zh="{party}撤回", en="{party} withdraws")
UNTIL_CLOSED = Label(zh="结案前", en="until the case is closed")
SUPPLEMENT = Label(zh="补正", en="Supplement")
STOPS_CLOCK = Label(zh="中止计时", en="stops the clock")
STOPS_NO_CLOCK = Label(zh="不停止计时", en="stops no clock")
CORRECTION = Label(zh="更正决定", en="Correction")
UNTIL_NEXT_HAS_ACTED = Label(zh="下一机构处理之前", en="until the next body has acted")
ASKED_BY_A_BODY = Label(zh="审核机构可以征求，其期限继续计算", en="a body asks for it; its own clock runs on")
GRANT = Label(zh="授权{days}日，协议另有约定的除外", en="access for {days} days, unless the agreement says otherwise")
LINE_BREAK = "<br>"


def diagram(words: Words) -> str:
    """The flowchart, without a fence."""
    return "\n".join(Diagram(words).lines())


class Diagram:
    """Nodes first, then the ways between them, then which of them are service rules."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.rules: ProcedureRules = words.rules
        self.map = words.map
        self._service: list[str] = []
        self._findings: list[str] = []
        self._meanwhile_nodes: list[str] = []

    def lines(self) -> Iterator[str]:
        yield "flowchart TD"
        yield from _indented([*self._nodes(), *self._ways()])
        yield "  classDef service stroke-dasharray: 6 4"
        if self._service:
            yield f"  class {','.join(self._service)} service"
        if self._findings:
            yield "  classDef findings fill:transparent,stroke:none"
            yield f"  class {','.join(self._findings)} findings"

    def _nodes(self) -> Iterator[str]:
        words, rules = self.words, self.rules
        begins = words.say(BEGINS if rules.every else RECEIVED)
        yield f"begin([{_text(who_begins(words), title=begins)}])"
        if rules.hold:
            yield self._node("hold", "[/{}/]", rules.hold.citation, words.say(HELD), *held_back(words, rules.hold))
        for step in self.map.steps:
            if len(step.stages) == 1:
                yield from self._stage(step.stages[0], step)
                yield from self._all_done(step)
                continue
            yield f'subgraph step_{step.step.step}[" "]'
            side_by_side = f"{step.number} {words.say(SIDE_BY_SIDE)}"
            yield f"  go_{step.step.step}{{{{{_text(*self.words.on_entering(step), title=side_by_side)}}}}}"
            for each in step.stages:
                yield from _indented(self._stage(each, step))
            yield from _indented(self._all_done(step))
            yield "end"
        for beside in self.map.beside:
            yield from self._stage(beside.of)
        for ending in self.map.endings:
            more = [words.say(GRANT, days=rules.grant.term_days)] if ending.grants and rules.grant else []
            yield self._node(f"end_{ending.outcome}", "([{}])", ending.citation, words.say(ending.label), *more)
        yield from self._meanwhile()

    def _all_done(self, step: StepOnMap) -> Iterator[str]:
        if self._goes_on_by_a_node(step):
            yield f"done_{step.step.step}{{{{{_text(self.words.say(ALL_DONE))}}}}}"

    def _meanwhile(self) -> Iterator[str]:
        """What can happen wherever the case stands."""
        words, rules = self.words, self.rules
        nodes = []
        if rules.withdrawal:
            party = words.body(rules.filed_by[0])
            until = words.say(UNTIL_CLOSED)
            nodes.append(self._node("withdrawal", "[{}]", rules.withdrawal, words.say(WITHDRAWAL, party=party), until))
        if rules.supplement:
            clock = words.say(STOPS_CLOCK if rules.supplement.stops_clock else STOPS_NO_CLOCK)
            nodes.append(self._node("supplement", "[{}]", rules.supplement.citation, words.say(SUPPLEMENT), clock))
        if rules.correction:
            until = words.say(UNTIL_NEXT_HAS_ACTED)
            nodes.append(self._node("correction", "[{}]", rules.correction, words.say(CORRECTION), until))
        if self.map.opinion:
            nodes += self._stage(self.map.opinion, more=[words.say(ASKED_BY_A_BODY)])
        self._meanwhile_nodes = [node.partition("[")[0] for node in nodes]
        if nodes:
            yield f'subgraph meanwhile["{words.say(MEANWHILE)}"]'
            yield "  direction LR"
            yield from _indented(nodes)
            yield "end"

    def _stage(self, on_map: StageOnMap, step: StepOnMap | None = None, more: Iterable[str] = ()) -> Iterator[str]:
        """A stage with its body and its period; outcomes that lead nowhere hang below it."""
        words, stage = self.words, on_map.stage
        title = words.say(stage.label)
        lines = [words.body(stage.body), *self._period(stage), *words.standing(stage), *more]
        if step and len(step.stages) == 1:
            title = f"{step.number} {title}"
            lines += self.words.on_entering(step)
        name = f"stage_{stage.stage}"
        yield self._node(name, "[{}]", stage.citation, title, *lines)
        if listed := self._listed(on_map):
            self._findings.append(f"found_{stage.stage}")
            yield f"{self._findings[-1]}[{_text(*(self._outcome(outcome) for outcome in listed))}]"

    def _listed(self, on_map: StageOnMap) -> list[Outcome]:
        """The outcomes to which no arrow belongs."""
        step = next((each for each in self.map.steps if on_map in each.stages), None)
        has_arrow = step is not None and on_map.holds_up and bool(step.then)
        return [] if has_arrow or on_map is self.map.opinion else list(on_map.findings)

    def _period(self, stage: Stage) -> list[str]:
        """The period, and where it comes from if that is not where the stage does."""
        *others, last = self.words.period(stage)
        says_something = stage.periods or stage.promptly or stage.promptly_for or stage.set_by_decision
        if says_something and stage.period_citation not in (None, stage.citation):
            last = self.words.say(PERIOD, period=last, article=self.words.cited(stage.period_citation))
        return [*others, last]

    def _node(self, name: str, shape: str, citation: Citation, title: str, *lines: str) -> str:
        if citation.basis is Basis.SERVICE:
            self._service.append(name)
        return name + shape.format(_text(*lines, self.words.cited(citation), title=title))

    def _ways(self) -> Iterator[str]:
        words, rules = self.words, self.rules
        alone = len(self.map.beginnings) == 1
        for beginning in self.map.beginnings:
            choices = words.join(
                AND if beginning.together else COMMA, (words.say(choice.label) for choice in beginning.choices)
            )
            label = "" if alone else choices or words.say(ALL_OTHERS)
            yield _arrow("begin", self._entry(beginning.step), [label])
        if rules.hold:
            service = self._is_service(rules.hold.citation)
            yield _arrow("begin", "hold", [], service=service)
            yield _arrow("hold", f"stage_{rules.hold.reviewed_by}", [words.say(CONFIRMED_OR_LIFTED)], service=service)
        for step in self.map.steps:
            if len(step.stages) > 1:
                for each in step.stages:
                    yield f"go_{step.step.step} --> stage_{each.stage.stage}"
            for each in step.stages:
                if self._listed(each):
                    yield f"stage_{each.stage.stage} --- found_{each.stage.stage}"
                yield from self._ways_of(each)
                if each.holds_up and step.then and each.findings:
                    yield from self._decided(each, each.findings, self._done(step))
            if self._goes_on_by_a_node(step):
                for way in step.then:
                    yield _arrow(self._done(step), self._entry(way.target), [self._then(step, way)])
        for beside in self.map.beside:
            yield from self._beside(beside)
        # Without an invisible line the frame would lie across others.
        yield from (f"begin ~~~ {name}" for name in self._meanwhile_nodes)
        if rules.withdrawal:
            yield _arrow("withdrawal", f"end_{WITHDRAWN}", [], service=self._is_service(rules.withdrawal))

    def _beside(self, beside: Beside) -> Iterator[str]:
        target = f"stage_{beside.of.stage.stage}"
        for stage, outcome in beside.opened_by:
            label = self.words.say(OPENS_BESIDE, outcome=self.words.say(outcome.label))
            yield _arrow(f"stage_{stage.stage}", target, [label], service=self._is_service(outcome.citation))
        for stage in beside.opened_when_passed:
            yield _arrow(f"stage_{stage.stage}", target, [self.words.say(OPENS_WHEN_PASSED)])
        if self._listed(beside.of):
            yield f"{target} --- found_{beside.of.stage.stage}"
        yield from self._ways_of(beside.of)

    def _ways_of(self, on_map: StageOnMap) -> Iterator[str]:
        for way in on_map.ways:
            yield from self._decided(on_map, way.outcomes, self._entry(way.target), self.words.times(way))

    def _decided(self, on_map: StageOnMap, outcomes: Iterable[Outcome], target: str, times: str = "") -> Iterator[str]:
        """One arrow for what the law says, one for what we do."""
        for service in (False, True):
            chosen = [outcome for outcome in outcomes if self._is_service(outcome.citation) is service]
            if chosen:
                labels = [self._outcome(outcome, times, LINE_BREAK) for outcome in chosen]
                yield _arrow(f"stage_{on_map.stage.stage}", target, labels, service=service)

    def _outcome(self, outcome: Outcome, times: str = "", between: str = "") -> str:
        """An outcome in short: what it is called, what it does, and its number if it is a service rule."""
        words = self.words
        more = [*([times] if times else []), *words.effects(outcome)]
        if self._is_service(outcome.citation):
            more.append(words.cited(outcome.citation))
        return words.say(outcome.label) + (between + _in_brackets(words, more) if more else "")

    def _then(self, step: StepOnMap, way: Way) -> str:
        if way.if_all:
            return self.words.say(ALL_SO, outcome=self.words.say(way.if_all.label))
        return self.words.say(DIFFERENT) if len(step.then) > 1 else ""

    def _done(self, step: StepOnMap) -> str:
        """Where the arrow of a stage goes that is done."""
        return f"done_{step.step.step}" if self._goes_on_by_a_node(step) else self._entry(step.then[0].target)

    @staticmethod
    def _goes_on_by_a_node(step: StepOnMap) -> bool:
        """Whether the arrows of several stages, or to several places, meet where the step is done."""
        return bool(step.then) and len(step.stages) + len(step.then) > 2

    def _entry(self, target: str) -> str:
        if self.map.ending(target):
            return f"end_{target}"
        step = self.map.step(target)
        assert step, f"the loader refuses a pack in which {target} is neither a step nor an ending"
        return f"stage_{step.stages[0].stage.stage}" if len(step.stages) == 1 else f"go_{target}"

    @staticmethod
    def _is_service(citation: Citation) -> bool:
        return citation.basis is Basis.SERVICE


def _in_brackets(words: Words, parts: list[str]) -> str:
    return words.say(CITED, article=words.join(SEMICOLON, parts))


def _arrow(source: str, target: str, labels: Iterable[str], *, service: bool = False) -> str:
    """Broken where it is a service rule; every line of a label stands by itself."""
    lines = [line for label in labels if label for line in label.split(LINE_BREAK)]
    line = "-.->" if service else "-->"
    return f"{source} {line}|{_text(*lines)}| {target}" if lines else f"{source} {line} {target}"


def _text(*lines: str, title: str = "") -> str:
    """A label in quotation marks, with its title in bold."""
    escaped = [_escaped(line) for line in lines]
    if title:
        escaped.insert(0, f"<b>{_escaped(title)}</b>")
    return f'"{LINE_BREAK.join(escaped)}"'


def _escaped(text: str) -> str:
    """As Mermaid reads a text between quotation marks: its entities begin with a number sign."""
    return text.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
