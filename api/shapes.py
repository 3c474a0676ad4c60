"""What the service answers: shapes and names that callers rely on, in `docs` and in OpenAPI alike."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import ConfigDict, Field

from api.shape import Cited as Cited
from api.shape import Instant as Instant
from api.shape import Shape as Shape
from api.shapes_of_rectifications import RectificationShown
from api.shapes_of_updates import CaseNamed as CaseNamed
from api.shapes_of_updates import DemandShown, OpennessReviewShown, UpdateShown
from models.restrictions import RestrictionKind

T = TypeVar("T")


class Page(Shape, Generic[T]):
    """Part of a list. `next` is the cursor of the part that follows, null at the end."""

    items: list[T]
    next: str | None


class RuleNamed(Cited):
    """A rule as a problem names it; `text` is the phrase that a person quotes, `assumed` what about the dates of its
    regulation is not read from the text."""

    regulation: str | None
    document: str | None
    assumed: str | None
    text: str


class FieldError(Shape):
    """One thing that is wrong with one field."""

    field: str | None
    code: str
    detail: str
    rule: RuleNamed | None = None


class ProblemDocument(Shape):
    """A problem as RFC 9457 describes it. `type` is stable, `title` and `detail` are for people."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] = Field(default_factory=list)
    act_id: str | None = None


class RegulationShown(Shape):
    """The text in force for a case. `assumed` says what about its dates is assumed and not read from the text."""

    source: str
    title: str
    document: str
    status: Annotated[str, Field(description="`in_force`, or `adopted_draft` for a draft adopted explicitly")]
    issued_on: date | None
    in_force_from: date
    in_force_until: Annotated[date | None, Field(description="exclusive")]
    assumed: str | None


class RulesShown(Shape):
    """The rules that a case keeps to its end."""

    regulation: RegulationShown
    version: Annotated[str, Field(description="the day since which these rules have stood")]
    digest: str


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


class SkippedShown(Shape):
    """A day that the period passed over, and why."""

    on: date
    why: str


class OwnPeriodShown(Shape):
    """The time for one outcome, where it is not that of the task; `due_at` is exclusive. It makes nothing overdue by
    itself: another outcome may still be in time."""

    outcome: str
    label: str
    period: str
    due_at: Instant | None
    last_day: date | None


class ClockShown(Cited):
    """The time a body has. `due_at` is exclusive, and null where the rule gives no number.

    `overdue`: the task is open, `due_at` has come, and no act on it waits that was received before. Time used runs to
    the decision, or to now; waiting is the part of it in which a supplement was asked for, which stops no clock
    unless a rule says so. `counting` is the rule by which the period begins and ends as it does, null without a period;
    `assumed` says what about the dates of the regulation cited is not read from its text. `awaits_evidence`: the period
    has not begun, for there is no evidence yet.
    """

    started_at: Instant
    assumed: str | None
    period: str | None
    counting: Cited | None
    promptly: bool
    due_at: Instant | None
    last_day: date | None
    provisional: bool
    own_periods: list[OwnPeriodShown]
    calendar: str
    calendar_version: int | None
    stopped_at: Instant | None
    awaits_evidence: bool
    overdue: bool
    used_seconds: int
    used_working_days: int
    waiting_seconds: int
    skipped: list[SkippedShown]


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
    state: Literal["open", "claimed", "done", "cancelled"]
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


class PartyShown(Shape):
    """Who takes part in a case: who filed it (`applicant`, `objector`, `reporter`, `requester`) or opened it
    (`initiator`) by login, a body by its id."""

    role: str
    id: str
    name: str


class RequestShown(Shape):
    """What is asked for, as amended."""

    data_items: list[str]
    urgency: str | None = None
    access_mode: str | None = None
    use: str | None = None
    purpose: str | None = None
    scenario: str | None = None
    safeguards: str | None = None
    tender_reference: str | None = None


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


class EvidenceListed(Shape):
    """A file of a case; `GET /v1/evidence/{evidence_id}` has its bytes for those who have a part in the case."""

    evidence_id: str
    name: str
    media_type: str
    size: int
    uploaded_at: Instant


class ObjectionShown(Shape):
    """What somebody objects to, and why. No items named: the whole dataset."""

    ground: str
    ground_label: str
    statement: str | None
    data_items: list[str]
    evidence: list[EvidenceListed]
    leak: str | None


