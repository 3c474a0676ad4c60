"""What happened to the entry of a dataset: changes ordered, drafted, classed, published, one update after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from models.recorded import Recorded
from rules.pinned import Basis


class EntryChangeOrdered(Recorded):
    """The entry has to change because of this case; the catalogue update is a case of its own."""

    type: Literal["EntryChangeOrdered"] = "EntryChangeOrdered"
    by: str
    update_case_id: str
    dataset_id: str = ""
    """The dataset whose entry it is; empty in a log from before entries could be new: that of the case."""
    trigger: str = "processing"


class EntrySubmitted(Recorded):
    """A draft of the entry was submitted: the content of that act."""

    type: Literal["EntrySubmitted"] = "EntrySubmitted"
    by: str
    submission: str
    data_items: tuple[str, ...] = ()
    withdrawn: Mapping[str, tuple[str, ...]] | None = None
    """Cases to what they had withdrawn of the data by then, which whoever reviews the draft can know; None in a log
    from before that was kept."""
    withdrawn_except: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Cases that had withdrawn the whole dataset to the items that they had left."""


class EntryPublished(Recorded):
    """The draft of that act is the entry of the catalogue from here on.

    `openness` is None where the update leaves it as it was.
    """

    type: Literal["EntryPublished"] = "EntryPublished"
    by: str
    submission: str
    data_items: tuple[str, ...] = ()
    openness: str | None = None
    reopens: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """For each closed case, the items that it has withdrawn and this opens again, as they stood when it was decided. No
    items named: the whole dataset except what `reopens_except` names for the case."""
    reopens_except: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


class ClassEvent(Recorded):
    """What happened to the class of an entry, with the rule that gives the decision this effect."""

    by: str
    openness: str
    source: str
    article: str
    basis: Basis


class ClassProposed(ClassEvent):
    """A body proposed another class than the draft's."""

    type: Literal["ClassProposed"] = "ClassProposed"


class ClassSettled(ClassEvent):
    """The class of the entry was agreed or decided: it binds every draft that follows."""

    type: Literal["ClassSettled"] = "ClassSettled"


class TurnAwaited(Recorded):
    """Another update of the same entry came first; this one goes on when the other is over."""

    type: Literal["TurnAwaited"] = "TurnAwaited"
    by_case: str


class TurnTaken(Recorded):
    type: Literal["TurnTaken"] = "TurnTaken"
    by_case: str


class EntryChanged(Recorded):
    """A catalogue update changed what this case is about."""

    type: Literal["EntryChanged"] = "EntryChanged"
    by_case: str
    openness: str
    data_items: tuple[str, ...]
