"""What people stated, in words: each code by its label, each field by its name in the law of the case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reading.catalogue.shapes import DatasetShown
from reading.words.days import day_in_words, period_in_words
from reading.words.law import Law
from reading.words.texts import texts
from rules.pinned import Label


def headed(label: str) -> str:
    """A label as it heads a line: in English it begins with a capital, in sentences with none."""
    return label[:1].upper() + label[1:]


@dataclass(frozen=True)
class Stated:
    """One thing that somebody stated."""

    label: str
    text: str
    is_prose: bool


@dataclass(frozen=True)
class Speaking:
    """Names what the codes of a case stand for."""

    law: Law
    dataset: DatasetShown | None

    def label(self, name: str) -> str:
        """What a field is called, by the law of the case where it has a name for it."""
        ruled = next((rule.label for rule in self.law.rules.fields if rule.field == name), None)
        known: Label | None = ruled or texts().fields.get(name)
        return self.law.say(known) if known else name

    def value(self, name: str, value: object) -> str:
        """A value in words."""
        match value:
            case bool():
                return "是" if self.law.language == "zh" else "yes"
            case list() | tuple():
                return (
                    self.items(value)
                    if name == "data_items"
                    else self._joined(self.value(name, each) for each in value)
                )
            case date():
                return day_in_words(value, self.law.language)
            case str():
                return self._text(name, value)
            case _:
                return str(value)

    def items(self, items: Sequence[str]) -> str:
        """The names of data items; of none, that all are meant."""
        names = {each.item: each.name for each in self.dataset.items} if self.dataset else {}
        if not items:
            return "全部数据项" if self.law.language == "zh" else "all data items"
        return self._joined(names.get(item, item) for item in items)

    def _text(self, name: str, value: str) -> str:
        choice = self.law.rules.choice(name, value)
        if choice:
            return self.law.say(choice.label)
        if name == "time_limit":
            return period_in_words(value, self.law.language)
        if name in ("processed_on", "held_from", "held_until", "last_day"):
            return day_in_words(date.fromisoformat(value), self.law.language)
        return value

    def _joined(self, parts: Iterable[str]) -> str:
        return ("、" if self.law.language == "zh" else ", ").join(parts)

    def all_of(self, said: Mapping[str, Any], among: Sequence[str] | None = None) -> list[Stated]:
        """What of it is said, in an order."""
        names = [*said] if among is None else [name for name in among if name in said]
        return [
            Stated(
                headed(self.label(name)),
                self.value(name, said[name]),
                isinstance(said[name], str) and not self._is_code(name, said[name]),
            )
            for name in names
            if said[name] not in (None, "", {}) and not isinstance(said[name], dict)
        ]

    def _is_code(self, name: str, value: str) -> bool:
        return self.law.rules.choice(name, value) is not None
