"""What callers send: strict, so that a mistyped field is a problem and never silently nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import (
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from api.acting.forms.entries import Answers, EntryDraft
from api.acting.forms.form import Digest, EvidenceIds, FilingForm, Form, asks
from api.http.moments import Day
from api.http.vocabularies import NamedCity
from models.act_contents import Amendment, GrantTerms
from rules.bounds import (
    Code,
    Items,
    NamedItem,
    Prose,
    Something,
)
from rules.fields import Kind
from rules.procedure_names import (
    ACCESS_REQUEST,
    ACCOUNT_CHANGE,
    CATALOGUE_UPDATE,
    CONTACT_CHANGE,
    DEMAND,
    IMPROVEMENT,
    LEAK,
    MISUSE,
    MISUSE_APPEAL,
    OBJECTION,
    OPENING_ELSEWHERE,
    QUALITY_CHECK,
    RECTIFICATION,
    SHARING_REQUEST,
)
from rules.vocabulary import (
    AGREEMENT,
    OFFERED_EVERYWHERE,
    REPORT,
    REPORT_RESULTS,
    REPORTED,
    SIGNATURE,
    SIGNED_BY_APPLICANT,
    asked_by,
)


@asks(ACCESS_REQUEST, leave_out=OFFERED_EVERYWHERE)
class RequestFields(FilingForm):
    """What a request states. Which of it is demanded, and which values are known, the city's law says."""

    if TYPE_CHECKING:
        data_items: Items | None = None

    def amendment(self) -> Amendment:
        """What it changes in a request that was filed before."""
        stated = self.stated()
        return Amendment(
            data_items=self.data_items if "data_items" in stated else None,
            choices={name: str(stated[name]) for name in asked_by(ACCESS_REQUEST, Kind.CHOICE) if name in stated},
            given=frozenset(stated),
        )


class AccessRequestForm(RequestFields):
    """An access request (有条件开放数据申请). From which day its period runs, no supplement changes."""

    city: NamedCity
    dataset_id: Code
    discovered_on: Day | None = Field(None, description="the day on which it came to be known")


@asks(OBJECTION)
class ObjectionForm(FilingForm):
    """An objection (异议) against data of a dataset."""

    city: NamedCity
    dataset_id: Code

    if TYPE_CHECKING:
        evidence: EvidenceIds = ()
        data_items: Items | None = None


@asks(LEAK)
class LeakReportForm(FilingForm):
    """A report that data, or information on the platform's users, has leaked or is at risk."""

    city: NamedCity
    dataset_id: Code | None = None

    if TYPE_CHECKING:
        data_items: Items | None = None

    @property
    def named(self) -> frozenset[str]:
        """The fields that name something: an empty id, or list, names nothing."""
        return frozenset(name for name, value in self if value)


@asks(MISUSE)
class MisuseReportForm(FilingForm):
    """A report (举报) that data of a dataset is used unlawfully."""

    city: NamedCity
    dataset_id: Code

    if TYPE_CHECKING:
        data_items: Items | None = None


@asks(MISUSE_APPEAL)
class MisuseAppealForm(FilingForm):
    """An appeal (申诉) against what was taken of a grant of the caller's, or against a published finding that names no
    grant."""

    case_id: NamedItem | None = Field(
        None, description="the grant, by the id of its case; left out where the finding names none"
    )
    measure_id: NamedItem = Field(
        description="what was taken of it, as the case of the grant names it, or the finding, as it is published"
    )


@asks(DEMAND)
class DemandForm(FilingForm):
    """A demand (需求) for data that is not in the catalogue."""

    city: NamedCity
    provider: Code = Field(description="the body whose data it would be")


@asks(QUALITY_CHECK)
class QualityCheckForm(FilingForm):
    """A doubt about the quality (质量校核) of data that its user obtained."""

    city: NamedCity
    dataset_id: Code

    if TYPE_CHECKING:
        data_items: Items | None = None
        discovered_on: Day | None = None


@asks(RECTIFICATION)
class BreachForm(FilingForm):
    """Which body breached which duty."""

    city: NamedCity
    body: NamedItem = Field(description="the body that breached a duty")


class RectificationForm(BreachForm):
    """A breach of duty that a body is to put right (整改)."""

    task_id: NamedItem | None = Field(None, description="the task that was not done in time, where that is the cause")
    case_id: NamedItem | None = Field(None, description="the case that gave cause, where it was no single task")


