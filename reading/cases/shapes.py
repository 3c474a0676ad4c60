"""What the service answers: shapes and names that callers rely on, in `docs` and in OpenAPI alike."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from reading.elsewhere.shapes import ElsewhereShown
from reading.misuse.shapes import MisuseAppealShown, MisuseShown, TakenShown
from reading.objections.shapes import (
    AnswerShown,
    DataShown,
    HoldWithheldShown,
    ObjectionShown,
    ObjectorHistoryShown,
    OfBodyShown,
    QualityCheckShown,
    ReportShown,
    RestrictedBy,
)
from reading.rectifications.shapes import RectificationShown
from reading.shape import CaseNamed, Cited, ClockShown, Instant, RuleNamed, RulesShown, Shape
from reading.sharing.shapes import SharingShown
from reading.stated import shows
from reading.updates.shapes import DemandShown, OpennessReviewShown, UpdateShown
from reading.years.shapes import FindingShown, YearShown
from rules.procedure_names import ACCESS_REQUEST

TaskStatus = Literal["open", "claimed", "done", "cancelled"]


class RequirementShown(Cited):
    """What an outcome must come with: at least one of `any_of`, where `when` holds."""

    any_of: list[str]
    labels: list[str]
    when: dict[str, list[str]]


class OutcomeShown(Cited):
    """One way to decide a task, and what it demands."""

    outcome: str
    label: str
    requires: list[RequirementShown]


class TaskShown(Shape):
    """One question before one body. `claimed_by` is the login of the officer; `urgings` says how often the body was
    urged (催办) to answer it, `urged_at` when last."""

    task_id: str
    case_id: str
    case_number: str
    city: str
    procedure: str
    dataset_id: str | None
    stage: str
    label: str
    step: str
    round: int
    body: str
    body_name: str
    state: TaskStatus
    claimed_by: str | None
    outcome: str | None
    late: bool
    opened_at: Instant
    ended_at: Instant | None
    supplement_asked_at: Instant | None
    supplement_wanted: Annotated[
        str | None, Field(description="what the applicant was asked for, in the words of who asked; null once erased")
    ]
    asked_by_task: str | None
    urgings: int
    urged_at: Instant | None
    rule: Cited
    outcomes: list[OutcomeShown]
    clock: ClockShown
    said: Annotated[str | None, Field(description="what is to be known before it is decided")]


class TaskListed(TaskShown):
    """A task in a list, with what people look for there. `party_name` is what whoever filed the case is called;
    `working_days_left` are the working days after today up to the last day, null where no day is set."""

    procedure_label: str
    dataset_title: str | None
    party_name: str
    urgency: str | None
    urgency_label: str | None
    working_days_left: int | None


class PartyShown(Shape):
    """Who takes part in a case: who filed it (`applicant`, `objector`, `reporter`, `requester`) or opened it
    (`initiator`) by login, a body by its id."""

    role: str
    id: str
    name: str


@shows(ACCESS_REQUEST)
class RequestShown(Shape):
    """What is asked for, as amended."""

    data_items: list[str]


class Advice(Cited):
    """What the form and the reviewer are told of a choice; it refuses nothing by itself."""

    choice: str
    value: str
    text: str


class DecisionText(Shape):
    """What a body said with a decision."""

    act_id: str
    task_id: str
    stage: str
    outcome: str
    outcome_label: str
    decided_at: Instant
    text: dict[str, Any]


class GrantShown(Shape):
    """What is granted. No items named: all. `valid_until` is exclusive."""

    access_case_id: str
    granted_by: str
    data_items: list[str]
    access_mode: str | None
    access_modes: list[str]
    daily_calls: int | None
    report_days: int | None
    use: str | None
    valid_until: Instant


class RoadStage(Shape):
    """A stage on the road of a case. `task_id` is null where it lies ahead; `body` is the id of a body, or `applicant`.
    `rule` is the article of the stage, `period_rule` that of its period, where another one sets it."""

    stage: str
    label: str
    standing: Literal["done", "here", "ahead"]
    task_id: str | None
    body: str
    body_name: str
    period: str | None
    promptly: bool
    last_day: date | None
    outcome: str | None
    outcome_label: str | None
    ended_at: Instant | None
    late: bool
    rule: RuleNamed
    period_rule: RuleNamed | None


class RoadStep(Shape):
    """Stages side by side: behind the case, where it is, or ahead of it."""

    step: str
    standing: Literal["done", "here", "ahead"]
    stages: list[RoadStage]


class RoadShown(Shape):
    """The road of a case. What is ahead is the ordinary way, by the first outcome of each stage, and no promise;
    `ending` is null while it is still to be decided how the case ends."""

    steps: list[RoadStep]
    ending: str | None
    ending_label: str | None


class PossibleAct(Shape):
    """Something that the caller may do in the case now, by the kind of the act; to decide and to correct, with the
    outcomes that the case allows as it stands. What an outcome demands stands with its task."""

    act: str
    task_id: str | None
    outcomes: list[str]


class RemedyShown(Cited):
    """One way to go after a refusal. `general`: it is by a law of the whole country and not by the city's own."""

    remedy: str
    says: str
    regulation: str
    general: bool


