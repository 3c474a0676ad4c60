"""What officers send with what they do to a task, a case or a grant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api.acting.forms.entries import Answers, EntryDraft
from api.acting.forms.form import Calls, Days, Digest, Form, WorkingDays, asks
from api.http.moments import Day
from models.act_contents import Finding, GrantTerms, Measure, TimeLimit
from models.acts import InspectionFinding
from rules.bounds import Code, Items, Prose, Something
from rules.vocabulary import (
    DECISION,
    FINDING,
    MEASURE,
    STATED_BY_DECISION,
    TERMS,
    TIME_LIMIT,
)


@asks(DECISION, entry=EntryDraft, answers=Answers, valid_days=Days, daily_calls=Calls, report_days=Days, left_mode=Code)
class DecisionForm(Form):
    """An outcome, with what the rules demand for it; terms where the grant differs from the request, and in an
    objection the items that the decision is about and what was done to them."""

    outcome: Code
    if TYPE_CHECKING:
        digest: Digest | None = None
        basis: Prose | None = None
        reference: Prose | None = None
        processed_on: Day | None = None
        held_from: Day | None = None
        held_until: Day | None = None
        time_limit: WorkingDays | None = None
        last_day: Day | None = None
        named_class: Code | None = None
        entry_changes: bool | None = None
        entry: EntryDraft | None = None
        answers: Answers | None = None
        data_items: Items | None = None
        access_mode: Code | None = None
        valid_days: Days | None = None
        daily_calls: Calls | None = None
        report_days: Days | None = None
        misused_grant: Prose | None = None
        misuse: Code | None = None
        left_items: Items | None = None
        left_mode: Code | None = None

    @model_validator(mode="after")
    def _one_limit_is_set(self) -> Self:
        if self.time_limit is not None and self.last_day is not None:
            raise PydanticCustomError("two_limits", "give either time_limit or last_day")
        return self

    def fields_given(self) -> frozenset[str]:
        """The fields that came with it, as its act names them."""
        return self.given(STATED_BY_DECISION)

    @property
    def named(self) -> frozenset[str]:
        """The fields that were not left out, be they blank."""
        return frozenset(name for name, value in self if value is not None)

    def limit(self) -> TimeLimit | None:
        """The time limit that it sets."""
        if self.first_of(TIME_LIMIT) is None:
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
            report_days=self.report_days,
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

    def finding(self) -> Finding | None:
        """What it finds of the use of data."""
        if self.first_of(FINDING) is None:
            return None
        return Finding(
            named=self.misused_grant.strip() if self.misused_grant else None,
            misuse=self.misuse or None,
            left_items=self.left_items or (),
            left_mode=self.left_mode or None,
        )


class SupplementDemand(Form):
    """What the applicant is to complete (补正)."""

    text: Something


class ExtensionForm(Form):
    """By how much the period of a task is extended, in its own unit, and why; the applicant reads it."""

    period: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}(h|wd|d|mo)$")]
    text: Something


class StopForm(Form):
    """By which rule of the pack the clock is stopped, by its name, and why; the applicant reads it."""

    stop: Code
    text: Something


class RunAgainForm(Form):
    """The stop that is over, by the name of its rule."""

    stop: Code


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


class InspectionForm(Form):
    """What an inspection of that day found of the use of data and its safeguards, in words."""

    inspected_on: Day
    finding: InspectionFinding
    text: Something
