"""How people read a rule: as the article of a regulation, or as a service rule with its reason; never one as the
other."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from reading.shape import Cited, FurtherCited, RegulationShown, RuleNamed, RulesShown, TextShown
from reading.words.language import Language, maybe, said
from reading.words.texts import texts
from rules.articles import in_full, phrase
from rules.citing import citation_named
from rules.deadlines import parse_period
from rules.loading import load_pack
from rules.pinned import Basis, Citation, Label, Regulation
from rules.procedure_names import ACCESS_REQUEST
from rules.procedure_rules import ProcedureRules
from rules.resolving import as_last_in_force

Of = TypeVar("Of", bound=Hashable)
Said = TypeVar("Said")


@dataclass(frozen=True)
class Law:
    """The rules of a case, in the words of one language."""

    rules: ProcedureRules
    language: Language
    _said: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was said once: neither the rules nor a language ever change."""

    def once(self, say: Callable[[Law, Of], Said], of: Of) -> Said:
        """What `say` makes of this law and something in it, made the first time that anybody asks."""
        which = say, of
        if which not in self._said:
            self._said[which] = say(self, of)
        said_before: Said = self._said[which]
        return said_before

    def say(self, label: Label) -> str:
        return said(label, self.language)

    def case_called(self, procedure: str) -> str:
        """What a case of that procedure is called: an access case keeps the rules of its request, and is none."""
        return self.say(texts().figures.get(f"procedure_{procedure}", self.rules.label))

    def cited(self, citation: Citation) -> Cited:
        """Where a rule stands, for an answer."""
        return self.once(_cited, citation)

    def named(self, citation: Citation) -> RuleNamed:
        """As `cited`, with the regulation's title, and a phrase that a person quotes."""
        return self.once(_named, citation)

    def in_general(self) -> RuleNamed:
        """The regulation as a whole, where no single article is cited."""
        regulation = self.rules.regulation
        return RuleNamed(
            source=regulation.source,
            article=None,
            basis=Basis.LAW,
            note=None,
            regulation=self.say(regulation.title),
            document=regulation.document,
            assumed=maybe(regulation.assumed, self.language),
            text=self.say(regulation.title),
        )

    def phrase(self, citation: Citation) -> str:
        """Such as "Nanning article 20(3)"; a service rule is called one, and named by its reason."""
        return self.say(phrase(self.rules.city_name, citation))

    def in_full(self, citation: Citation) -> str:
        """The same with all of the reason, for what is read where nothing can be looked up."""
        return self.say(in_full(self.rules.city_name, citation))

    def assumed(self, citation: Citation) -> str | None:
        """What about the dates of the regulation cited is assumed and not read from its text."""
        regulation = self.regulation_of(citation)
        return maybe(regulation.assumed, self.language) if regulation else None

    def counting(self, period: str | None) -> Cited | None:
        """By which rule a period begins and ends as it does."""
        return self.once(_counting, period)

    def regulation_of(self, citation: Citation) -> Regulation | None:
        """The regulation that holds the article; None for a service rule."""
        sources = (self.rules.regulation, *self.rules.regulations)
        return next((r for r in sources if r.source == citation.source), None)

    def citation(self, source: str, article: str, basis: str) -> Citation:
        """The citation of these rules with that source and article, which knows its note."""
        return citation_named(self.rules, source, article, Basis(basis))

    def regulation(self) -> RegulationShown:
        """The text in force, and those beside it."""
        text = self._text(self.rules.regulation)
        return RegulationShown(**text.model_dump(), beside=[self._text(each) for each in self.rules.beside])

    def _text(self, it: Regulation) -> TextShown:
        return TextShown(
            source=it.source,
            title=self.say(it.title),
            document=it.document,
            status=it.status,
            issued_on=it.issued_on,
            in_force_from=it.in_force_from,
            in_force_until=it.in_force_until,
            assumed=maybe(it.assumed, self.language),
        )

    def rules_kept(self, digest: str) -> RulesShown:
        return self.once(_rules_kept, digest)


def _cited(law: Law, citation: Citation) -> Cited:
    return cited_in(citation, law.language)


def _named(law: Law, citation: Citation) -> RuleNamed:
    regulation = law.regulation_of(citation)
    return RuleNamed(
        **law.cited(citation).model_dump(),
        regulation=law.say(regulation.title) if regulation else None,
        document=regulation.document if regulation else None,
        assumed=law.assumed(citation),
        text=law.phrase(citation),
    )


def _rules_kept(law: Law, digest: str) -> RulesShown:
    return RulesShown(regulation=law.regulation(), version=law.rules.version, digest=digest)


def _counting(law: Law, period: str | None) -> Cited | None:
    rule = law.rules.counting_of(parse_period(period).unit) if period else None
    return law.cited(rule.citation) if rule else None


def cited_in(citation: Citation, language: Language) -> Cited:
    """Where a rule stands, for an answer in this language."""
    return Cited(
        source=citation.source,
        article=citation.own_article,
        basis=citation.basis,
        note=maybe(citation.note, language),
        also=[
            FurtherCited(source=each.source, article=each.article, regulation=said(each.title, language))
            for each in citation.also
        ],
    )


def law_of(city: str, on: date, language: Language) -> Law:
    """The law of a city on a day, or on its last, in whose words citations of what is no procedure are said."""
    return Law(as_last_in_force(load_pack(city), ACCESS_REQUEST, on), language)
