"""Why an act is not accepted: each a fact with a stable name, which becomes the `type` of a problem document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Refusal(Exception):
    """An act that the log cannot take. `field` names the part of the act that a rule speaks of, `rule` the article.

    Each is of one kind, which is its base: `Conflict`, `NotYours`, `Unmet`, `Unknown`.
    """

    def __init__(self, field: str | None = None, rule: str | None = None, **params: str) -> None:
        self.field = field
        self.rule = rule
        self.params = params
        super().__init__(self.code)

    @property
    def code(self) -> str:
        return type(self).__name__

    def details(self) -> dict[str, Any]:
        """What the problem document says beside the code: codes and ids only, for it passes through the engine."""
        named = {"field": self.field, "rule": self.rule}
        return {**{k: v for k, v in named.items() if v is not None}, **self.params}


class Conflict(Refusal):
    """The act does not go with how the case stands; at another time it might have been taken."""


class NotYours(Refusal):
    """The act is not for whoever sent it."""


class Unmet(Refusal):
    """The act lacks what the law demands of it, or says what the law does not allow."""


class Unknown(Refusal):
    """The act is about something that the case does not have."""


KINDS = (Conflict, NotYours, Unmet, Unknown)


class CaseClosed(Conflict):
    """The case is closed; nothing more can be added to it."""


class ProcedureKnowsNoSuchAct(Conflict):
    """The procedure of this case has no such act."""


class NoSuchTask(Unknown):
    """The case has no such task."""


class TaskAlreadyDecided(Conflict):
    """Somebody decided the task before."""


class TaskCancelled(Conflict):
    """The course of the case made the task void."""


class TaskAlreadyClaimed(Conflict):
    """Another officer of the body has claimed the task."""


class TaskNotClaimed(Conflict):
    """There is no claim to release."""


class TaskNotHeld(Conflict):
    """The officer that is named has the task no more."""


class NotYourTask(NotYours):
    """The task lies before another body or party."""


class PartyToTheCase(NotYours):
    """Whoever is the party of a case, or has another side in it, acts for no body in it (回避)."""


class NotYourCase(NotYours):
    """Only the party that filed the case may do this."""


class OutcomeNotAllowed(Unmet):
    """The stage knows no such outcome."""


@dataclass(frozen=True)
class Missing:
    """Something that was demanded and not given, any one of `fields`: by the article `rule` of `source`, or for no rule
    of the city."""

    fields: tuple[str, ...]
    rule: str | None = None
    basis: str | None = None
    source: str | None = None

    def details(self) -> dict[str, str]:
        """As a refusal names it: codes alone."""
        named = {"field": "|".join(self.fields), "rule": self.rule, "basis": self.basis, "source": self.source}
        return {name: value for name, value in named.items() if value is not None}

    @classmethod
    def named_in(cls, details: Mapping[str, Any]) -> Missing:
        """What `details` said."""
        cited = {name: details.get(name) for name in ("rule", "basis", "source")}
        return cls(fields=tuple(str(details["field"]).split("|")), **cited)


class RequirementMissing(Unmet):
    """The outcome demands something that was not given, such as a reason or a legal basis. Names all of it, and the
    first as its own field and rule."""

    def __init__(self, first: Missing, *more: Missing) -> None:
        self.missing = (first, *more)
        super().__init__(**first.details())

    def details(self) -> dict[str, Any]:
        """As of any refusal; where more than one thing is missing, `missing` names each in the same way."""
        more = {"missing": [each.details() for each in self.missing]} if len(self.missing) > 1 else {}
        return {**super().details(), **more}


def all_missing(details: Mapping[str, Any]) -> tuple[Missing, ...]:
    """What the details of a RequirementMissing name. One that was recorded before it named everything names the first
    thing alone."""
    return tuple(Missing.named_in(each) for each in details.get("missing", (details,)))


class AgreementNotStated(Conflict):
    """What is signed is not stated yet by who has to state it, so there is nothing to sign."""


class AccessModeNotAllowed(Unmet):
    """The city's law does not let conditional data be obtained in this way."""


class ChoiceNotOnRequest(Unmet):
    """The city's law does not let an applicant choose this."""


class EnoughNotes(Conflict):
    """A case takes only so many notes: a log that grows without end would jam its case."""


class EnoughUrgings(Conflict):
    """A case takes only so many urgings, for the same reason."""


class UrgingNotYours(NotYours):
    """The city's rules say who may urge, and it is not this account."""


