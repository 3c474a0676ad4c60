"""Declarations of bodies, as they are read."""

from __future__ import annotations

from datetime import date

from reading.shape import Instant, Page, RuleNamed, Shape


class SaidShown(Shape):
    """One thing that a declaration says: by its name and in the words of the pack; `text` is a value in words."""

    name: str
    label: str
    value: str
    text: str


class DatasetNamed(Shape):
    dataset_id: str
    title: str


class TakenDownShown(Shape):
    """That a declaration was taken down, by which body, when and why."""

    body_name: str
    at: Instant
    reason: str


class DeclarationShown(Shape):
    """What a body declared. Of one that was taken down `says` is empty but for the body that declared it and those that
    take down. `grant` is the number of the grant that it is about, for its holder, a delegate and bodies; `user` what
    whoever used it is called, holder or delegate, null unless he lets himself be named; `may_name` and `named` are for
    him."""

    declaration_id: str
    city: str
    kind: str
    kind_label: str
    body: str
    body_name: str
    declared_at: Instant
    datasets: list[DatasetNamed]
    says: list[SaidShown]
    user: str | None
    grant: str | None
    taken_down: TakenDownShown | None
    may_take_down: bool
    may_name: bool
    named: bool
    rule: RuleNamed | None


class Declarations(Page[DeclarationShown]):
    """A page of them, the latest first."""


class KindOfDataset(Shape):
    """What is declared of a dataset of one kind: the latest, and where the next is owed after some `days`, the last
    `due_on` which it is in time. `overdue`: that day is over, or there is none yet of open data."""

    kind: str
    label: str
    rule: RuleNamed
    items: list[DeclarationShown]
    days: int | None
    again_rule: RuleNamed | None
    due_on: date | None
    overdue: bool


class DeclaredOfDataset(Shape):
    """What is declared of a dataset, by kind, in the order of the pack."""

    kinds: list[KindOfDataset]


class Owing(Shape):
    """Open datasets of which a declaration of that kind is overdue, the first two hundred."""

    kind: str
    label: str
    rule: RuleNamed
    days: int
    datasets: list[DatasetNamed]


class OwedDeclarations(Shape):
    kinds: list[Owing]
