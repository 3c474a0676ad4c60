"""What callers send: strict, so that a mistyped field is a problem and never silently nothing."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from models.acts import Amendment, GrantTerms
from rules.pack import DECISION_FIELDS, FILING_FIELDS

Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00]*$")]
Prose = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]
"""Free text. PostgreSQL stores no NUL."""
Something = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Items = Annotated[tuple[Code, ...], Field(max_length=500)]
CHOICES = ("urgency", "access_mode", "use")


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def said(self) -> dict[str, object]:
        """The body as it was sent, without what was left out."""
        return self.model_dump(mode="json", exclude_none=True)

    def given(self, among: frozenset[str]) -> frozenset[str]:
        """The fields that state something."""
        return frozenset(name for name, value in self.said().items() if name in among and not is_blank(value))


def is_blank(value: object) -> bool:
    """A blank text, or a list of nothing but blanks, states nothing."""
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, list | tuple) and all(is_blank(part) for part in value)


class RequestFields(Form):
    """What a request states. Which of it is demanded, and which values are known, the city's law says."""

    urgency: Code | None = Field(None, description="normal, expedited, urgent: as the city's law knows them")
    purpose: Prose | None = None
    data_items: Items | None = Field(None, description="ids of the dataset's items; none named: all")
    scenario: Prose | None = None
    safeguards: Prose | None = None
    access_mode: Code | None = Field(None, description="download, api, algorithm")
    use: Code | None = Field(None, description="general, research, commercial")
    tender_reference: Prose | None = None

    def stated(self) -> dict[str, object]:
        """The fields of a filing that were stated."""
        return {name: value for name, value in self.said().items() if name in FILING_FIELDS and not is_blank(value)}

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

    city: Code
    dataset_id: Code


class SupplementForm(RequestFields):
    """What the applicant adds to a request or changes in it."""

    text: Prose | None = None


COMMITTED = frozenset({"purpose", "scenario", "safeguards"})
"""What a commitment can state that the request did not."""


class SignatureForm(Form):
    """What the applicant states in the agreement or commitment that is signed, beside what the request states."""

    purpose: Prose | None = None
    scenario: Prose | None = None
    safeguards: Prose | None = None

    def stated(self) -> frozenset[str]:
        return self.given(COMMITTED)


class WithdrawalForm(Form):
    reason: Prose | None = None


class DecisionForm(Form):
    """An outcome, with what the rules demand for it; terms where the grant differs from the request."""

    outcome: Code
    reason: Prose | None = None
    basis: Prose | None = None
    reference: Prose | None = None
    tender_reference: Prose | None = None
    access_mode_basis: Prose | None = None
    text: Prose | None = None
    data_items: Items | None = None
    access_mode: Code | None = None
    valid_days: int | None = Field(None, ge=1, le=36_500, strict=True, description="calendar days from the grant")

    def stated(self) -> frozenset[str]:
        return self.given(DECISION_FIELDS | {"text"})

    def terms(self) -> GrantTerms | None:
        if self.data_items is None and self.access_mode is None and self.valid_days is None:
            return None
        return GrantTerms(data_items=self.data_items, access_mode=self.access_mode, valid_days=self.valid_days)


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


class RevocationForm(Form):
    reason: Prose | None = None
