"""What is wrong with a shape that somebody wrote, in words for whoever writes law: no types, no patterns, one sentence.

Pydantic finds it; the place in the file and the sentence are ours.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sized
from functools import cache
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, StringConstraints
from pydantic_core import ErrorDetails

from rules.authored import Name, OneCite, Period, PeriodOrBeforehand, PeriodOrPromptly
from rules.places import Places
from rules.strict_yaml import KeyPath

A_PERIOD = "a number and its unit, such as 5wd (working days) or 12h (hours)"
OR_BEFOREHAND = f"{A_PERIOD}, or beforehand"
A_CITATION = 'SOURCE ARTICLE, such as "measures 20(3)" or "measures 16.2", or service NAME for one of service_rules'
FILL_IN = "FILL IN"
"""With this begins what a skeleton leaves to its author."""
SHOWN = 60
"""How much of what was written is shown again."""

RULES_OF_KEYS: Mapping[str, str] = {
    "cite": "uncited",
    "body": "no_responsible_body",
    "label": "missing_label",
    "zh": "missing_label",
    "en": "missing_label",
}
"""What it breaks to leave out a key, where that has a name of its own."""

WHY_MISSING: Mapping[str, str] = {
    "cite": f"it stands here by no article: write cite: with {A_CITATION}",
    "body": "no body is responsible: write body: with a role of bodies",
    "label": "it has no name for people: write label: {zh: ..., en: ...}",
    "zh": "the Chinese text is missing",
    "en": "the English text is missing",
    "in_force_from": "from which day it holds is missing: write in_force_from: with a day",
}


class WrongShape(NamedTuple):
    """Where in the file, which rule is broken, and the fact that breaks it."""

    path: KeyPath
    rule: str
    fact: str


def wrong_shape(error: ErrorDetails, places: Places, keys: frozenset[str]) -> WrongShape:
    """What pydantic found, at the place where it is written. `keys` are all that can be written in such a file."""
    loc = error["loc"][:-1] if _is_of_one_citation(error) else error["loc"]
    path = places.written(loc)
    last = str(loc[-1]) if loc else ""
    match error["type"]:
        case "missing":
            why = WHY_MISSING.get(last, f"{last} is missing here")
            return WrongShape((*path, last), RULES_OF_KEYS.get(last, "missing_key"), why)
        case "does_not_agree":
            context = error.get("ctx", {})
            return WrongShape((*path, *context.get("path", ())), "does_not_agree", context["fact"])
        case "extra_forbidden":
            return WrongShape(path, "unknown_key", f"{last} is no key that can stand here{_meant(last, keys)}")
    if last == "cite" and error["input"] is None:
        return WrongShape(path, "uncited", WHY_MISSING["cite"])
    if last == "cite":
        return WrongShape(path, "citation_syntax", f"{_written(error['input'])} is no citation: write {A_CITATION}")
    if "period" in path and path[-1] != "period":
        fact = f"{_written(error['input'])} is no period: write {A_PERIOD}, promptly, or null where the text has none"
        return WrongShape(path, "period_syntax", fact)
    return WrongShape(path, "wrong_value", f"{_written(error['input'])} does not fit: {_wanted(error)}")


def _is_of_one_citation(error: ErrorDetails) -> bool:
    """Whether it is found in one citation of a list, which may be one that is written without a list."""
    return len(error["loc"]) > 1 and error["loc"][-2] == "cite" and isinstance(error["loc"][-1], int)


def only_follows(error: ErrorDetails) -> bool:
    """Whether it is found only because of another: a list of one counts as empty where that one is wrong."""
    written = error["input"]
    return error["type"] == "too_short" and isinstance(written, Sized) and len(written) >= error["ctx"]["min_length"]


def left_blank(written: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """What a skeleton has marked and nobody has filled in yet, by its place; each blank once, however often it is
    referred to."""
    seen: set[str] = set()
    for place, text in _texts_in(written, path):
        if text.startswith(FILL_IN) and text not in seen:
            seen.add(text)
            yield place, text.removeprefix(FILL_IN).strip()


def _texts_in(written: object, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(written, str):
        yield path, written
    elif isinstance(written, Mapping):
        for key, value in written.items():
            yield from _texts_in(value, (*path, str(key)))
    elif isinstance(written, list):
        for place, value in enumerate(written):
            yield from _texts_in(value, (*path, place))


def keys_of(model: type[BaseModel]) -> frozenset[str]:
    """Every key that can be written in a file of this shape, however deep."""
    return frozenset(field.alias or name for each in shapes_in(model) for name, field in each.model_fields.items())


@cache
def shapes_in(model: type[BaseModel]) -> tuple[type[BaseModel], ...]:
    """A shape and all that it is made of."""
    found: dict[type[BaseModel], None] = {}
    waiting: list[object] = [model]
    while waiting:
        each = waiting.pop()
        if isinstance(each, type) and issubclass(each, BaseModel) and each not in found:
            found[each] = None
            waiting += [field.annotation for field in each.model_fields.values()]
        waiting += get_args(each)
    return tuple(found)


def _meant(key: str, keys: frozenset[str]) -> str:
    close = difflib.get_close_matches(key, keys, n=1)
    return f"; is {close[0]} meant?" if close else ""


def _written(value: object) -> str:
    """What was written, as a person sees it in the file."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case Mapping():
            return "a list of keys"
        case list() | tuple():
            return "a list"
        case str():
            return f'"{value}"' if len(value) <= SHOWN else f'"{value[:SHOWN]}…"'
    return str(value)


