"""Nothing is recorded of which nobody has said whether it is personal (docs/personal-data.md)."""

from __future__ import annotations

import importlib
import pkgutil
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Boolean, Date, DateTime, Integer
from sqlmodel import SQLModel

from activities import tables
from activities.sealing.inventory import COLUMNS, LOGGED, Care, classified
from models.acts import ACT
from models.events import EVENT

SAYS_NOTHING = (Boolean, Date, DateTime, Integer)


def test_every_column_that_can_hold_words_is_classified_once() -> None:
    for module in pkgutil.iter_modules(tables.__path__):
        importlib.import_module(f"{tables.__name__}.{module.name}")
    found = {
        name: {column.name for column in table.columns if not isinstance(column.type, SAYS_NOTHING)}
        for name, table in SQLModel.metadata.tables.items()
    }
    assert {name: columns for name, columns in found.items() if columns} == {
        table: {name for name, _ in classified(columns)} for table, columns in COLUMNS.items()
    }
    for columns in COLUMNS.values():
        names = [name for name, _ in classified(columns)]
        assert len(names) == len(set(names))


def test_every_field_of_an_event_and_of_an_act_is_classified_once() -> None:
    found = {name for annotated in (EVENT, ACT) for name in fields_with_words(annotated._type)}
    names = [name for name, _ in classified(LOGGED)]

    assert found == set(names)
    assert len(names) == len(set(names))


def test_no_event_and_no_act_holds_free_text() -> None:
    assert LOGGED.keys() <= {Care.PSEUDONYM, Care.FINGERPRINT, Care.NOT_PERSONAL}


def fields_with_words(annotation: Any) -> Iterator[str]:
    """The names of the fields that hold strings, in these classes and in what they hold."""
    for model in models_in(annotation):
        for name, field in model.model_fields.items():
            if any(each is str or (isinstance(each, type) and issubclass(each, Enum)) for each in within(field)):
                yield name
            yield from fields_with_words(field.annotation)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in typing.get_args(annotation):
        yield from models_in(each)


def within(field: Any) -> Iterator[Any]:
    yield from leaves(field.annotation)


def leaves(annotation: Any) -> Iterator[Any]:
    arguments = typing.get_args(annotation)
    if not arguments:
        yield type(annotation) if isinstance(annotation, str) else annotation
    for each in arguments:
        yield from leaves(each)
