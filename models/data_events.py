"""What happened to data: evidence against it, what a case keeps back and serves again, the disputed mark, the answer to
the objector, and what a case met that others keep back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from models.act_contents import Standing
from models.recorded import Recorded
from models.restrictions import Items, RestrictionKind, RestrictionTold, items_of


class EvidenceSubmitted(Recorded):
    """The objector added evidence, by the ids of its files."""

    type: Literal["EvidenceSubmitted"] = "EvidenceSubmitted"
    evidence: tuple[str, ...]
    standing: Standing


class DataEvent(Recorded):
    """What a case does to data. No items named: the whole dataset, but `except_items`."""

    data_items: tuple[str, ...] = ()
    except_items: tuple[str, ...] = ()
    beside: tuple[RestrictionKind, ...] = ()
    """The ways in which the case keeps back something else, which stays as it was. None, as in every log from before
    cases could keep data back in more than one way: this takes the place of all that it kept back."""

    @property
    def items(self) -> Items:
        return items_of(self.data_items, self.except_items)


class DataHeld(DataEvent):
    """Evidence was received on a ground that holds data back, before anybody has verified it."""

    type: Literal["DataHeld"] = "DataHeld"


class HoldWithheld(Recorded):
    """The ground would hold data back, but the data is not held; `because` is `no_evidence`, `rejected_before` or
    `too_many_holds`. The objection is handled all the same."""

    type: Literal["HoldWithheld"] = "HoldWithheld"
    because: str


class DataSuspended(DataEvent):
    """A body decided that the data is not served while the facts are verified or the data is processed."""

    type: Literal["DataSuspended"] = "DataSuspended"
    by: str | None = None


class DataWithdrawn(DataEvent):
    """The data is no longer open, for good or until it is processed."""

    type: Literal["DataWithdrawn"] = "DataWithdrawn"
    by: str | None = None
    until_processed: bool = False


class DataRestored(DataEvent):
    """This case no longer keeps the data back. `by_case` names the catalogue update that opened again what this case
    had withdrawn when it was already closed."""

    type: Literal["DataRestored"] = "DataRestored"
    by: str | None = None
    by_case: str | None = None


class DataProcessed(Recorded):
    """The data was masked or otherwise processed on that day, as the act says in words."""

    type: Literal["DataProcessed"] = "DataProcessed"
    by: str
    processed_on: date


class DisputeMarked(Recorded):
    """The dataset bears the disputed mark, wherever it is shown, until the case is closed."""

    type: Literal["DisputeMarked"] = "DisputeMarked"
    by: str


class ObjectorAnswered(Recorded):
    """The objector was told the result; its words stay in the act."""

    type: Literal["ObjectorAnswered"] = "ObjectorAnswered"
    by: str


class RestrictionMet(Recorded):
    """Another case keeps back data that this case is about. No items named: the whole dataset, but `except_items`."""

    type: Literal["RestrictionMet"] = "RestrictionMet"
    by_case: str
    restriction: RestrictionKind
    data_items: tuple[str, ...] = ()
    except_items: tuple[str, ...] = ()
    since: datetime | None = None
    """None in a log from before events named it."""
    beside: tuple[RestrictionTold, ...] = ()
    """What that case keeps back in other ways."""

    @property
    def restrictions(self) -> tuple[RestrictionTold, ...]:
        """Everything that the other case keeps back, with this restriction first."""
        facts = {"data_items": self.data_items, "except_items": self.except_items, "since": self.since}
        return (RestrictionTold.model_validate({"kind": self.restriction, **facts}), *self.beside)


class RestrictionLifted(Recorded):
    """The other case no longer keeps the data back."""

    type: Literal["RestrictionLifted"] = "RestrictionLifted"
    by_case: str


DATA_STOPPED = (DataHeld, DataSuspended, DataWithdrawn)
DATA_MOVED = (*DATA_STOPPED, DataRestored)
"""What changes whether data is served, and so concerns other cases."""
