"""What callers send: strict, so that a mistyped field is a problem and never silently nothing."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from api.moments import Day
from api.vocabularies import NamedCity
from models.acts import Amendment, GrantTerms, Measure, TimeLimit
from models.objecting import MOST_EVIDENCE
from rules.bounds import (
    MOST_FORMATS,
    MOST_ITEMS,
    Heading,
    ItemCode,
    Items,
    NamedItem,
    Prose,
)
from rules.bounds import Code as Code
from rules.bounds import Something as Something
from rules.pack import DECISION_FIELDS, FILING_FIELDS, SIGNED_BY_APPLICANT
from rules.sample_catalogue import Format, Frequency, ItemType
from rules.stating import states_something


def whole(given: object) -> object:
    """The integer that a number without a fraction is."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


EvidenceIds = Annotated[
    tuple[Code, ...], Field(max_length=MOST_EVIDENCE, description="ids of files that the caller uploaded")
]
Days = Annotated[int, Field(strict=True, ge=1, le=36_500), BeforeValidator(whole)]
Calls = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000), BeforeValidator(whole)]
"""Numbers that JSON may write with a fraction of nothing, 3.0 for 3; no text and no truth value."""
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
    """A text in which nothing can be seen, or a list of nothing but such, states nothing."""
    if isinstance(value, str):
        return not states_something(value)
    return isinstance(value, list | tuple) and all(is_blank(part) for part in value)


class FilingForm(Form):
    """What somebody files."""

    def stated(self) -> dict[str, object]:
        """The fields of a filing that were stated."""
        return {name: value for name, value in self.said().items() if name in FILING_FIELDS and not is_blank(value)}


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


class Bilingual(Form):
    """A text that people read, in both languages."""

    zh: Something
    en: Something


class Headline(Form):
    """A text that people read in one line, in both languages."""

    zh: Heading
    en: Heading


class ItemDraft(Form):
    """A data item (数据项); `item` is the code by which filings, grants and restrictions name it."""

    item: ItemCode
    name: Headline
    type: ItemType
    note: Bilingual | None = None


class EntryDraft(Form):
    """What of an entry changes, at least one thing; what is left out stays as it was. `items` and `formats` are whole:
    one that is not named is dropped, and an item that is dropped the gate knows no more, whoever has a grant on it.
    """

    title: Headline | None = None
    abstract: Bilingual | None = None
    domain: Headline | None = None
    items: Annotated[tuple[ItemDraft, ...], Field(min_length=1, max_length=MOST_ITEMS)] | None = None
    formats: Annotated[tuple[Format, ...], Field(min_length=1, max_length=MOST_FORMATS)] | None = None
    conditions: Bilingual | None = None
    basis: Bilingual | None = None
    update_frequency: (
        Annotated[Frequency, Field(description="ISO 8601 duration of one component (P1D, P3M), real_time or irregular")]
        | None
    ) = None

    @field_validator("items")
    @classmethod
    def _each_item_code_names_one_item(cls, items: tuple[ItemDraft, ...] | None) -> tuple[ItemDraft, ...] | None:
        twice = tuple(code for code, count in Counter(each.item for each in items or ()).items() if count > 1)
        if twice:
            raise PydanticCustomError("item_twice", "named more than once: {items}", {"items": ", ".join(twice)})
        return items

    @model_validator(mode="after")
    def _something_changes(self) -> Self:
        if not self.said():
            raise PydanticCustomError("nothing_stated", "nothing is stated")
        return self


class Answers(Form):
    """What a draft answers: the class that it proposes, and the questions by which the law tells the reviews that it
    needs. Which of them are asked, and which answers are known, the city's law says; whether a draft opens data wider
    or narrower than today is never asked, for the service knows it."""

    openness: Code | None = Field(None, description="closed, conditional, unconditional")
    origin: Code | None = Field(None, description="whether the data is the provider's own or was obtained by sharing")
    law_in_question: Code | None = None
    specialised: Code | None = None
    secrets_or_privacy: Code | None = None
    group_interests: Code | None = None
    subjects_consent: Code | None = None
    closed_case: Code | None = Field(
        None, description="of closed data: the case of the law's list in which it stays so"
    )
    state_secrets: Code | None = None
    security_or_stability: Code | None = None
    statutory_ban: Code | None = None


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


class RevocationForm(Form):
    reason: Prose | None = None
