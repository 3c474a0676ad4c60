"""Rectifications, as bodies with a part in them see them."""

from __future__ import annotations

from collections.abc import Sequence

from activities.tables.cases import ActRow
from reading.directory import questions as directory
from reading.rectifications.shapes import RectificationShown
from reading.stated import choices_of, texts_of
from reading.store import CaseRead, Store, filing_of
from reading.words.law import Law
from rules.pack import BREACH
from rules.procedure_names import RECTIFICATION

PROVIDER = "provider"


async def rectification(store: Store, law: Law, read: CaseRead, acts: Sequence[ActRow]) -> RectificationShown | None:
    """The breach that a rectification is about; None for any other case. `acts` are those of the case that came with
    text."""
    state = read.state
    if state.procedure != RECTIFICATION:
        return None
    body = state.bodies[PROVIDER]
    names = await directory.body_names(store, [body])
    breach = state.choices.get(BREACH, "")
    choice = law.rules.choice(BREACH, breach)
    return RectificationShown(
        body=body,
        body_name=law.say(names[body]) if body in names else body,
        **choices_of(RECTIFICATION, state.choices) | {BREACH: breach},
        **texts_of(RECTIFICATION, filing_of(acts)),
        breach_label=law.say(choice.label) if choice else breach,
        task_id=state.about_task,
    )
