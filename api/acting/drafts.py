"""What a draft of a catalogue's entry makes of the entry, and what is answered with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from activities.tables.catalogue import DatasetRow
from api.acting.forms.deciding import DecisionForm
from api.acting.forms.entries import Answers, EntryDraft
from api.http.problems import Problem, Wrong, wrongs
from models import drafting
from models.act_contents import Measure
from models.drafting import Drafted, DraftOpensAfterTheLaw, DraftUnfit, EntryNow
from rules.procedure_rules import ProcedureRules


def with_kept_draft(form: DecisionForm, filing: Mapping[str, Any]) -> DecisionForm:
    """A decision without a draft of its own, with the one that came with the `filing`.

    Raises a Problem where what is kept is larger than a draft may be by now: then another one takes its place.
    """
    kept = drafting.kept_with(filing, form.answers.said() if form.answers else {}, form.basis)
    if kept is None:
        return form
    try:
        entry = EntryDraft.model_validate(kept.entry)
    except ValidationError as fact:
        raise Problem("RequestInvalid", errors=[of_draft(each) for each in fact.errors(include_url=False)]) from fact
    return form.model_copy(
        update={
            "entry": entry,
            "answers": Answers.model_validate(kept.answers) if kept.answers else None,
            "basis": kept.basis,
        }
    )


def of_draft(found: ErrorDetails) -> Wrong:
    """What is wrong with one field of a draft that was kept."""
    return Wrong(".".join(str(part) for part in ("entry", *found["loc"])), found["type"], found.get("ctx", {}))


def drafted(
    rules: ProcedureRules,
    choices: Mapping[str, str],
    dataset: DatasetRow | None,
    entry: EntryDraft | None,
    answers: Answers | None,
    measure: Measure | None = None,
) -> Drafted:
    """What a draft and its answers mean for an entry that is as in `dataset` now, None where it is new; see
    `models.drafting`. Raises a Problem where they do not fit it."""
    now = EntryNow(dataset.openness, tuple(dataset.items), dataset.entry) if dataset else None
    said = {name: str(value) for name, value in (answers.said() if answers else {}).items()}
    try:
        return drafting.drafted(rules, choices, now, entry.said() if entry else None, said, measure)
    except DraftOpensAfterTheLaw as fact:
        raise Problem("NotInForce", errors=wrongs(fact.reasons, rules)) from fact
    except DraftUnfit as fact:
        asked = {"known": tuple(each for each in Answers.model_fields if each in rules.choices)}
        params = {"question_not_asked": asked}
        errors = [Wrong(each.field, each.code, params.get(each.code, {})) for each in fact.reasons]
        raise Problem("RequestInvalid", errors=errors) from fact