def _patterns() -> Iterator[tuple[str, str]]:
    """Each way of writing to the words for it."""
    names = "a name in small letters, digits and _, which begins with a letter"
    kinds = ((Name, names), (Period, A_PERIOD), (PeriodOrPromptly, A_PERIOD), (PeriodOrBeforehand, OR_BEFOREHAND))
    for kind, said in (*kinds, (OneCite, A_CITATION)):
        for each in get_args(kind):
            if isinstance(each, StringConstraints) and isinstance(each.pattern, str):
                yield each.pattern, said


WAYS_OF_WRITING: Mapping[str, str] = {
    **dict(_patterns()),
    r"\S": "a text in which something can be seen",
    r"^[A-Z]{2,4}$": "two to four capital letters",
    r"^[1-9][0-9]{0,3}wd$": "a number of working days, such as 5wd",
    r"^[1-9][0-9]{0,3}(h|wd)$": "a number of hours or of working days, such as 12h or 5wd",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": 'a time of day in quotation marks, such as "09:00"',
}
"""The pattern of a text to the words for it."""


def _a_choice(context: Mapping[str, Any]) -> str:
    return f"one of {context['expected']} is wanted".replace("'", "")


WANTED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "string_type": lambda _: "a text is wanted; put it in quotation marks where it looks like a number or a day",
    "string_too_long": lambda it: f"a text of at most {it['max_length']} characters is wanted",
    "bool_type": lambda _: "true or false is wanted",
    "int_type": lambda _: "a whole number without quotation marks is wanted",
    "date_type": lambda _: "a day is wanted, such as 2026-03-01, without quotation marks",
    "date_from_datetime_inexact": lambda _: "a day without a time is wanted, such as 2026-03-01",
    "tuple_type": lambda _: "a list is wanted, such as [reason, basis]",
    "dict_type": lambda _: "keys with their values are wanted, each on a line of its own or in braces",
    "model_type": lambda _: "keys with their values are wanted, each on a line of its own or in braces",
    "frozen_set_type": lambda _: "a list is wanted",
    "too_short": lambda _: "at least one is wanted",
    "greater_than_equal": lambda it: f"a number of at least {it['ge']} is wanted",
    "literal_error": _a_choice,
    "string_pattern_mismatch": lambda it: f"{WAYS_OF_WRITING.get(it['pattern'], 'another way of writing')} is wanted",
}
"""What pydantic finds to what is wanted instead."""


def _wanted(error: ErrorDetails) -> str:
    say = WANTED.get(error["type"])
    return say(error.get("ctx", {})) if say else error["msg"].removeprefix("Value error, ")
