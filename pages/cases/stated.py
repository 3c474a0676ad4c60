"""What was asked for or said with a filing, in labels, and what bodies have said since: codes stay behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pages.dates import day_in_words, period_in_words
from reading.cases.shapes import CaseShown
from reading.catalogue.shapes import DatasetShown
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
class Reason:
    """What a body said with a decision."""

    stage: str
    outcome: str
    body_name: str
    decided_at: datetime
    said: Sequence[Stated]


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


def filed_in(speaking: Speaking, case: CaseShown) -> list[Stated]:
    """What was filed, in the order in which it is asked for."""
    said: dict[str, Any] = {}
    if case.request:
        said = case.request.model_dump(exclude_none=True)
    elif case.objection:
        said = case.objection.model_dump(include={"ground", "leak", "statement", "data_items"}, exclude_none=True)
    elif case.report:
        said = case.report.model_dump(exclude_none=True)
    elif case.demand:
        said = case.demand.model_dump(include={"statement", "purpose", "use"}, exclude_none=True)
    if not speaking.dataset:
        said.pop("data_items", None)
    ruled = [rule.field for rule in speaking.law.rules.fields if rule.field in said]
    return speaking.all_of(said, [*ruled, *(name for name in said if name not in ruled)])


def reasons_in(speaking: Speaking, case: CaseShown) -> list[Reason]:
    """What bodies have said with their decisions, as far as whoever looks may read it; the latest first."""
    tasks = {task.task_id: task for task in case.tasks}
    return [
        Reason(
            stage=tasks[each.task_id].label,
            outcome=each.outcome_label,
            body_name=tasks[each.task_id].body_name,
            decided_at=each.decided_at,
            said=speaking.all_of(each.text),
        )
        for each in reversed(case.reasons)
        if each.task_id in tasks
    ]
