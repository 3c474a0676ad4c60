"""The editor of an entry: its fields as they stand, the changes that somebody makes, and the questions of the law.

A field is called by its path in the API's form (`entry.title.zh`, `entry.items.0.item`, `answers.openness`), so that
what is wrong with one stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from starlette.datastructures import FormData

from api.http.problems import Problem, plain_error
from models.drafting import LIMITED_SHARING
from pages.forms.fields import Field, Option, Wanted, options_of
from pages.forms.kinds import Kind
from pages.officers import text_of
from pages.wording import Words
from reading.shape import RuleNamed
from reading.words.language import Language
from reading.words.law import Law
from reading.words.texts import texts
from rules.opened_first import PRIORITY
from rules.sample_catalogue import IRREGULAR, REAL_TIME, Format, ItemType
from rules.vocabulary import ANSWERED_BY_THE_SERVICE, QUESTIONS

LANGUAGES = ("zh", "en")
IN_TWO_LANGUAGES = ("title", "abstract", "domain", "grade", "supervision", "conditions", "basis", *LIMITED_SHARING)
SHORT = ("title", "domain", "grade")
WHERE_ASKED = ("grade", "supervision", *LIMITED_SHARING)
"""Fields of an entry that are asked for only where the law of a city wants them, or an entry has them."""
OF_AN_ITEM = ("item", "name.zh", "name.en", "type", "note.zh", "note.en")
FREQUENCIES = {
    REAL_TIME: "real_time",
    "PT1H": "hourly",
    "P1D": "daily",
    "P1W": "weekly",
    "P1M": "monthly",
    "P3M": "quarterly",
    "P6M": "half_yearly",
    "P1Y": "yearly",
    IRREGULAR: "irregular",
}
MORE_ROWS = 3
"""Empty rows for further items."""
LARGEST_ROW = 500


@dataclass(frozen=True)
class TextAsked:
    """A text of an entry, in both languages, with the rule that demands it where one does."""

    label: str
    law: RuleNamed | None
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class RowAsked:
    """One data item; `is_new` where the entry does not have it."""

    number: int
    fields: Mapping[str, Field]
    is_new: bool
    is_dropped: bool


@dataclass(frozen=True)
class Editing:
    """All fields of the editor, as its template puts them."""

    titles: tuple[TextAsked, ...]
    rows: tuple[RowAsked, ...]
    formats: Field
    frequency: Field
    answers: tuple[Field, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """All of them, in their order."""
        texts_asked = (field for each in self.titles for field in each.fields)
        rows = (field for row in self.rows for field in row.fields.values())
        return (*texts_asked, *rows, self.formats, self.frequency, *self.answers)


def editing(law: Law, words: Words, entry: Mapping[str, Any], answers: Mapping[str, str], wanted: Wanted) -> Editing:
    """The editor of an entry that says this, with what was answered before, and with what somebody filled in."""
    rules = {rule.field: rule for rule in law.rules.entry}

    def cited(name: str) -> RuleNamed | None:
        return law.named(rules[name].citation) if name in rules else None

    def labelled(name: str) -> str:
        return law.say(rules[name].label if name in rules else texts().fields[f"entry.{name}"])

    def filled(field: Field) -> Field:
        return wanted.in_((field,))[0]

    titles = tuple(
        TextAsked(
            labelled(name),
            cited(name),
            tuple(
                filled(
                    Field(
                        f"entry.{name}.{language}",
                        Kind.LINE if name in SHORT else Kind.PROSE,
                        words("catalogue.in_language", field=labelled(name), language=words(f"catalogue.{language}")),
                        values=said_of((entry.get(name) or {}).get(language)),
                    )
                )
                for language in LANGUAGES
            ),
        )
        for name in IN_TWO_LANGUAGES
        if name not in WHERE_ASKED or name in rules or entry.get(name)
    )
    formats = Field(
        "entry.formats",
        Kind.ITEMS,
        labelled("formats"),
        law=cited("formats"),
        options=tuple(Option(each, each.upper()) for each in get_args(Format)),
        values=tuple(entry.get("formats") or ()),
    )
    frequency = Field(
        "entry.update_frequency",
        Kind.CHOICE,
        labelled("update_frequency"),
        law=cited("update_frequency"),
        options=frequencies(words, entry.get("update_frequency")),
        values=said_of(entry.get("update_frequency")),
    )
    return Editing(
        titles=titles,
        rows=tuple(rows(words, entry, wanted, filled)),
        formats=filled(formats),
        frequency=filled(frequency),
        answers=tuple(filled(each) for each in questions(law, {**marked(entry), **answers})),
    )


def frequencies(words: Words, known: str | None) -> tuple[Option, ...]:
    """How often data is brought up to date; an entry's own value too, where it is none of these."""
    options = tuple(Option(code, words(f"frequency.{name}")) for code, name in FREQUENCIES.items())
    return options if known is None or known in FREQUENCIES else (*options, Option(known, known))


def said_of(value: Any) -> tuple[str, ...]:
    return (str(value),) if value else ()