class RemediesShown(Shape):
    """Where to go after a refusal (救济途径). `text` is all of it in one sentence."""

    text: str
    ways: list[RemedyShown]


class FilingPeriodShown(RuleNamed):
    """Within which time the law wants a case filed, and by which article: so long after the day `counted_from`, or
    before that day begins, where `period` is null. `wanted_until` is exclusive. What is filed later is `late` on
    record, and is received and handled all the same."""

    period: str | None
    counted_from: date
    counted_from_label: str
    wanted_until: Instant
    last_day: date
    late: bool


class CaseShown(Shape):
    """A case as its log tells it. `dataset_id` is null where it is about none.

    Of an objection: `objection`, `data`, `hold_withheld`, `disputed` (the mark is on the dataset), `answer`, and for
    officers with a part in it `objector_history`. Of a report of a leak: `report`; of one of misuse:
    `misuse`; of an appeal against what was taken of a grant: `misuse_appeal`. Of a quality check: `quality_check`. Of
    what a body files of itself: `of_body`. Of a
    grant: `taken`. Of a request and of a grant: `restricted_by`, and `waits_for_data` while all agree to a grant whose
    data is held or suspended.
    Of a catalogue update: `update`, and `caused_by`, the case that ordered it, which has it as its `catalogue_update`;
    both for those who may know of the other case. Its drafts are among the `reasons`. Of a demand: `demand`; of an
    openness review: `openness_review`. Of a rectification: `rectification`. Of what is done once a year: `year`; of
    what an evaluation has found of a body: `finding`. Of data opened outside the platform: `opening_elsewhere`.
    Of a request for sharing: `sharing_request`.
    `filing_period` is the time within which the law wanted it filed, null where it gives none.
    `remedies` are where to go after a refusal, where the case ended in one, and after something was taken of the grant
    that the case is, where the city hears no appeal.
    `moves_pending`: a holiday notice is being applied to it, so that a due instant of an open task may still move.
    `road` is the way of the case, behind it and ahead; `possible` what the caller may do in it now, by the judge.
    """

    case_id: str
    case_number: str
    city: str
    city_name: str
    procedure: str
    procedure_label: str
    status: Literal["open", "closed"]
    outcome: str | None
    outcome_label: str | None
    received_at: Instant
    closed_at: Instant | None
    dataset_id: str | None
    filing_period: FilingPeriodShown | None
    parties: list[PartyShown]
    rules: RulesShown
    request: RequestShown | None
    objection: ObjectionShown | None
    report: ReportShown | None
    misuse: MisuseShown | None
    misuse_appeal: MisuseAppealShown | None
    taken: list[TakenShown]
    quality_check: QualityCheckShown | None
    of_body: OfBodyShown | None
    data: DataShown | None
    hold_withheld: HoldWithheldShown | None
    disputed: bool
    answer: AnswerShown | None
    objector_history: ObjectorHistoryShown | None
    restricted_by: list[RestrictedBy]
    waits_for_data: bool
    tasks: list[TaskShown]
    moves_pending: bool
    granted: GrantShown | None
    update: UpdateShown | None
    demand: DemandShown | None
    openness_review: OpennessReviewShown | None
    rectification: RectificationShown | None
    year: YearShown | None
    finding: FindingShown | None
    opening_elsewhere: ElsewhereShown | None
    sharing_request: SharingShown | None
    caused_by: CaseNamed | None
    catalogue_update: CaseNamed | None
    advice: list[Advice]
    reasons: list[DecisionText]
    remedies: RemediesShown | None
    road: RoadShown
    possible: list[PossibleAct]
    events_count: int


class RequestFiled(CaseShown):
    """A request as it was received. `open_already`: an earlier request of the same person for the same items is still
    open; a hint, which refuses nothing."""

    open_already: CaseNamed | None


class CaseSummary(Shape):
    """A case in a list. `filed_late`: it was filed after the time within which the law wants it, which is on record and
    bars nothing."""

    case_id: str
    case_number: str
    city: str
    procedure: str
    status: Literal["open", "closed"]
    outcome: str | None
    received_at: Instant
    filed_late: bool
    closed_at: Instant | None
    dataset_id: str | None
    provider: str | None
    urgency: str | None
    events_count: int


class LoggedEvent(Shape):
    """An event of the log: what every event has, then its own fields. `by_login` is who did it; `text` is what people
    wrote with the act, where the caller may read it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    number: int
    type: str
    version: int
    at: Instant
    act: str | None
    by_login: str | None
    text: dict[str, Any] | None
