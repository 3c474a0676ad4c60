"""What people and other cases do to a case: an act is a row of the case's inbox, kept when it is received.

Only ids, codes and instants stand here, because an act passes through the engine and its histories. Free text, names
and files stay in the inbox's own column; `given` names the fields that came with the act.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, get_args

from pydantic import Field, TypeAdapter

from models.act_contents import Amendment, Finding, Frozen, GrantTerms, Measure, NoticeNamed, Standing, TimeLimit
from models.pinned_figures import PinnedFigures
from models.restrictions import RestrictionTold
from rules.pinned import RecusalRule, UrgingRule


class Actor(Frozen):
    """Who acts: an opaque account id, and the body for which the account acts. A party acts for itself."""

    account: str
    body: str | None = None


InspectionFinding = Literal["in_order", "not_in_order"]
"""Whether use and safeguards were found as law and agreement want them."""


class ReceivedAct(Frozen):
    """What every act carries: the instant of its receipt, and the length of the log at that instant."""

    id: str
    case_id: str
    by: Actor
    received_at: datetime
    seen: int = 0


class File(ReceivedAct):
    """A case is filed. The receipt writes its first events, so the engine finds them in the log."""

    kind: Literal["file"] = "file"


class TaskAct(ReceivedAct):
    task_id: str
    in_place_of: str | None = None
    """The absent officer whose substitute the actor is, as the directory had it at receipt."""


class Claim(TaskAct):
    kind: Literal["claim"] = "claim"


class Release(TaskAct):
    kind: Literal["release"] = "release"


class Reassign(TaskAct):
    """`to` gets the task; `to_body` is the body that `to` serves, as the directory had it at receipt."""

    kind: Literal["reassign"] = "reassign"
    to: str
    to_body: str | None
    supervises: bool = False


class LapseClaim(TaskAct):
    """The officer who claimed the task no longer serves its body, by the directory at receipt."""

    kind: Literal["lapse_claim"] = "lapse_claim"
    officer: str


class HandOver(TaskAct):
    """A task that an officer has in hand goes to a colleague, or back to the body where `to` is None.

    `to_body` is the body that `to` serves, as the directory had it at receipt.
    """

    kind: Literal["hand_over"] = "hand_over"
    officer: str
    to: str | None = None
    to_body: str | None = None
    supervises: bool = False


class Entrust(TaskAct):
    """Nobody of the task's body may decide it, for all who serve it have a side in the case (回避).

    `serving` are bodies to the accounts that answer their tasks, `bodies` roles to the bodies of the city, as the
    directory had both at receipt.
    """

    kind: Literal["entrust"] = "entrust"
    serving: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    bodies: Mapping[str, str] = Field(default_factory=dict)
    in_force: RecusalRule | None = None
    """The rule in force at its receipt, where the case keeps none because it is from before they were told."""


class Urge(TaskAct):
    """A body is urged (催办) to answer; the text stays in the inbox.

    `roles` are the actor's in its body, as the directory had them at receipt.
    """

    kind: Literal["urge"] = "urge"
    roles: frozenset[str] = frozenset()
    in_force: tuple[UrgingRule, ...] = ()
    """Rules in force at its receipt, where the case keeps none because it is from before packs had them."""
    body_of_county: str | None = None
    """The body before which the task lay at its receipt, where that belongs to the county whose authority the actor's
    body is."""


class Decide(TaskAct):
    """An outcome for a task. A resubmission is a decision of the applicant, with what it changes in the request."""

    kind: Literal["decide"] = "decide"
    outcome: str
    given: frozenset[str] = frozenset()
    terms: GrantTerms | None = None
    amends: Amendment | None = None
    measure: Measure | None = None
    limit: TimeLimit | None = None
    digest: str | None = None
    """Of a signature: the agreement that is signed."""
    words: Mapping[str, str] = Field(default_factory=dict)
    """Field to the fingerprint of what was written of an agreement (`models.signing`), as the receipt took it."""
    finding: Finding | None = None
    figures: PinnedFigures | None = None
    """What was counted for a decision that pins figures."""


class Correct(TaskAct):
    """A body replaces its own decision with another."""

    kind: Literal["correct"] = "correct"
    outcome: str
    given: frozenset[str] = frozenset()
    terms: GrantTerms | None = None
    digest: str | None = None
    words: Mapping[str, str] = Field(default_factory=dict)


class AskSupplement(TaskAct):
    """A reviewer asks the applicant to complete the request (补正)."""

    kind: Literal["ask_supplement"] = "ask_supplement"
    given: frozenset[str] = frozenset()


class Extend(TaskAct):
    """The period of a task is extended by so much (`10wd`), in its own unit, for a reason.

    `posts` are those that the actor holds at its body, as the directory had them at receipt.
    """

    kind: Literal["extend"] = "extend"
    period: str
    given: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()


class StopClock(TaskAct):
    """The body of a task stops its clock for a reason, by a rule of the pack that lets it (`stop`)."""

    kind: Literal["stop_clock"] = "stop_clock"
    stop: str
    given: frozenset[str] = frozenset()


class RunClock(TaskAct):
    """The body of a task has its clock run again that it stopped by this rule."""

    kind: Literal["run_clock"] = "run_clock"
    stop: str


class AskOpinion(TaskAct):
    """A reviewer asks the experts inside a stage."""

    kind: Literal["ask_opinion"] = "ask_opinion"
    given: frozenset[str] = frozenset()


class Supply(ReceivedAct):
    """The applicant answers a demand for a supplement."""

    kind: Literal["supply"] = "supply"
    amends: Amendment = Amendment()
    words: Mapping[str, str] = Field(default_factory=dict)


class Withdraw(ReceivedAct):
    """Whoever filed the case takes it back."""

    kind: Literal["withdraw"] = "withdraw"


class Note(ReceivedAct):
    """A note for the file; its text stays in the inbox."""

    kind: Literal["note"] = "note"


class ApplyNotice(ReceivedAct):
    """A holiday notice moves clocks of this case; `calendar_version` is the record with that notice in it.

    `tasks` are those whose clocks it moves; None in an act from before acts named them: every clock that may move.
    """

    kind: Literal["apply_notice"] = "apply_notice"
    calendar_version: int
    notice: NoticeNamed | None = None
    tasks: tuple[str, ...] | None = None


class IssueKey(ReceivedAct):
    """A key for a grant; only its digest is ever kept."""

    kind: Literal["issue_key"] = "issue_key"
    key_digest: str


class Delegate(ReceivedAct):
    """The grantee lets the account `to` use the grant: `accesses` times in total, until `last_day`; the matter stays in
    the inbox."""

    kind: Literal["delegate"] = "delegate"
    to: str
    accesses: int | None = None
    last_day: date | None = None
    given: frozenset[str] = frozenset()


class RevokeDelegation(ReceivedAct):
    """The grantee takes a delegation back."""

    kind: Literal["revoke_delegation"] = "revoke_delegation"
    delegation: str


class IssueDelegatedKey(ReceivedAct):
    """A key for a delegate; only its digest is ever kept."""

    kind: Literal["issue_delegated_key"] = "issue_delegated_key"
    delegation: str
    key_digest: str


class Revoke(ReceivedAct):
    """The provider ends a grant, or the body that does so in its place (回避).

    `serving`, `bodies` and `in_force` are as an `Entrust` has them, where the receipt looked: for an actor of another
    body than the law names.
    """

    kind: Literal["revoke"] = "revoke"
    given: frozenset[str] = frozenset()
    serving: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    bodies: Mapping[str, str] = Field(default_factory=dict)
    in_force: RecusalRule | None = None


class Renounce(ReceivedAct):
    """The grantee gives a grant back."""

    kind: Literal["renounce"] = "renounce"


class RecordUse(ReceivedAct):
    """The grantee adds to its own record of use, of that day; the text stays in the inbox."""

    kind: Literal["record_use"] = "record_use"
    used_on: date


class Inspect(ReceivedAct):
    """A body puts on record what an inspection of that day found of the use and its safeguards; the text stays in the
    inbox."""

    kind: Literal["inspect"] = "inspect"
    inspected_on: date
    finding: InspectionFinding
    given: frozenset[str] = frozenset()


class SubmitEvidence(ReceivedAct):
    """The objector adds evidence, by the ids of files that were uploaded; the receipt fills in the `standing`."""

    kind: Literal["submit_evidence"] = "submit_evidence"
    evidence: tuple[str, ...]
    standing: Standing = Standing()


class ReviewSuspension(ReceivedAct):
    """Whoever verifies an objection asks again whether to suspend the data, because something came to light."""

    kind: Literal["review_suspension"] = "review_suspension"


class Restrict(ReceivedAct):
    """Another case holds, suspends or withdraws data that this case is about. No items named: the whole dataset."""

    kind: Literal["restrict"] = "restrict"
    by_case: str
    restriction: str
    data_items: tuple[str, ...] = ()
    except_items: tuple[str, ...] = ()
    since: datetime | None = None
    beside: tuple[RestrictionTold, ...] = ()
    """What it keeps back in other ways."""


class ChangeEntry(ReceivedAct):
    """A catalogue update has changed what this case is about: its openness, or the items that it has."""

    kind: Literal["change_entry"] = "change_entry"
    by_case: str
    openness: str
    data_items: tuple[str, ...]


class EntryIsPublished(ReceivedAct):
    """The catalogue update that this case ordered is published."""

    kind: Literal["entry_is_published"] = "entry_is_published"
    by_case: str
    published_at: datetime | None = None
    """When its publication was decided, by receipt: a period that was kept then is kept. None: when this act came."""
    openness: str | None = None
    """The class of the entry that was published; None in an act from before acts named it."""


class TakeTurn(ReceivedAct):
    """The update of the same entry that came first is over."""

    kind: Literal["take_turn"] = "take_turn"
    by_case: str


class Curtail(ReceivedAct):
    """Another case has closed this grant, or restricted it to some items or one mode; none named: as granted."""

    kind: Literal["curtail"] = "curtail"
    by_case: str
    effect: str
    data_items: tuple[str, ...] = ()
    access_mode: str | None = None


class LiftCurtailment(ReceivedAct):
    """What another case had taken of this grant is given back."""

    kind: Literal["lift_curtailment"] = "lift_curtailment"
    by_case: str


class LiftRestriction(ReceivedAct):
    """Another case no longer keeps back data that this case is about."""

    kind: Literal["lift_restriction"] = "lift_restriction"
    by_case: str


Act = Annotated[
    File | Claim | Release | Reassign | Decide | Correct | AskSupplement | AskOpinion | Supply | Withdraw | Note
    | Extend | StopClock | RunClock | ApplyNotice | IssueKey | Revoke | Renounce | SubmitEvidence | ReviewSuspension
    | Restrict | LiftRestriction | ChangeEntry | TakeTurn | EntryIsPublished | Urge | LapseClaim | HandOver | Entrust
    | Curtail | LiftCurtailment | Delegate | RevokeDelegation | IssueDelegatedKey | RecordUse | Inspect,
    Field(discriminator="kind"),
]  # fmt: skip
ACT: TypeAdapter[Act] = TypeAdapter(Act)

Decide.model_rebuild()

KINDS: tuple[type[ReceivedAct], ...] = get_args(get_args(Act)[0])
"""Every kind of act."""
MOVES_NOTHING = (
    *(Claim, Release, Reassign, LapseClaim, HandOver, Entrust, Urge, Note, IssueKey),
    *(RecordUse, Inspect),
)
"""Acts that move no clock and open nothing, in whatever procedure."""
