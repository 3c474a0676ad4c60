"""What acts carry beside who acts and when: terms, measures, findings, and what a receipt found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class GrantTerms(Frozen):
    """What a body grants where it differs from what was asked for. `valid_days` are calendar days, `daily_calls` how
    often the data may be fetched on one day."""

    data_items: tuple[str, ...] | None = None
    access_mode: str | None = None
    valid_days: int | None = None
    daily_calls: int | None = None
    report_days: int | None = None
    """Calendar days between reports on use."""


class Standing(Frozen):
    """What the record says of an objector at a receipt. It decides whether data is held, never whether the objection is
    received."""

    rejected_before: bool = False
    """An earlier objection of the same person against the same dataset on the same ground was not upheld."""
    open_holds: int = 0
    """Holds of the same person that stand in other cases."""


class Measure(Frozen):
    """What a decision does to the data and its entry: to which items, on which days, and which fields of the entry a
    draft fills."""

    data_items: tuple[str, ...] | None = None
    """What is done to data is done to these, and what lies before the task beside them stays as it is; none named:
    the whole dataset. None: all that lies before the task still."""
    known_items: tuple[str, ...] = ()
    """The items that the dataset has, as the receipt found it; empty where nobody looked."""
    processed_on: date | None = None
    held_from: date | None = None
    held_until: date | None = None
    """The last day on which the public could say what it thinks."""
    entry_changes: bool = False
    """The processing changes the catalogue's entry too, which a catalogue update then brings up to date."""
    entry_fields: frozenset[str] = frozenset()
    """The fields that the entry has, as the draft would leave it."""
    entry_items: tuple[str, ...] = ()
    """The data items that it has."""
    named_class: str | None = None
    """The class that is proposed in place of the draft's, or set."""


class GrantAtReceipt(Frozen):
    """A grant that a decision names, as its receipt found it."""

    grant: str
    """The id of its access case."""
    data_items: tuple[str, ...] = ()
    access_modes: tuple[str, ...] = ()
    is_over: bool = False
    grantee: str | None = None
    """The account that has it; None where a body has it, and in older acts."""


class Finding(Frozen):
    """What a decision finds of the use of data: which misuse, under which grant, and what the grant is left."""

    named: str | None = None
    """The case number of the grant."""
    misuse: str | None = None
    left_items: tuple[str, ...] = ()
    left_mode: str | None = None
    grant: GrantAtReceipt | None = None
    """None where the dataset of the case has no such grant, or the receipt has not looked."""


class TimeLimit(Frozen):
    """The time that a decision gives to whoever must act on it: a period in working days (`10wd`), or the last day."""

    period: str | None = None
    last_day: date | None = None


class Amendment(Frozen):
    """What a supplement or a resubmission changes in the request; None leaves a field as it was."""

    data_items: tuple[str, ...] | None = None
    choices: Mapping[str, str] = Field(default_factory=dict)
    given: frozenset[str] = frozenset()


class NoticeNamed(Frozen):
    """A notice that moves clocks. `calendar_version` is its position in the record: clocks are set by the record up to
    it."""

    calendar_version: int
    scope: str
    document: str
    published_on: date
