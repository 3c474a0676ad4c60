"""What a notice would move, by the names that people have for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reading.calendar.shapes import MoveShown
from reading.store import Store
from reading.supervision.names import Names, body_labels, named_on
from reading.words.language import Language, said


@dataclass(frozen=True)
class MoveNamed:
    """What a notice would do to one task, with the names of procedure, stage and body."""

    move: MoveShown
    procedure_label: str
    label: str
    body_name: str


async def moves_named(store: Store, moves: Sequence[MoveShown], on: date, language: Language) -> list[MoveNamed]:
    """The moves, in their order, by the names that things have on a day."""
    names = Names(await body_labels(store, {each.body for each in moves}), {})
    return [
        MoveNamed(
            move=each,
            procedure_label=said(named.procedure, language),
            label=said(named.stage(each.stage), language),
            body_name=names.body(each.body, language),
        )
        for each in moves
        for named in (named_on(each.city, each.procedure, on),)
    ]
