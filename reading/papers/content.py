"""What a paper says: made of the log, of what was written with its acts, and of the rules that the case keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import events as e
from models.clock import Clock
from models.procedures import BY_NAME
from reading.cases.stating import Speaking
from reading.cases.written import request_shown
from reading.catalogue.shown import dataset_now
from reading.directory import questions as directory
from reading.papers.issued import SIGN, Issued, PaperKind
from reading.papers.lists import PapersRead, Verified
from reading.papers.words import texts_of_papers, word
from reading.shape import Instant, Shape
from reading.sight import unsaid_to_the_party
from reading.store import CaseRead, Store
from reading.words.clocks import last_day
from reading.words.days import day_in_words, moment_in_words, period_in_words
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from rules.pack import BREACH
from rules.pinned import APPLICANT, Basis, Citation, Label
from rules.remedies import sentence
from rules.vocabulary import WRITTEN_WITH_DECISION

PROVIDER = "provider"
AGREED_AS_ASKED = ("purpose", "scenario", "safeguards", "tender_reference")
AGREED_AS_DECIDED = ("conditions", "scenario")


@dataclass(frozen=True)
class Row:
    """One thing that a paper states."""

    label: str
    text: str


@dataclass(frozen=True)
class Rule:
    """A rule as a person quotes it; `service` tells a service rule from a rule of law."""

    text: str
    service: bool


@dataclass(frozen=True)
class Part:
    """A part of a paper under a heading of its own."""

    heading: str
    rule: Rule | None
    said: Sequence[Row]


@dataclass(frozen=True)
class Paper:
    """A paper as its template fills it in; `words` are what the template says itself."""

    kind: str
    language: Language
    title: str
    case_number: str
    issuer: str
    addressee: str
    at: str
    lead: Sequence[str]
    facts: Sequence[Row]
    parts: Sequence[Part]
    remedy: Sequence[str]
    address: str
    digest: str
    words: dict[str, str]


class PaperVerified(Shape):
    """A paper that was issued, in brief, and nothing of whom it is about. `as_issued`: the record still reads as it did
    then; `replaced`: a later decision corrects it. Null what the paper is not about."""

    case_number: str
    kind: PaperKind
    title: str
    issued_at: Instant
    issuer: str
    procedure_label: str
    dataset_title: str | None
    stage_label: str | None
    outcome_label: str | None
    as_issued: bool
    replaced: bool
    digest: str


async def paper_of(store: Store, language: Language, found: PapersRead, it: Issued, pages_url: str) -> Paper:
    """The paper, with the address at which it is verified."""
    writing, stamp = await _writing(store, language, found), found.stamps[it.name]
    return writing.paper(it, f"{pages_url}/verify/{stamp.code}", stamp.digest)


async def brief_of(store: Store, language: Language, it: Verified) -> PaperVerified:
    """What anybody reads who verifies the paper."""
    return (await _writing(store, language, it.found)).brief(it)


async def _writing(store: Store, language: Language, found: PapersRead) -> _Writing:
    read = found.read
    state, law = read.state, Law(read.rules, language)
    dataset = await dataset_now(store, None, language, state.dataset_id) if state.dataset_id else None
    bodies = await directory.body_names(store, {*state.bodies.values(), *(task.body for task in state.tasks.values())})
    party = await directory.called_for_good(store, state.party)
    names = {body: said(label, language) for body, label in bodies.items()}
    names[""] = said(party, language) if party else state.party
    return _Writing(law, read, found, Speaking(law, dataset), names, dataset.title if dataset else None)


@dataclass(frozen=True)
class _Writing:
    """A paper being written: everything that it is made of; `names` has the party under the empty name."""

    law: Law
    read: CaseRead
    found: PapersRead
    speaking: Speaking
    names: dict[str, str]
    title: str | None

    def say(self, name: str, **facts: object) -> str:
        return word(self.law.language, "words", name, **facts)

    def paper(self, it: Issued, address: str, digest: str) -> Paper:
        language = self.law.language
        issuer = self._issuer(it)
        known = texts_of_papers()["words"]
        return Paper(
            kind=it.kind,
            language=language,
            title=word(language, it.kind, "title"),
            case_number=self.read.state.case_number,
            issuer=issuer,
            addressee=self.say("addressee", whom=self._addressee(it)),
            at=self.say("at", at=self._moment(it.at)),
            lead=tuple(self._lead(it, issuer)),
            facts=tuple(self._facts(it)),
            parts=tuple(self._parts(it)),
            remedy=tuple(self._remedy(it)),
            address=address,
            digest=digest,
            words={name: said(known[name], language) for name in ("number", "verify", "digest", "no_seal", "remedy")},
        )

    def brief(self, it: Verified) -> PaperVerified:
        paper, outcome = it.paper, getattr(self._event(it.paper.number), "outcome", None)
        return PaperVerified(
            case_number=self.read.state.case_number,
            kind=paper.kind,
            title=word(self.law.language, paper.kind, "title"),
            issued_at=paper.at,
            issuer=self._issuer(paper),
            procedure_label=self.law.say(self.law.rules.label),
            dataset_title=self.title,
            stage_label=self._stage(paper.task_id) if paper.task_id else None,
            outcome_label=self._outcome(paper.task_id, outcome) if paper.task_id and outcome else None,
            as_issued=it.as_issued,
            replaced=paper.is_replaced,
            digest=it.digest,
        )

    def _issuer(self, it: Issued) -> str:
        """The body that says it; of a receipt, the one before which the case was put first; of an agreement, who
        provides the data."""
        if it.kind is PaperKind.AGREEMENT:
            return self._body(self.read.state.bodies[PROVIDER])
        event = self._event(it.number)
        if isinstance(event, e.TaskUrged):
            act = self.found.acts.get(it.act or "")
            return self._body(str((act.act.get("by") or {}).get("body") or "")) if act else self._city()
        task_id = it.task_id or next((each.task_id for each in self._opened(it)), None)
        return self._body(self.read.state.tasks[task_id].body) if task_id else self._city()

    def _addressee(self, it: Issued) -> str:
        if it.kind is PaperKind.URGING and it.task_id:
            return self._body(self.read.state.tasks[it.task_id].body)
        if it.kind is PaperKind.ORDER:
            return self._body(self.read.state.bodies[PROVIDER])
        return self.names[""]

    def _lead(self, it: Issued, issuer: str) -> Iterator[str]:
        language, event = self.law.language, self._event(it.number)
        outcome = getattr(event, "outcome", None)
        ending = self._ending(it) if it.kind is PaperKind.DECISION else None
        yield word(
            language,
            it.kind,
            "lead",
            at=self._moment(it.at),
            procedure=self.law.say(self.law.rules.label),
            issuer=issuer,
            outcome=self._outcome(it.task_id, outcome) if it.task_id and outcome else "",
        )
        if isinstance(event, e.DecisionCorrected):
            yield word(language, "decision", "corrects")
        if ending:
            yield word(language, "decision", "ends", ending=ending)
        if it.kind is PaperKind.SUPPLEMENT and (rule := self.law.rules.supplement):
            yield word(language, "supplement", "stops" if rule.stops_clock else "runs")

    def _facts(self, it: Issued) -> Iterator[Row]:
        state = self.read.state
        yield Row(self.say("procedure"), self.law.say(self.law.rules.label))
        if self.title:
            yield Row(self.say("dataset"), self.title)
        if state.received_at and it.kind is not PaperKind.ORDER:
            yield Row(self.say("received"), self._moment(state.received_at))
        match it.kind:
            case PaperKind.URGING if it.task_id:
                yield from self._before_whom(it.task_id)
                yield Row(self.say("urged"), self._written(it.act).get("text") or self.say("erased"))
            case PaperKind.SUPPLEMENT if it.task_id:
                yield Row(self.say("stage"), self._stage(it.task_id))
                yield Row(self.say("wanted"), self._written(it.act).get("text") or self.say("erased"))
            case PaperKind.ORDER:
                breach = self.law.rules.choice(BREACH, state.choices.get(BREACH, ""))
                yield Row(self.say("against"), self._body(state.bodies[PROVIDER]))
                if breach:
                    yield Row(self.say("breach"), self.law.say(breach.label))
                filed = self._event(1)
                for each in self.speaking.all_of(self._written(filed.act), ("statement",)):
                    yield Row(each.label, each.text)
            case _:
                pass

    def _parts(self, it: Issued) -> Iterator[Part]:
        match it.kind:
            case PaperKind.RECEIPT:
                for opened in self._opened(it):
                    yield Part(
                        self.say("held"), self._rule_of(opened.task_id), tuple(self._before_whom(opened.task_id))
                    )
                yield Part(self.say("stated"), None, tuple(self._stated(it)))
            case PaperKind.AGREEMENT:
                yield from self._agreed(it)
            case PaperKind.SUPPLEMENT | PaperKind.URGING if it.task_id:
                yield Part(self._stage(it.task_id), self._why(it), ())
            case _:
                decided = (self._event(number) for number in it.rests_on)
                for event in decided:
                    if isinstance(event, e.TaskDecided | e.DecisionCorrected):
                        yield self._decided(event)

    def _agreed(self, it: Issued) -> Iterator[Part]:
        """Who has signed, and what."""
        state, granted = self.read.state, self._event(it.number)
        if not isinstance(granted, e.Granted):
            return
        signed = [each for each in map(self._event, it.rests_on) if isinstance(each, e.TaskDecided)]
        yield Part(
            self.say("parties"),
            self._rule_of_outcome(it.task_id, SIGN),
            tuple(
                Row(self._who(state.tasks[each.task_id].body), self.say("signed", at=self._moment(each.at)))
                for each in signed
                if each.outcome == SIGN
            ),
        )
        request = request_shown(state, list(self.found.acts.values())).model_dump(exclude_none=True)
        terms: dict[str, Any] = {"data_items": list(granted.data_items), "access_mode": list(granted.access_modes)}
        terms |= {"use": granted.use, "daily_calls": granted.daily_calls}
        until = self.say("until", day=day_in_words(last_day(granted.valid_until), self.law.language))
        stated = [Row(each.label, each.text) for each in self.speaking.all_of(terms)]
        asked = [Row(each.label, each.text) for each in self.speaking.all_of(request, AGREED_AS_ASKED)]
        set_by_bodies = [
            Row(each.label, each.text)
            for decided in signed
            for each in self.speaking.all_of(self._written(decided.act), AGREED_AS_DECIDED)
        ]
        yield Part(self.say("terms"), None, (*stated, Row(self.say("term"), until), *asked, *set_by_bodies))

    def _decided(self, event: e.TaskDecided | e.DecisionCorrected) -> Part:
        task = self.read.state.tasks[event.task_id]
        heading = self.say(
            "between",
            stage=self._stage(event.task_id),
            outcome=self._outcome(event.task_id, event.outcome),
            body=self._body(task.body),
        )
        written, unsaid = self._written(event.act), unsaid_to_the_party(self.read.state)
        content = {name: written[name] for name in written if name in WRITTEN_WITH_DECISION and name not in unsaid}
        if event.terms:
            content |= event.terms.model_dump(mode="json", exclude_none=True)
        if isinstance(event, e.TaskDecided) and event.limit:
            limit = event.limit.model_dump(mode="json", exclude_none=True)
            content |= {"time_limit" if name == "period" else name: value for name, value in limit.items()}
        said_of_it = [Row(each.label, each.text) for each in self.speaking.all_of(content)]
        return Part(heading, self._rule_of_outcome(event.task_id, event.outcome), tuple(said_of_it))

    def _remedy(self, it: Issued) -> Iterator[str]:
        """Only who asked for itself has a remedy against what it is told."""
        is_the_partys_own = BY_NAME[self.read.state.procedure].is_the_partys_own(self.read.state)
        if it.kind in (PaperKind.DECISION, PaperKind.ANSWER) and is_the_partys_own:
            if named := sentence(self.law.rules, self.read.state.closed):
                yield self.law.say(named)
                return
            yield word(self.law.language, "remedy", "review")
            yield word(self.law.language, "remedy", "mark")

    def _before_whom(self, task_id: str) -> Iterator[Row]:
        task, language = self.read.state.tasks[task_id], self.law.language
        clock = self._clock(task_id)
        yield Row(self.say("stage"), self._stage(task_id))
        yield Row(self.say("body"), self._body(task.body))
        yield Row(self.say("opened"), self._moment(task.opened_at))
        if clock.promptly:
            yield Row(self.say("period"), self.say("promptly"))
        elif clock.period:
            yield Row(self.say("period"), period_in_words(clock.period, language))
        if clock.due_at and clock.ends_with_a_day and clock.last_day:
            yield Row(self.say("last_day"), self.say("until", day=day_in_words(clock.last_day, language)))
        elif clock.due_at:
            yield Row(self.say("last_day"), self._moment(clock.due_at))

    def _stated(self, it: Issued) -> Iterator[Row]:
        filed = self._event(it.number)
        if not isinstance(filed, e.Filed):
            return
        content = {**filed.choices, **self._written(it.act)}
        if filed.data_items or self.speaking.dataset:
            content["data_items"] = list(filed.data_items)
        asked = [rule.field for rule in self.law.rules.fields if rule.field in content and rule.field != "evidence"]
        for each in self.speaking.all_of(content, asked):
            yield Row(each.label, each.text)

    def _why(self, it: Issued) -> Rule | None:
        """By which rule a body asks for a supplement or urges."""
        event = self._event(it.number)
        if isinstance(event, e.TaskUrged):
            return self._rule(self.law.citation(event.source, event.article, event.basis))
        rule = self.law.rules.supplement
        return self._rule(rule.citation) if rule else None

    def _rule_of_outcome(self, task_id: str | None, name: str) -> Rule | None:
        stage = self.law.rules.stage(self.read.state.tasks[task_id or ""].stage)
        outcome = stage.outcome(name) if stage else None
        return self._rule(outcome.citation) if outcome else None

    def _rule_of(self, task_id: str) -> Rule | None:
        stage = self.law.rules.stage(self.read.state.tasks[task_id].stage)
        return self._rule(stage.period_citation or stage.citation) if stage else None

    def _rule(self, citation: Citation) -> Rule:
        return Rule(self.law.in_full(citation), citation.basis is not Basis.LAW)

    def _ending(self, it: Issued) -> str | None:
        """How the case ended with this decision, where it did."""
        closed = next((each for each in self.read.log if isinstance(each, e.Closed)), None)
        last = max(
            (each.number for each in self.read.log if isinstance(each, e.TaskDecided | e.DecisionCorrected)), default=0
        )
        if closed is None or last != it.number:
            return None
        ending = self.law.rules.ending(closed.outcome)
        label: Label | None = ending.label if ending else texts().endings.get(closed.outcome)
        return self.law.say(label) if label else None

    def _opened(self, it: Issued) -> list[e.TaskOpened]:
        return [each for number in it.rests_on if isinstance(each := self._event(number), e.TaskOpened)]

    def _clock(self, task_id: str) -> Clock:
        """As it was when the task was put before its body: what a notice moves since, the paper does not know."""
        return next(each.clock for each in self.read.log if isinstance(each, e.TaskOpened) and each.task_id == task_id)

    def _stage(self, task_id: str) -> str:
        task = self.read.state.tasks[task_id]
        stage = self.law.rules.stage(task.stage)
        return self.law.say(stage.label) if stage else task.stage

    def _outcome(self, task_id: str | None, name: str) -> str:
        stage = self.law.rules.stage(self.read.state.tasks[task_id or ""].stage)
        outcome = stage.outcome(name) if stage else None
        return self.law.say(outcome.label) if outcome else name

    def _event(self, number: int) -> e.Event:
        return self.read.log[number - 1]

    def _written(self, act: str | None) -> dict[str, Any]:
        row = self.found.acts.get(act or "")
        return dict(row.content) if row and row.content else {}

    def _moment(self, at: datetime) -> str:
        return moment_in_words(at, self.law.language)

    def _who(self, body: str) -> str:
        return self.names[""] if body == APPLICANT else self._body(body)

    def _body(self, body: str) -> str:
        return self.names.get(body, body) or self._city()

    def _city(self) -> str:
        return self.law.say(self.law.rules.city_name)
