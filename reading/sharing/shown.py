"""Requests for sharing: what their case brings into a case as it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from activities.tables.cases import ActRow
from reading.sharing.shapes import SharingShown
from reading.stated import choices_of, texts_of
from reading.store import CaseRead, filing_of
from reading.words.law import Law
from rules.procedure_names import SHARING_REQUEST
from rules.vocabulary import ASKED_BY, SHARING_CLASS


def sharing_part(law: Law, read: CaseRead, acts: Sequence[ActRow], names: Mapping[str, str]) -> SharingShown | None:
    """What such a case is about; None for any other. `acts` are those of the case that came with text, `names` those of
    the bodies in it."""
    state = read.state
    if state.procedure != SHARING_REQUEST:
        return None
    return SharingShown(
        **choices_of(SHARING_REQUEST, state.choices),
        **texts_of(SHARING_REQUEST, filing_of(acts)),
        asked_by=state.choices[ASKED_BY],
        asked_by_label=called(law, ASKED_BY, state.choices[ASKED_BY]),
        body=state.for_body,
        body_name=names.get(state.for_body, state.for_body) if state.for_body else None,
        sharing_class=state.choices[SHARING_CLASS],
        sharing_class_label=called(law, SHARING_CLASS, state.choices[SHARING_CLASS]),
        data_items=list(state.data_items),
    )


def called(law: Law, choice: str, value: str) -> str:
    """A value of a choice, in words."""
    known = law.rules.choice(choice, value)
    return law.say(known.label) if known else value
