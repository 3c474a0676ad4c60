"""The fields of a form, made from the rules of a procedure: no template knows a city.

Each says what it is called, whether it is demanded and by which rule, what can be chosen, and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pages.forms.kinds import Kind, kind_of
from pages.wording import Words
from reading.shape import RuleNamed
from reading.words.law import Law
from reading.words.texts import texts
from rules.admissibility import DEFAULT_CHOICES
from rules.pinned import Choice, Citation, FieldRule
from rules.pinned_stages import Outcome


@dataclass(frozen=True)
class Option:
    """One value that can be chosen. `elsewhere` says where to go with it instead; it cannot be chosen then."""

    value: str
    label: str
    hint: str | None = None
    elsewhere: str | None = None
    belongs_to: str | None = None
    """The procedure to which it belongs instead."""
    address: str | None = None
    """Where that is begun."""
    law: RuleNamed | None = None


@dataclass(frozen=True)
class Field:
    """One field as a page asks for it. `within` groups fields that only some choice of another demands."""

    name: str
    kind: Kind
    label: str
    required: bool = False
    hint: str | None = None
    law: RuleNamed | None = None
    options: tuple[Option, ...] = ()
    values: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    within: tuple[int, ...] = ()

    @property
    def value(self) -> str:
        """What stands in a field of one value."""
        return self.values[0] if self.values else ""


@dataclass(frozen=True)
class Wanted:
    """What somebody filled in, by field, and what is wrong with it, by field; what belongs to no field of the form is
    under None."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    problems: Mapping[str | None, Sequence[str]] = field(default_factory=dict)

    def in_(self, asked: Iterable[Field]) -> tuple[Field, ...]:
        """The fields with what stands in them and what is wrong."""
        return tuple(
            replace(
                each,
                values=tuple(self.values.get(each.name, each.values)),
                problems=tuple(self.problems.get(each.name, ())),
            )
            for each in asked
        )

    def elsewhere(self, asked: Iterable[Field]) -> list[str]:
        """What is wrong with nothing that the form asks for."""
        names = {each.name for each in asked}
        return [text for name, found in self.problems.items() if name not in names for text in found]


def fields_of_filing(
    law: Law, words: Words, *, items: Sequence[Option] = (), leave_out: frozenset[str] = frozenset()
) -> tuple[Field, ...]:
    """The fields that the law of a city asks of a filing, in its order, and the choices that it knows besides."""
    ruled = [rule.field for rule in law.rules.fields]
    beside = [name for name in law.rules.choices if name not in ruled]
    return tuple(
        field_of(law, words, name, rule_of(law, name), items)
        for name in [*ruled, *beside]
        if name not in leave_out and (kind_of(name) is not Kind.ITEMS or items)
    )


def rule_of(law: Law, name: str) -> FieldRule | None:
    return next((rule for rule in law.rules.fields if rule.field == name), None)


def field_of(law: Law, words: Words, name: str, rule: FieldRule | None, items: Sequence[Option] = ()) -> Field:
    """A field as the law has it; of items, those of the dataset."""
    kind = kind_of(name)
    options = tuple(items) if kind is Kind.ITEMS else options_of(law, name)
    default = DEFAULT_CHOICES.get(name)
    return Field(
        name=name,
        kind=Kind.CHOICE if options and kind is not Kind.ITEMS else kind,
        label=law.say(rule.label if rule else texts().fields[name]),
        required=bool(rule and rule.required and not rule.when),
        hint=condition_of(law, words, rule.when) if rule and rule.required and rule.when else None,
        law=law.named(rule.citation) if rule else None,
        options=options,
        values=(default,) if default and any(each.value == default for each in options) else (),
    )


def options_of(law: Law, name: str) -> tuple[Option, ...]:
    """The values that may be asked for, and those that belong elsewhere with where that is."""
    after = law.rules.after_the_law
    return tuple(
        option_of(law, choice)
        for choice in law.rules.choices.get(name, ())
        if choice.on_request and not (after and after.refuses(name, choice.value))
    )


def option_of(law: Law, choice: Choice) -> Option:
    return Option(
        value=choice.value,
        label=law.say(choice.label),
        hint=law.say(choice.advice) if choice.advice else None,
        elsewhere=law.say(choice.belongs_elsewhere) if choice.belongs_elsewhere else None,
        belongs_to=choice.belongs_to,
        law=law.named(choice.citation),
    )


def condition_of(law: Law, words: Words, when: Mapping[str, Sequence[str]]) -> str:
    """In words, for which choices something is demanded."""
    said = [
        words(
            "form.when", field=law.say(texts().fields[name]), values=words("form.or").join(labels_of(law, name, values))
        )
        for name, values in when.items()
    ]
    return words("form.demanded_when", when=words("form.and").join(said))


def labels_of(law: Law, name: str, values: Iterable[str]) -> list[str]:
    found = ((value, law.rules.choice(name, value)) for value in values)
    return [law.say(choice.label) if choice else value for value, choice in found]


def fields_of_decision(
    law: Law,
    words: Words,
    outcomes: Sequence[Outcome],
    choices: Mapping[str, str],
    *,
    items: Sequence[Option] = (),
    always: Sequence[str] = (),
) -> tuple[Field, ...]:
    """The fields that some outcome demands, each with the places of the outcomes that do; those of `always` are for
    every outcome. Of several of which one is enough, each says so."""
    found: dict[str, Field] = {}
    for place, outcome in enumerate(outcomes):
        for requirement in outcome.requires:
            if not requirement.applies_to(choices):
                continue
            for name in requirement.any_of:
                alone = len(requirement.any_of) == 1
                known = found.get(name) or _of_decision(law, name, requirement.citation, items)
                hint = (
                    None
                    if alone
                    else words("form.any_of", fields=words("form.or").join(_labels(law, requirement.any_of)))
                )
                found[name] = replace(
                    known,
                    within=(*known.within, place),
                    required=alone and len(outcomes) == 1,
                    hint=known.hint or hint,
                )
    everywhere = tuple(range(len(outcomes)))
    for name in always:
        known = found.get(name) or _of_decision(law, name, None, items)
        found[name] = replace(known, within=everywhere)
    return tuple(found.values())


def _labels(law: Law, names: Iterable[str]) -> list[str]:
    return [law.say(texts().fields[name]) for name in names]


def _of_decision(law: Law, name: str, citation: Citation | None, items: Sequence[Option]) -> Field:
    kind = kind_of(name)
    return Field(
        name=name,
        kind=kind,
        label=law.say(texts().fields[name]),
        law=law.named(citation) if citation else None,
        options=tuple(items) if kind is Kind.ITEMS else options_of(law, name),
    )