def rows(words: Words, entry: Mapping[str, Any], wanted: Wanted, filled: Any) -> Iterator[RowAsked]:
    """The items as they stand, then rows for more; as many as somebody sent."""
    known = list(entry.get("items") or ())
    sent = [int(at) for name in wanted.values if (at := row_of(name)) is not None]
    for number in range(max(len(known) + MORE_ROWS, max(sent, default=-1) + 1)):
        item = known[number] if number < len(known) else {}
        fields = {}
        for part in OF_AN_ITEM:
            first, _, language = part.partition(".")
            value = (item.get(first) or {}).get(language) if language else item.get(first)
            field = Field(
                f"entry.items.{number}.{part}",
                Kind.CHOICE if part == "type" else Kind.LINE,
                words(f"catalogue.item_{first}"),
                options=item_types(words) if part == "type" else (),
                values=said_of(value),
            )
            fields[part] = filled(field)
        dropped = f"entry.items.{number}.drop" in wanted.values
        yield RowAsked(number, fields, is_new=not item, is_dropped=dropped)


def item_types(words: Words) -> tuple[Option, ...]:
    return tuple(Option(each, words(f"item_type.{each}")) for each in get_args(ItemType))


def row_of(name: str) -> str | None:
    """The number of the row to which a field belongs."""
    parts = name.split(".")
    is_row = parts[:2] == ["entry", "items"] and len(parts) > 3 and parts[2].isdecimal() and len(parts[2]) < 4
    return parts[2] if is_row else None


def marked(entry: Mapping[str, Any]) -> dict[str, str]:
    """What an entry says of itself that is asked of each draft of it again."""
    return {PRIORITY: entry[PRIORITY]} if entry.get(PRIORITY) else {}


def questions(law: Law, answers: Mapping[str, str]) -> Iterator[Field]:
    """What the law asks of a draft, without the questions that the service answers itself."""
    for name, known in law.rules.choices.items():
        if name in QUESTIONS - ANSWERED_BY_THE_SERVICE:
            yield Field(
                f"answers.{name}",
                Kind.CHOICE,
                law.say(texts().fields[name]),
                law=law.named(known[0].citation) if known else None,
                options=options_of(law, name),
                values=said_of(answers.get(name)),
            )


def entry_sent(form: FormData, published: Mapping[str, Any]) -> dict[str, Any]:
    """What the editor sends, as the API's form has it: the fields that differ from the published entry, and the
    answers."""
    entry: dict[str, Any] = {}
    for name in IN_TWO_LANGUAGES:
        said = {each: text for each in LANGUAGES if (text := plain(form, f"entry.{name}.{each}"))}
        if said and said != published.get(name):
            entry[name] = said
    items = [item_sent(form, number) for number in rows_sent(form)]
    if items and items != [tidied(each) for each in published.get("items") or ()]:
        entry["items"] = items
    formats = [each for each in form.getlist("entry.formats") if isinstance(each, str)]
    if formats and sorted(formats) != sorted(published.get("formats") or ()):
        entry["formats"] = formats
    frequency = text_of(form, "entry.update_frequency")
    if frequency and frequency != published.get("update_frequency"):
        entry["update_frequency"] = frequency
    answers = {
        name.removeprefix("answers."): text
        for name in form
        if name.startswith("answers.") and (text := text_of(form, name))
    }
    return {**({"entry": entry} if entry else {}), **({"answers": answers} if answers else {})}


def plain(form: FormData, name: str) -> str:
    return text_of(form, name).replace("\r\n", "\n")


def rows_sent(form: FormData) -> list[int]:
    """The rows in which something stands and that are not dropped, in their order."""
    numbers = sorted({int(at) for name in form if (at := row_of(name)) is not None})
    return [
        number
        for number in numbers
        if number <= LARGEST_ROW
        and f"entry.items.{number}.drop" not in form
        and any(text_of(form, f"entry.items.{number}.{part}") for part in OF_AN_ITEM if part != "type")
    ]


def item_sent(form: FormData, number: int) -> dict[str, Any]:
    """An item as the API's form has it; what was left empty is left out."""

    def said(part: str) -> str:
        return text_of(form, f"entry.items.{number}.{part}")

    item: dict[str, Any] = {name: text for name in ("item", "type") if (text := said(name))}
    for name in ("name", "note"):
        if both := {each: text for each in LANGUAGES if (text := said(f"{name}.{each}"))}:
            item[name] = both
    return item


def tidied(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item of an entry without what it leaves open."""
    return {name: value for name, value in item.items() if value}


def wanted_of(form: FormData, values: Wanted, problem: Problem, language: Language, names: Sequence[str]) -> Wanted:
    """What was filled in, with each thing that is wrong beside the field of the editor that is nearest to it."""
    found: dict[str | None, list[str]] = {
        name: list(texts) for name, texts in values.problems.items() if name not in ("entry", "answers")
    }
    sent = rows_sent(form)
    for wrong in problem.errors:
        for path in (wrong.field or "").split("|"):
            if path.partition(".")[0] in ("entry", "answers"):
                at = nearest(in_rows(path, sent), names)
                found.setdefault(at, []).append(plain_error(wrong, language))
    return replace(values, problems=found)


def in_rows(path: str, sent: Sequence[int]) -> str:
    """The path of an item that was sent, by its row on the page."""
    parts = path.split(".")
    if parts[:2] == ["entry", "items"] and len(parts) > 2 and parts[2].isdecimal() and int(parts[2]) < len(sent):
        parts[2] = str(sent[int(parts[2])])
    return ".".join(parts)


def nearest(path: str, names: Iterable[str]) -> str | None:
    """The field of this path, else the first below it, else that of what it is part of; None where there is none."""
    known = list(names)
    while path:
        for name in known:
            if name == path or name.startswith(f"{path}."):
                return name
        path = path.rpartition(".")[0]
    return None