class ReportShown(Shape):
    """What is reported to have leaked, or to be at risk."""

    statement: str | None
    data_items: list[str]


class KeptBackShown(Shape):
    """What a case keeps back in one way. No items named: the whole dataset, but `except_items`."""

    restriction: RestrictionKind
    data_items: list[str]
    except_items: list[str]
    since: Instant


class UndecidedShown(Shape):
    """What of the data lies before a task still. No items named: the whole dataset, but `except_items`."""

    task_id: str
    data_items: list[str]
    except_items: list[str]


class DataShown(Shape):
    """What a case does to the data: `restriction` is the strongest way in which it keeps any back, with the items, null
    where it keeps nothing back, any more or so far. `kept_back` is all of it. What it kept back last, since when and
    until when, stays told. `undecided` is what lies before the open tasks that were decided in part."""

    restriction: RestrictionKind | None
    data_items: list[str]
    except_items: list[str]
    since: Instant | None
    lifted_at: Instant | None
    kept_back: list[KeptBackShown]
    undecided: list[UndecidedShown]


class HoldWithheldShown(Shape):
    """Why data is not held at receipt on a ground on which it could be."""

    code: str
    text: str


class AnswerShown(Shape):
    """What the objector was told, the latest time."""

    text: str | None
    at: Instant


class EarlierObjection(Shape):
    """An objection of the same person against the same dataset."""

    case_number: str
    ground: str
    outcome: str | None
    upheld: bool | None


class ObjectorHistoryShown(Shape):
    """What the objector filed before; `same_dataset` are the latest against this one."""

    upheld: int
    not_upheld: int
    open: int
    same_dataset: list[EarlierObjection]


class RestrictedBy(Shape):
    """What another case keeps back of the data now; the number of that case is for officers. No items named: the whole
    dataset, but `except_items`."""

    case_number: str | None
    restriction: RestrictionKind
    data_items: list[str]
    except_items: list[str]


class GrantShown(Shape):
    """What is granted. No items named: all. `valid_until` is exclusive."""

    access_case_id: str
    granted_by: str
    data_items: list[str]
    access_mode: str | None
    access_modes: list[str]
    daily_calls: int | None
    use: str | None
    valid_until: Instant


class CaseShown(Shape):
    """A case as its log tells it. `dataset_id` is null where it is about none.

    Of an objection: `objection`, `data`, `hold_withheld`, `disputed` (the mark is on the dataset), `answer`, and for
    officers with a part in it `objector_history`. Of a report of a leak: `report`. Of a request and of a grant:
    `restricted_by`, and `waits_for_data` while all agree to a grant whose data is held or suspended.
    Of a catalogue update: `update`, and `caused_by`, the case that ordered it, which has it as its `catalogue_update`;
    both for those who may know of the other case. Its drafts are among the `reasons`. Of a demand: `demand`; of an
    openness review: `openness_review`. Of a rectification: `rectification`.
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
    parties: list[PartyShown]
    rules: RulesShown
    request: RequestShown | None
    objection: ObjectionShown | None
    report: ReportShown | None
    data: DataShown | None
    hold_withheld: HoldWithheldShown | None
    disputed: bool
    answer: AnswerShown | None
    objector_history: ObjectorHistoryShown | None
    restricted_by: list[RestrictedBy]
    waits_for_data: bool
    tasks: list[TaskShown]
    granted: GrantShown | None
    update: UpdateShown | None
    demand: DemandShown | None
    openness_review: OpennessReviewShown | None
    rectification: RectificationShown | None
    caused_by: CaseNamed | None
    catalogue_update: CaseNamed | None
    advice: list[Advice]
    reasons: list[DecisionText]
    events_count: int


class RequestFiled(CaseShown):
    """A request as it was received. `open_already`: an earlier request of the same person for the same items is still
    open; a hint, which refuses nothing."""

    open_already: CaseNamed | None


class CaseSummary(Shape):
    """A case in a list."""

    case_id: str
    case_number: str
    city: str
    procedure: str
    status: Literal["open", "closed"]
    outcome: str | None
    received_at: Instant
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


class ActShown(Shape):
    """Where an act stands. While it is `received` the engine has not worked it off; it will."""

    act_id: str
    case_id: str
    kind: str
    state: Literal["received", "accepted", "refused"]
    received_at: Instant
    problem: ProblemDocument | None = None
    case: CaseShown | None = None
    task: TaskShown | None = None
