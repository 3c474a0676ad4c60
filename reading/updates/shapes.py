"""Catalogue updates as the service answers them, and the demands and reviews that order one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from reading.shape import CaseNamed, Cited, Instant, Shape
from reading.stated import shows
from rules.procedure_names import CATALOGUE_UPDATE, DEMAND

DraftState = Literal["waiting", "kept", "received", "submitted"]
"""How a draft stands, as `DraftShown` says."""


class AnswerKnown(Cited):
    """One answer that the law knows; one that is not `on_request` no draft may give."""

    value: str
    label: str
    on_request: bool


class QuestionShown(Shape):
    """What the law asks of a draft, and what was answered. `computed`: the service answers it and nobody else."""

    question: str
    label: str
    values: list[AnswerKnown]
    answer: str | None
    computed: bool


class ReviewShown(Cited):
    """A review that depends on the answers; `when` are those for which it is needed, `applies` whether it is by those
    that were given, null while none were."""

    stage: str
    label: str
    body: str
    when: dict[str, list[str]]
    applies: bool | None


class FieldChanged(Shape):
    """What the entry says, and what it would say by the draft."""

    field: str
    now: Any
    then: Any


class DraftShown(Shape):
    """The latest draft. `waiting`: it came with the filing and is not submitted yet, since another update of the entry
    goes first; `kept`: it came with the filing, and the body that compiles the entry has yet to submit it; `received`:
    the engine has not worked it off. `said` tells people what is to be done with it. `changes`: beside the entry of
    today, or the one that it replaced."""

    state: DraftState
    said: str | None
    act_id: str | None
    submitted_at: Instant | None
    entry: dict[str, Any]
    changes: list[FieldChanged]


class ConsultationShown(Shape):
    """A public consultation, from its first day to its last."""

    task_id: str
    stage: str
    label: str
    held_from: date | None
    held_until: date | None


class DuplicateReason(Shape):
    """Why a dataset is likely to be the same as another: `share` of common items, or of common pairs of characters of
    the titles, and what is common."""

    code: Literal["items", "title"]
    text: str
    share: float
    common: list[str]


class LikelyDuplicate(Shape):
    """A dataset of another provider of the city that may hold the same data."""

    dataset_id: str
    provider: str
    provider_name: str
    title: str
    openness: str
    reasons: list[DuplicateReason]


class SettledClass(Cited):
    """The class that binds every draft that follows, and the rule by which it does."""

    openness: str
    label: str


@shows(CATALOGUE_UPDATE)
class UpdateShown(Shape):
    """A catalogue update. `occurred_on` is the day of the event and `received_at` of the case that of its record.
    `waits_for` is the update of the same entry that goes first. Officers read the rest."""

    trigger: str
    trigger_label: str
    provider: str
    statement: str | None
    occurred_on: date | None
    new_dataset: bool
    waits_for: CaseNamed | None
    questions: list[QuestionShown]
    reviews: list[ReviewShown]
    draft: DraftShown | None
    consultations: list[ConsultationShown]
    proposed_class: Annotated[str | None, Field(description="the class that was proposed in place of the draft's")]
    settled_class: Annotated[SettledClass | None, Field(description="agreed or decided; null while the class is open")]
    likely_duplicates: Annotated[
        list[LikelyDuplicate] | None,
        Field(
            description="for reviewers of the authority while the case is open and a draft submitted, found when asked"
        ),
    ]


@shows(DEMAND)
class DemandShown(Shape):
    """What somebody demands. `provided` is the dataset in which the data is now; `referred_to` one of the catalogue in
    which it was already."""

    provider: str
    statement: str | None
    purpose: str | None
    use: str | None
    provided: str | None
    referred_to: str | None


class OpennessReviewShown(Shape):
    """The dataset that is evaluated, as it is now: its class, and since when it has had it, null where that is not
    known."""

    dataset_id: str
    title: str
    openness: str
    since: Instant | None