Year = Annotated[int, Field(ge=2000, le=2999)]
"""A calendar year."""


class YearForm(Form):
    """A year of a city, or of the caller's body."""

    city: NamedCity
    year: Year


class PlanForm(YearForm):
    """A plan (年度开放计划) of the caller's body for a year."""

    replaces: NamedItem | None = Field(None, description="the plan on record whose place it takes, by its case")


@asks(IMPROVEMENT)
class FindingForm(FilingForm):
    """What an evaluation (考核评估) has found of a body."""

    case_id: NamedItem = Field(description="the evaluation, by its case")
    body: NamedItem = Field(description="the body concerned")


@asks(ACCOUNT_CHANGE)
class AccountForm(FilingForm):
    """What the caller's body wants of an account of the platform (平台账户)."""

    city: NamedCity


@asks(CONTACT_CHANGE)
class ContactForm(FilingForm):
    """Who the contact of the caller's body for the platform is from now on (联系人)."""

    city: NamedCity
    if TYPE_CHECKING:
        discovered_on: Day | None = None


@asks(OPENING_ELSEWHERE)
class ElsewhereForm(FilingForm):
    """An opening of data outside the platform (平台外开放备案)."""

    city: NamedCity
    dataset_id: Code

    if TYPE_CHECKING:
        data_items: Items | None = None
        opens_on: Day | None = None


@asks(SHARING_REQUEST)
class SharingForm(FilingForm):
    """A request for data of a department (共享申请), by another department or another unit with a public task."""

    city: NamedCity
    dataset_id: Code

    if TYPE_CHECKING:
        data_items: Items | None = None


class EvidenceForm(Form):
    """Files that the objector adds."""

    evidence: Annotated[EvidenceIds, Field(min_length=1)]


class SupplementForm(RequestFields):
    """What the applicant adds to a request or changes in it."""

    text: Prose | None = None


@asks(AGREEMENT)
class AgreementForm(Form):
    """What the caller's signature would state."""

    if TYPE_CHECKING:
        data_items: Items | None = None


@asks(SIGNATURE)
class SignatureForm(Form):
    """What the applicant states in the agreement or commitment that is signed, beside what the request states."""

    if TYPE_CHECKING:
        data_items: Items | None = None
        digest: Digest | None = None

    def fields_given(self) -> frozenset[str]:
        """The fields that came with it, as its act names them."""
        return self.given(SIGNED_BY_APPLICANT)

    def terms(self) -> GrantTerms | None:
        """The list of data that it names."""
        return GrantTerms(data_items=self.data_items) if self.data_items else None


class ChoiceForm(Form):
    """What the applicant chooses of what the law lets it choose, such as a review (复核), and why."""

    outcome: Code
    reason: Prose | None = None


@asks(REPORT)
class UseReportForm(Form):
    """A report on the use of data (利用情况反馈): what was done with it, and what came of that."""

    if TYPE_CHECKING:
        obtained_on: Day | None = None

    def fields_given(self) -> frozenset[str]:
        """The fields that came with it, as its act names them."""
        return self.given(frozenset(REPORTED))

    @property
    def outcome(self) -> str:
        """How it answers what was asked: with results, where it names any, or says anything of them."""
        return REPORT_RESULTS if self.fields_given() - {"uses"} else REPORT


class UseRecordForm(Form):
    """An entry of the caller's own record of use, of that day."""

    used_on: Day
    text: Something


class WithdrawalForm(Form):
    reason: Prose | None = None


@asks(CATALOGUE_UPDATE, entry=EntryDraft, answers=Answers)
class CatalogueUpdateForm(FilingForm):
    """That something happened for which an entry of the catalogue has to change; with `entry`, the draft as well."""

    city: NamedCity
    provider: Code | None = Field(None, description="whose entry it is, where the authority files; else the caller's")
    dataset_id: Code | None = Field(None, description="left out: a dataset that is not in the catalogue yet")

    if TYPE_CHECKING:
        occurred_on: Day | None = None
        entry: EntryDraft | None = None
        answers: Answers | None = None
        basis: Prose | None = None

    @model_validator(mode="after")
    def _answers_come_with_a_draft(self) -> Self:
        if self.entry is None and (self.answers or self.basis):
            raise PydanticCustomError("answers_without_entry", "answers come with a draft")
        return self

    def submission(self) -> dict[str, object]:
        """What is said with the draft, as a decision that submits it says it."""
        return {name: value for name, value in self.said().items() if name in ("entry", "answers", "basis")}
