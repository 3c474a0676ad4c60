"""What every shape of an answer is made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rules.deadlines import to_shanghai
from rules.pinned import Basis

Instant = Annotated[datetime, AfterValidator(to_shanghai)]
"""Shown with the offset of Asia/Shanghai, by which the periods are counted."""


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class FurtherCited(Shape):
    """An article of another text, on which a rule rests as well."""

    source: str
    article: str
    regulation: str


class Cited(Shape):
    """Where a rule stands. `basis` tells a rule of law from a service rule, whose reason is the `note`; `also` are the
    articles of other texts on which it rests besides."""

    source: str
    article: str | None
    basis: Basis
    note: str | None = None
    also: list[FurtherCited] = Field(default_factory=list)


T = TypeVar("T")


class Page(Shape, Generic[T]):
    """Part of a list. `next` is the cursor of the part that follows, null at the end."""

    items: list[T]
    next: str | None


class RuleNamed(Cited):
    """A rule as a problem names it; `text` is the phrase that a person quotes, in which a service rule is named by what
    its `note` begins with; `assumed` what about the dates of its regulation is not read from the text."""

    regulation: str | None
    document: str | None
    assumed: str | None
    text: str

    @property
    def more(self) -> str | None:
        """The whole note, where the phrase has less of it."""
        is_all_said = self.note is None or self.note.rstrip("。.") in self.text
        return None if is_all_said else self.note


class TextShown(Shape):
    """A text of law. `assumed` says what about its dates is assumed and not read from the text."""

    source: str
    title: str
    document: str
    status: Annotated[str, Field(description="`in_force`, or `adopted_draft` for a draft adopted explicitly")]
    issued_on: date | None
    in_force_from: date
    in_force_until: Annotated[date | None, Field(description="exclusive")]
    assumed: str | None


class RegulationShown(TextShown):
    """The text in force for a case, and the texts in force beside it on the day of its rules."""

    beside: list[TextShown]


class RulesShown(Shape):
    """The rules that a case keeps to its end."""

    regulation: RegulationShown
    version: Annotated[str, Field(description="the day since which these rules have stood")]
    digest: str


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


class ExtensionShown(RuleNamed):
    """A decision by which the period was extended, and the rule that lets a body do so."""

    decided_at: Instant
    period: str


class StopShown(Shape):
    """A span for which a rule stopped the clock: its days are not counted. `law` is null where the log does not say by
    which rule, `resumed_at` while the clock stands still, `label` where no rule of the pack names it."""

    because: str
    label: str | None
    stopped_at: Instant
    resumed_at: Instant | None
    law: RuleNamed | None


class LedgerLine(Shape):
    """A line of the ledger of a clock: that it `began`, was `stopped` or `extended`, `moved` by a notice, `ran_on` by a
    rule which says that something stops nothing, `waits` for evidence, has `passed`, or that its task `ended`.

    `because` names what stopped it, or the notice. `until`: when it ran again, null while it stands still; `by_time`:
    the most that the law has for it was used up then. `period` is what began, by how much it was extended, or for how
    long it can stand still at most. `left` is what was left of the period when it was stopped (`3wd`, `40h`), and
    `due_at` when the clock was due from then on, null where nobody could say. `said` is the reason of a decision, in
    its words.
    """

    kind: str
    label: str
    at: Instant
    until: Instant | None
    by_time: bool
    because: str | None
    period: str | None
    left: str | None
    due_at: Instant | None
    said: str | None
    law: RuleNamed | None


class ClockShown(Cited):
    """The time a body has. `due_at` is exclusive, and null where the rule gives no number.

    `overdue`: the task is open, `due_at` has come, and no act on it waits that was received before. Time used runs to
    the decision, or to now; waiting is the part of it in which a supplement was asked for, which stops no clock
    unless a rule says so. `counting` is the rule by which the period begins and ends as it does, null without a period;
    `assumed` says what about the dates of the regulation cited is not read from its text. `awaits_evidence`: the period
    has not begun, for there is no evidence yet. `ledger` says, line by line, how `due_at` came about; null in lists of
    tasks. Where each rule that stops the clock has a most, `due_at` is when it is due at the latest. `moves_pending`: a
    notice of its calendar is on record and has not come to this clock yet, so that its ends may still move; what is
    received meanwhile is judged by where they then are.
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
    stops: list[StopShown]
    extensions: list[ExtensionShown]
    awaits_evidence: bool
    overdue: bool
    moves_pending: bool
    used_seconds: int
    used_working_days: int
    waiting_seconds: int
    skipped: list[SkippedShown]
    ledger: list[LedgerLine] | None

    @property
    def has_moved(self) -> bool:
        """Whether its ledger says more than that it began, and passed or ended."""
        return any(line.kind in ("stopped", "ran_on", "extended", "moved") for line in self.ledger or ())


class CaseNamed(Shape):
    """Another case, by its id and by the number that people quote."""

    case_id: str
    case_number: str


Named = Callable[[str | None], Awaitable[CaseNamed | None]]
"""Another case by its id, for a caller who may know of it; None for any other, and of none."""
