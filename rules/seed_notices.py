"""Reads the notices and scopes that seed the calendar; in the product the database holds the record from then on."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from rules.calendar import CalendarRecord
from rules.calendar_notices import Notice, Scope
from rules.strict_yaml import KeyPath, dotted, load

FOLDER = files("rules").joinpath("notices")


class NoticesRefused(ValueError):
    """A file of notices or scopes has the wrong shape; the message names file, key path and rule."""


class _Batch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    recorded_at: AwareDatetime
    notices: list[dict[str, object]]


class _Scopes(BaseModel):
    model_config = ConfigDict(extra="forbid")

    scopes: tuple[Scope, ...]


def read_record(folder: Traversable = FOLDER) -> CalendarRecord:
    """The record as the files of a folder seed it. Raises `NoticesRefused`, `YamlRefused` and `CalendarUnknown`."""
    return CalendarRecord(read_notices(folder), read_scopes(folder))


def read_notices(folder: Traversable = FOLDER) -> tuple[Notice, ...]:
    """The notices in order of record: the numbered files by name, each from top to bottom. Raises as `read_record`."""
    batches = sorted((file for file in folder.iterdir() if file.name[:1].isdigit()), key=lambda file: file.name)
    return tuple(notice for file in batches for notice in _read_batch(file))


def read_scopes(folder: Traversable = FOLDER) -> tuple[Scope, ...]:
    """The scopes that have a calendar. Raises as `read_record`."""
    file = folder.joinpath("scopes.yaml")
    return _validated(_Scopes, load(file, file.name), file.name, ()).scopes


def _read_batch(file: Traversable) -> list[Notice]:
    batch = _validated(_Batch, load(file, file.name), file.name, ())
    return [
        _validated(Notice, {**notice, "recorded_at": batch.recorded_at}, file.name, ("notices", position))
        for position, notice in enumerate(batch.notices)
    ]


Shape = TypeVar("Shape", bound=BaseModel)


def _validated(shape: type[Shape], content: object, name: str, within: KeyPath) -> Shape:
    try:
        return shape.model_validate(content)
    except ValidationError as error:
        reasons = (f"{name}: {dotted((*within, *each['loc']))}: {each['msg']}" for each in error.errors())
        raise NoticesRefused("\n".join(reasons)) from None