class OnlyBodiesAreUrged(Conflict):
    """The task lies before the party, whom nobody has the right to urge."""


class EnoughKeys(Conflict):
    """A grant takes only so many keys."""


class RequestNotAmendable(Conflict):
    """Only a resubmission changes a choice; a supplement completes, and may leave out items until a body has set terms
    on them."""


class TermsNotAllowed(Unmet):
    """Only a body that decides about the request sets the terms of a grant."""


class ItemNotRequested(Unmet):
    """Access can be granted only to items that were asked for."""


class NothingToCorrect(Conflict):
    """There is no decision of this body that a correction could replace."""


class NextBodyHasActed(Conflict):
    """A decision can be corrected only until the next body has acted on it."""


class NothingAsked(Conflict):
    """Nobody asked the applicant for a supplement."""


class SupplementAlreadyAsked(Conflict):
    """A supplement is asked for and has not come yet."""


class OpinionAlreadyAsked(Conflict):
    """The experts have been asked at this stage and have not answered yet."""


class OfficerNotOfThisBody(Unmet):
    """A task can be reassigned only to an officer of the body before which it lies."""


class OfficerIsParty(Unmet):
    """A task can be given to nobody who has a side in its case (回避)."""


class BodyCanAct(Conflict):
    """The task's body is served by somebody who has no side in the case, or by nobody at all."""


class NobodyIsImpartial(Conflict):
    """No body to which the task could be entrusted is served by anybody without a side in the case."""


class EnoughEvidence(Conflict):
    """A case takes only so many files."""


class ProcessingNotDone(Unmet):
    """Data is opened again after its processing, not before."""


class ProcessedBeforeTheRestriction(Unmet):
    """What was processed before the data was kept back is no processing of it: it is processed anew."""


class AnotherTaskFirst(Conflict):
    """The case cannot go on while a task is open that must be done first."""


class MeasureNotAllowed(Unmet):
    """This decision does nothing to the data."""


class ItemNotBeforeTheTask(Unmet):
    """Data is let go only by a body before which it lies: this task is not, or no more, about that item."""


class TakesTheWholeDataset(Unmet):
    """By the article that is named this takes the dataset, and no items of it."""


class NothingToReview(Conflict):
    """The question whether to suspend lies open already, or has no place any more."""


class ConsultationNotOver(Unmet):
    """What the public thinks is known when it has had the time to say so."""


class AnswerBarred(Unmet):
    """The law rules this answer out by what else the draft answers."""


class ClassIsSettled(Conflict):
    """The class of the entry was agreed or decided, and binds."""


class ClassNotSettled(Conflict):
    """The class of the entry is still open: nothing was agreed or decided that could be referred."""


class ClassUnknown(Unmet):
    """The city's law knows no such class."""


class NoOtherClass(Unmet):
    """The class that is named is the draft's own."""


class NotItsTurn(Conflict):
    """Another update of the same entry goes first; nothing is submitted, and nothing goes on, before that is over."""


class DataIsRestricted(Conflict):
    """An objection keeps the data back, and the entry is published only as that allows."""


class TimeLimitNotAhead(Unmet):
    """The last day that a decision names lies after the day on which it was received, within ten years."""


class TimeLimitNotSet(Unmet):
    """This outcome sets nobody a time limit."""


class TimeLimitMissed(Conflict):
    """What the time limit was set for was not done in time."""


class TimeLimitKept(Conflict):
    """What the time limit was set for was done in time, or still can be."""


class TimeLimitOver(Conflict):
    """The time limit is over."""


class TimeLimitRunning(Conflict):
    """The time limit is not over yet."""


class NotInForce(Conflict):
    """The law has ended, and what it leaves open as a remedy is not this."""


class ItemNotPassed(Unmet):
    """A body grants an item that another, whose yes is needed too, has not passed."""


class SuspendedUntilVerified(Conflict):
    """The data is suspended until the facts are verified, and the question whether to suspend cannot lift that."""


class CannotBeStored(Unmet):
    """What the act makes follow is more, or other, than PostgreSQL can ever hold."""


class NobodyCanJudge(Conflict):
    """No version of this system could judge the act, and whoever runs it has settled it, with a reason."""


REFUSALS: Mapping[str, type[Refusal]] = {fact.__name__: fact for kind in KINDS for fact in kind.__subclasses__()}
"""Every refusal, by its name."""
