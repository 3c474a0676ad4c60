"""What a decision has taken of a grant, in the words of the law and of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from reading.cases.shapes import CaseShown
from reading.cases.stating import Speaking
from reading.misuse.shapes import TakenShown
from rules.pinned_stages import GrantEffect


@dataclass(frozen=True)
class Taken:
    """What was taken, with the items and the mode that are left by their names; none, where nothing is left
    or nothing was taken."""

    shown: TakenShown
    items: str | None
    mode: str | None


def taken_in(speaking: Speaking, shown: TakenShown) -> Taken:
    """`speaking` knows the dataset."""
    if shown.effect is not GrantEffect.RESTRICT:
        return Taken(shown, None, None)
    return Taken(shown, speaking.items(shown.data_items) if shown.data_items else None, shown.access_mode_label)


def taken_of(speaking: Speaking, case: CaseShown) -> list[Taken]:
    """What a case says of what was taken: of the grant that it is, by itself, or what an appeal is against."""
    of_misuse = case.misuse.taken if case.misuse else None
    of_appeal = case.misuse_appeal.against if case.misuse_appeal else None
    return [taken_in(speaking, each) for each in (*case.taken, of_misuse, of_appeal) if each]
