"""What callers send: strict, so that a mistyped field is a problem and never silently nothing."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import (
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from api.acting.forms.entries import Answers, EntryDraft
from api.acting.forms.form import EvidenceIds, FilingForm, Form
from api.http.moments import Day
from api.http.vocabularies import NamedCity
from models.acts import Amendment, GrantTerms
from rules.bounds import (
    Code,
    Items,
    NamedItem,
    Prose,
)
from rules.pack import SIGNED_BY_APPLICANT

CHOICES = ("urgency", "access_mode", "use")


class RequestFields(FilingForm):
    """What a request states. Which of it is demanded, and which values are known, the city's law says."""

    urgency: Code | None = Field(None, description="normal, expedited, urgent: as the city's law knows them")
    purpose: Prose | None = None
    data_items: Items | None = Field(None, description="ids of the dataset's items; none named: all")
    scenario: Prose | None = None
    safeguards: Prose | None = None
    access_mode: Code | None = Field(None, description="download, api, algorithm")
    use: Code | None = Field(None, description="general, research, commercial")
    tender_reference: Prose | None = None

    def amendment(self) -> Amendment:
        """What it changes in a request that was filed before."""
        stated = self.stated()
        return Amendment(
            data_items=self.data_items if "data_items" in stated else None,
            choices={name: str(stated[name]) for name in CHOICES if name in stated},
            given=frozenset(stated),
        )


class AccessRequestForm(RequestFields):
    """An access request (有条件开放数据申请)."""

    city: NamedCity
    dataset_id: Code


class ObjectionForm(FilingForm):
    """An objection (异议) against data of a dataset."""

    city: NamedCity
    dataset_id: Code
    ground: Code | None = Field(None, description="why: one of the grounds that the city's law knows")
    statement: Prose | None = None
    evidence: EvidenceIds = ()
    data_items: Items | None = Field(None, description="ids of the dataset's items; none named: all")
    leak: Code | None = Field(None, description="whether data has leaked already, where the city's law asks")


class LeakReportForm(FilingForm):
    """A report that data, or information on the platform's users, has leaked or is at risk."""

    city: NamedCity
    dataset_id: Code | None = None
    statement: Prose | None = None
    data_items: Items | None = None


class DemandForm(FilingForm):
    """A demand (需求) for data that is not in the catalogue."""

    city: NamedCity
    provider: Code = Field(description="the body whose data it would be")
    statement: Prose | None = Field(None, description="which data")
    purpose: Prose | None = Field(None, description="what for")
    use: Code | None = Field(None, description="general, research, commercial, where the city's law knows them")


class RectificationForm(FilingForm):
    """A breach of duty that a body is to put right (整改)."""

    city: NamedCity
    body: NamedItem = Field(description="the body that breached a duty")
    breach: Code | None = Field(None, description="which duty: one of those that the city's law names")
    statement: Prose | None = Field(None, description="what was done, or left undone")
    task_id: NamedItem | None = Field(None, description="the task that was not done in time, where that is the cause")
    case_id: NamedItem | None = Field(None, description="the case that gave cause, where it was no single task")


class EvidenceForm(Form):
    """Files that the objector adds."""

    evidence: Annotated[EvidenceIds, Field(min_length=1)]


class SupplementForm(RequestFields):
    """What the applicant adds to a request or changes in it."""

    text: Prose | None = None


class SignatureForm(Form):
    """What the applicant states in the agreement or commitment that is signed, beside what the request states."""

    purpose: Prose | None = None
    scenario: Prose | None = None
    safeguards: Prose | None = None
    data_items: Items | None = Field(None, description="the list of data, where the law wants one in what is signed")

    def stated(self) -> frozenset[str]:
        return self.given(SIGNED_BY_APPLICANT)

    def terms(self) -> GrantTerms | None:
        """The list of data that it names."""
        return GrantTerms(data_items=self.data_items) if self.data_items else None


class WithdrawalForm(Form):
    reason: Prose | None = None


class CatalogueUpdateForm(FilingForm):
    """That something happened for which an entry of the catalogue has to change; with `entry`, the draft as well."""

    city: NamedCity
    provider: Code | None = Field(None, description="whose entry it is, where the authority files; else the caller's")
    dataset_id: Code | None = Field(None, description="left out: a dataset that is not in the catalogue yet")
    trigger: Code = Field(description="what happened: one of the triggers that the city's law knows")
    occurred_on: Day | None = Field(None, description="the day on which it happened, or took effect")
    statement: Prose | None = Field(None, description="what happened, in words")
    entry: EntryDraft | None = Field(None, description="the draft, submitted with the filing")
    answers: Answers | None = Field(None, description="what is answered with the draft")
    basis: Prose | None = Field(None, description="by which law the draft narrows a class, where the city's law asks")

    @model_validator(mode="after")
    def _answers_come_with_a_draft(self) -> Self:
        if self.entry is None and (self.answers or self.basis):
            raise PydanticCustomError("answers_without_entry", "answers come with a draft")
        return self

    def submission(self) -> dict[str, object]:
        """What is said with the draft, as a decision that submits it says it."""
        return {name: value for name, value in self.said().items() if name in ("entry", "answers", "basis")}
