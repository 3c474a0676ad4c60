"""The fields of a filing as a page offers them: what each choice costs, and what follows from it, beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from api.acting.forms.form import FilingForm
from pages.dates import period_in_words
from pages.forms.fields import Field, Option, fields_of_filing
from pages.forms.kinds import Kind
from pages.wording import Words
from reading.cases.road import road_before
from reading.words.law import Law
from rules.admissibility import DEFAULT_CHOICES
from rules.vocabulary import FOUND_AT_RECEIPT

BY_URGENCY = "urgency"


def offered(law: Law, words: Words, form: type[FilingForm], items: Sequence[Option]) -> tuple[Field, ...]:
    """The fields that a form of the API takes; a question with one answer is not asked."""
    known = FOUND_AT_RECEIPT.get(law.rules.procedure, frozenset())
    asked = fields_of_filing(law, words, items=items, leave_out=known)
    taken = [field for field in asked if field.name in form.model_fields and not _answers_itself(field)]
    return tuple(_with_what_follows(law, words, field) for field in taken)


def _answers_itself(field: Field) -> bool:
    default = DEFAULT_CHOICES.get(field.name)
    return field.kind is Kind.CHOICE and [option.value for option in field.options] == [default]


def _with_what_follows(law: Law, words: Words, field: Field) -> Field:
    if field.kind is Kind.ITEMS and not field.required:
        field = replace(field, hint=words("filing.all_items"))
    if field.kind is Kind.FILES:
        return replace(field, hint=field.hint or words("filing.files"))
    if field.kind is not Kind.CHOICE:
        return field
    return replace(field, options=tuple(_explained(law, words, field.name, option) for option in field.options))


def _explained(law: Law, words: Words, name: str, option: Option) -> Option:
    parts = [option.hint, periods_of(law, words, option.value) if name == BY_URGENCY else None]
    parts.append(what_is_held(law, words, {name: option.value}))
    hints = [each for each in parts if each]
    return replace(option, hint=words("filing.joined").join(hints) or None)


def periods_of(law: Law, words: Words, urgency: str) -> str | None:
    """Which periods the bodies have on the ordinary way of a request of this urgency."""
    choices = {BY_URGENCY: urgency}
    stages = [each.stage for stretch in road_before(law.rules, choices, {}).stretches for each in stretch.stages]
    found = [
        f"{law.say(stage.label)}{words('filing.takes')}{period_in_words(period, law.language)}"
        for stage in stages
        if (period := stage.period(choices))
    ]
    return words("filing.and_then").join(found) or None


def what_is_held(law: Law, words: Words, choices: dict[str, str]) -> str | None:
    """What follows for the data from such a choice, at receipt; None where nothing does."""
    hold = law.rules.hold
    if hold is None or not hold.holds_back(choices):
        return None
    name = "filing.held_with_evidence" if hold.needs_evidence(choices) else "filing.held"
    return words(name)
