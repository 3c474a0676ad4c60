"""Whether a filing may be received at all: a pure function of the rules in force, the filing, and the dataset's facts.

Whether what is stated suffices is the reviewer's decision, never the machine's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from rules.pinned import Citation, FieldRule
from rules.procedure_rules import ProcedureRules
from rules.stating import states_something

Openness = Literal["conditional", "unconditional", "closed"]

DEFAULT_CHOICES: Mapping[str, str] = {"urgency": "normal", "use": "general", "leak": "none"}
"""What a filing means that leaves the choice out, where the city's law knows that value."""

HAS_LEAKED = "leak"
"""The choice of an objection that says whether data has leaked already; few laws make a difference by it."""


@dataclasses.dataclass(frozen=True)
class DatasetAtReceipt:
    """What admissibility needs to know of a dataset. `items` are the ids of its data items."""

    dataset_id: str
    openness: Openness
    items: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Inadmissible:
    """One reason why a filing cannot be received. `code` is stable; `params` are what its message speaks of."""

    field: str
    code: str
    citation: Citation | None
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


def chosen(rules: ProcedureRules, filing: Mapping[str, object]) -> dict[str, str]:
    """The choices (`urgency`, `use` …) that a filing stands for: those made, and the default of those left out."""
    made = {name: filing[name] for name in rules.choices if _is_given(filing.get(name))}
    defaults = {name: value for name, value in DEFAULT_CHOICES.items() if rules.choice(name, value)}
    return {**defaults, **{name: str(value) for name, value in made.items()}}


def admissible(
    rules: ProcedureRules, filing: Mapping[str, object], dataset: DatasetAtReceipt | None
) -> list[Inadmissible]:
    """Every reason why the filing cannot be received, in the order of the city's form; empty if it can.

    `dataset` is None in a procedure that is about no dataset. Codes: `closed` and `not_conditional` of what is asked
    for; `not_open` and `not_concerned` of what is objected to; `field_required`, `item_unknown`; and for each choice
    `<choice>_unknown`, `<choice>_not_on_request` and `<choice>_belongs_elsewhere`; `leak_not_asked` where a leak makes
    no difference in the city's law; `no_remedy_after_the_law` where a law that has ended no longer allows it.
    """
    return [
        *(_openness(rules, dataset) if dataset else ()),
        *_fields(rules, filing),
        *_choices(rules, filing),
        *(_items(rules, filing, dataset) if dataset else ()),
    ]


def without_its_day(rules: ProcedureRules, choices: Mapping[str, str], occurred_on: date | None) -> list[Inadmissible]:
    """The reason why what is recorded lacks the day on which it happened, where a clock of the law runs from that."""
    if occurred_on is None and (citation := rules.day_demanded(choices)):
        return [Inadmissible("occurred_on", "day_demanded", citation)]
    return []


def still_admissible(
    rules: ProcedureRules, before: Mapping[str, object], changed: Mapping[str, object], dataset: DatasetAtReceipt
) -> list[Inadmissible]:
    """Every reason why what is `changed` in a filing cannot stand, by the rules that its case keeps; what it had
    `before` is not judged anew."""
    found = admissible(rules, {**before, **changed}, dataset)
    return [each for each in found if each.field in changed]


def why_not_of(rules: ProcedureRules, openness: str) -> str | None:
    """Why data of that openness is not what the procedure is about, a code; None where it is."""
    if openness in rules.concerns:
        return None
    if rules.grant:
        return "closed" if openness == "closed" else "not_conditional"
    return "not_open" if openness == "closed" else "not_concerned"


def _openness(rules: ProcedureRules, dataset: DatasetAtReceipt) -> Iterator[Inadmissible]:
    """Data is asked for, or objected to, only if the procedure is about data of its openness."""
    if (code := why_not_of(rules, dataset.openness)) is None:
        return
    params = {"dataset_id": dataset.dataset_id, "openness": dataset.openness, **_law(rules)}
    yield Inadmissible("dataset_id", code, None, params)


def _fields(rules: ProcedureRules, filing: Mapping[str, object]) -> Iterator[Inadmissible]:
    choices = chosen(rules, filing)
    for rule in rules.fields:
        demanded = rule.required and all(choices.get(name) in values for name, values in rule.when.items())
        if demanded and not _is_given(filing.get(rule.field)):
            yield Inadmissible(rule.field, "field_required", rule.citation, {"label": rule.label, **_law(rules)})


def _choices(rules: ProcedureRules, filing: Mapping[str, object]) -> Iterator[Inadmissible]:
    for name, known in rules.choices.items():
        given = filing.get(name)
        if not _is_given(given):
            continue
        choice = rules.choice(name, str(given))
        on_request = tuple(c.value for c in known if c.on_request and not c.belongs_elsewhere)
        params = {"given": given, "known": on_request, **_law(rules)}
        if choice is None:
            rule = _field(rules, name)
            yield Inadmissible(name, f"{name}_unknown", rule.citation if rule else None, params)
        elif choice.belongs_elsewhere:
            params |= {"label": choice.label, "where": choice.belongs_elsewhere}
            yield Inadmissible(name, f"{name}_belongs_elsewhere", choice.citation, params)
        elif not choice.on_request:
            yield Inadmissible(name, f"{name}_not_on_request", choice.citation, params)
        elif rules.after_the_law and rules.after_the_law.refuses(name, choice.value):
            params["known"] = tuple(c for c in on_request if not rules.after_the_law.refuses(name, c))
            yield Inadmissible(name, "no_remedy_after_the_law", rules.after_the_law.citation, params)
    if HAS_LEAKED not in rules.choices and _is_given(filing.get(HAS_LEAKED)):
        yield Inadmissible(HAS_LEAKED, "leak_not_asked", None, _law(rules))


def _items(rules: ProcedureRules, filing: Mapping[str, object], dataset: DatasetAtReceipt) -> Iterator[Inadmissible]:
    named = filing.get("data_items")
    if not isinstance(named, Iterable) or isinstance(named, str):
        return
    unknown = tuple(item for item in named if item not in dataset.items)
    if unknown:
        rule = _field(rules, "data_items")
        params = {"items": unknown, "dataset_id": dataset.dataset_id, **_law(rules)}
        yield Inadmissible("data_items", "item_unknown", rule.citation if rule else None, params)


def _field(rules: ProcedureRules, name: str) -> FieldRule | None:
    return next((rule for rule in rules.fields if rule.field == name), None)


def _law(rules: ProcedureRules) -> dict[str, object]:
    """The regulation by which the filing was judged, for whoever reads the reasons."""
    return {"city": rules.city, "regulation": rules.regulation.title, "document": rules.regulation.document}


def _is_given(value: object) -> bool:
    """A text in which nothing can be seen, or a list of nothing but such, states nothing."""
    if isinstance(value, str):
        return states_something(value)
    if isinstance(value, Iterable):
        return any(_is_given(part) for part in value)
    return value is not None
