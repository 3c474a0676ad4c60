"""What a draft of a catalogue's entry makes of the entry."""

from __future__ import annotations

from api.forms import EntryDraft
from api.problems import invalid
from models.acts import Measure
from models.tables import DatasetRow

FITTING = {"conditions": ("conditional",), "basis": ("conditional", "closed")}
"""Field to the openness of data that can have it: only conditional data has conditions, and what is open to everybody
has nothing to justify."""


def with_entry(measure: Measure, draft: EntryDraft, dataset: DatasetRow) -> Measure:
    """The measure of a decision that submits a draft: what the entry has, once the draft is published.

    Raises a Problem for a field that data of this openness cannot have.
    """
    for field, openness in FITTING.items():
        if getattr(draft, field) is not None and dataset.openness not in openness:
            raise invalid(f"entry.{field}", f"entry_{field}_out_of_place")
    entry = {**dataset.entry, **draft.said()}
    return measure.model_copy(
        update={
            "entry_fields": frozenset(name for name, value in entry.items() if value not in (None, [])),
            "entry_items": tuple(item["item"] for item in entry["items"]),
        }
    )
