"""What officers send with what they do to a task, a case or a grant."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api.acting.forms.entries import Answers, EntryDraft
from api.acting.forms.form import Calls, Days, Form
from api.http.moments import Day
from models.acts import GrantTerms, Measure, TimeLimit
from rules.bounds import Code, Items, Prose, Something
from rules.pack import DECISION_FIELDS

TERMS = ("access_mode", "valid_days", "daily_calls")
"""What only a decision about a request says."""


MEASURE = ("processed_on", "held_from", "held_until", "entry_changes", "named_class", "entry", "answers")
"""What only a decision about data, or about its entry, says."""


LIMIT = ("time_limit", "last_day")
"""How a decision sets a time limit for who must act on it."""


WorkingDays = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}wd$")]


class DecisionForm(Form):
    """An outcome, with what the rules demand for it; terms where the grant differs from the request, and in an
    objection the items that the decision is about and what was done to them."""

    outcome: Code
    reason: Prose | None = None
    basis: Prose | None = None
    reference: Prose | None = None
    tender_reference: Prose | None = None
    access_mode_basis: Prose | None = None
    conditions: Prose | None = Field(None, description="of a signature: on which conditions the data is used")
    scenario: Prose | None = Field(None, description="of a signature: what the data is used in, as far as it is agreed")
    text: Prose | None = None
    answer: Prose | None = Field(None, description="what the objector is told")
    measure: Prose | None = Field(None, description="what was done")
    processing: Prose | None = Field(None, description="what was done to data before it is opened again")
    mounting: Prose | None = Field(None, description="where and how the data itself was mounted for its opening")
    need: Prose | None = Field(None, description="why data must be opened again")
    processed_on: Day | None = Field(None, description="the day on which the processing was done")
    held_from: Day | None = Field(None, description="the first day of a public consultation")
    held_until: Day | None = Field(None, description="its last day, which is over")
    time_limit: WorkingDays | None = Field(None, description="of an order: 10wd is ten working days from now")
    last_day: Day | None = Field(None, description="of an order: the last day in time, instead of `time_limit`")
    named_class: Code | None = Field(None, description="of an entry: the class that is proposed or set instead")
    entry_changes: bool | None = Field(None, strict=True, description="the processing changes the catalogue's entry")
    entry: EntryDraft | None = Field(None, description="in a catalogue update: the draft that is submitted")
    answers: Answers | None = Field(None, description="what is answered with that draft")
    data_items: Items | None = None
    access_mode: Code | None = None
    valid_days: Days | None = Field(None, description="calendar days from the grant")
    daily_calls: Calls | None = Field(None, description="how often on one day")

    @model_validator(mode="after")
    def _one_limit_is_set(self) -> Self:
        if self.time_limit is not None and self.last_day is not None:
            raise PydanticCustomError("two_limits", "give either time_limit or last_day")
        return self

    def stated(self) -> frozenset[str]:
        return self.given(DECISION_FIELDS | {"text", "scenario"})

    def limit(self) -> TimeLimit | None:
        """The time limit that it sets."""
        if self.first_of(LIMIT) is None:
            return None
        return TimeLimit(period=self.time_limit, last_day=self.last_day)

    def first_of(self, fields: tuple[str, ...]) -> str | None:
        """The first of these fields that was stated."""
        return next((name for name in fields if getattr(self, name) is not None), None)

    def terms(self) -> GrantTerms | None:
        """The terms of a grant that it sets."""
        if self.data_items is None and self.first_of(TERMS) is None:
            return None
        return GrantTerms(
            data_items=self.data_items,
            access_mode=self.access_mode,
            valid_days=self.valid_days,
            daily_calls=self.daily_calls,
        )

    def done_to_data(self) -> Measure | None:
        """What it says of the data."""
        if self.data_items is None and self.first_of(MEASURE) is None:
            return None
        return Measure(
            data_items=self.data_items,
            processed_on=self.processed_on,
            held_from=self.held_from,
            held_until=self.held_until,
            entry_changes=bool(self.entry_changes),
            named_class=self.named_class or None,
        )


class SupplementDemand(Form):
    """What the applicant is to complete (补正)."""

    text: Something


class OpinionDemand(Form):
    """What the experts are asked."""

    question: Something


class NoteForm(Form):
    text: Something


class ReassignmentForm(Form):
    """`to` is the login or the account id of an officer of the task's body."""

    to: Code


class UrgingForm(Form):
    text: Something


class RevocationForm(Form):
    reason: Prose | None = None
