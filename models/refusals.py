"""Why an act or a filing is not accepted: each a fact with a stable name, which becomes the `type` of a problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.refusal import KINDS, Conflict, Missing, NotYours, Refusal, Unknown, Unmet


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
    """The named officer no longer has the task."""


class NotYourTask(NotYours):
    """The task lies before another body or party."""


class PartyToTheCase(NotYours):
    """Whoever is the party of a case, or has another side in it, acts for no body in it (回避)."""


class RoleRequired(NotYours):
    """The law lets only accounts with certain roles do this."""


class NotYourCity(NotYours):
    """An officer does this in its own city alone."""


class OperatorAnnounces(NotYours):
    """Interruptions of the service are for the operator of the city."""


class OperatorReports(NotYours):
    """In this city it is the operator that reports a leak."""


class ProviderOrAuthorityRecords(NotYours):
    """What changes an entry is recorded by its provider, or by the authority."""


class NotYourDataset(NotYours):
    """A provider speaks of its own entries alone."""


class AsksItself(NotYours):
    """No department asks itself for its own data."""


class DecidesOnSharing(NotYours):
    """Who gives an opinion on requests for sharing, or determines them, makes none."""


class NotYourBody(NotYours):
    """Who serves a body, holds its posts or is away from it is filed by that body, or by whoever keeps the file."""


class NoPartInTheCase(NotYours):
    """What concerns others beside the party is for officers who have a part in the case."""


class NotYourCase(NotYours):
    """Only the party that filed the case may do this."""


class OutcomeNotAllowed(Unmet):
    """The stage knows no such outcome."""


class NotAboutThisBody(Conflict):
    """The outcome is for a body of a county, or for one of the city, and the case is about the other."""


class RequirementMissing(Unmet):
    """The outcome demands fields that are missing, such as a reason or a legal basis. It names all of them, the first
    as its own field and rule."""

    def __init__(self, first: Missing, *more: Missing) -> None:
        self.missing = (first, *more)
        super().__init__(**first.details())

    def details(self) -> dict[str, Any]:
        """As of any refusal; where more than one requirement is missing, `missing` names each in the same way."""
        more = {"missing": [each.details() for each in self.missing]} if len(self.missing) > 1 else {}
        return {**super().details(), **more}


class AgreementNotStated(Conflict):
    """Whoever has to state the agreement has not stated it yet, so there is nothing to sign."""


class AgreementChanged(Conflict):
    """What is signed is not the agreement as it stands, or not what the other has signed."""


class AccessModeNotAllowed(Unmet):
    """The city's law does not let conditional data be obtained in this way."""


class ChoiceNotOnRequest(Unmet):
    """The city's law does not let an applicant choose this."""


class EnoughNotes(Conflict):
    """A case takes only a limited number of notes: a log that grows without end would jam its case."""


class EnoughUrgings(Conflict):
    """A case takes only a limited number of urgings, for the same reason."""


class UrgingNotYours(NotYours):
    """The city's rules name who may urge, and this account is not among them."""


class PostRequired(NotYours):
    """By the city's rules only who holds a certain post of the body decides this."""


class EndsElsewhere(NotYours):
    """By the city's rules no body ends a grant by an act on it: a decision in another procedure does."""


class OnlyBodiesAreUrged(Conflict):
    """The task lies before the party, whom nobody has the right to urge."""


class EnoughKeys(Conflict):
    """A grant takes only a limited number of keys."""


class RequestNotAmendable(Conflict):
    """Only a resubmission changes a choice; a supplement completes the request, and may leave out items until a body
    has set terms on them."""


class TermsNotAllowed(Unmet):
    """Only a body that decides about the request sets the terms of a grant."""


class ItemNotRequested(Unmet):
    """Access can be granted only to items that were asked for."""


class NothingToCorrect(Conflict):
    """There is no decision of this body that a correction could replace."""


class NextBodyHasActed(Conflict):
    """A decision can be corrected only until the next body has acted on it."""


class NothingAsked(Conflict):
    """No supplement was asked of the applicant."""


class PeriodHasEnded(Conflict):
    """The period has ended, and what has ended is not extended."""


class ClockStandsAlready(Conflict):
    """The rule stops the clock already."""


class NothingLeftToStop(Conflict):
    """The period has ended or there is none, or the most for which the rule stops a clock is used up."""


class ClockNotStopped(Conflict):
    """Nobody has stopped the clock by this rule, or it runs again already."""


class StopNotKnown(Unmet):
    """The rules of the case let nobody stop this clock for such a reason."""


class ExtensionTooLong(Unmet):
    """All extensions together are no longer than the rule has it, in the unit of the period."""


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
    """A case takes only a limited number of files."""


class ProcessingNotDone(Unmet):
    """Data is opened again only after it was processed."""


class DayHasNotCome(Unmet):
    """What is put on record as done was done on a day that has come."""


class ProcessedBeforeTheRestriction(Unmet):
    """Processing before the data was kept back does not count: the data must be processed again."""


class AnotherTaskFirst(Conflict):
    """The case cannot go on while a task is open that must be done first."""


class FindingNotAllowed(Unmet):
    """The decision says something of the use of data that its outcome does not act on."""


class MisuseUnknown(Unmet):
    """The city's law knows no such misuse."""


class GrantUnknown(Unmet):
    """The dataset of the case has no such grant."""


class GrantIsOver(Unmet):
    """The grant has ended; nothing can be taken of it."""


class GrantStillHolds(Unmet):
    """The grant has not ended, so what was found of it is restricted or closed."""


class NotOfTheGrant(Unmet):
    """A grant is left only what it gives."""


class FiguresNotCounted(Unmet):
    """The decision goes by figures, and none came with it."""


class DelegatesToItself(Unmet):
    """Nobody delegates to himself."""


class DelegationBeyondGrant(Unmet):
    """The last day of a delegation is not before today, and not after the grant's own."""


class GrantIsCurtailed(Conflict):
    """While something is taken of a grant nobody is let use it."""


class EnoughDelegations(Conflict):
    """The grant has had as many delegations as one may have."""


class DelegationUnknown(Unknown):
    """The grant has no such delegation."""


class DelegationIsOver(Conflict):
    """The delegation has ended."""


class NothingTaken(Conflict):
    """What the case was about was given back before."""


class MeasureNotAllowed(Unmet):
    """The outcome does not allow this measure on data or entry."""


class ItemNotBeforeTheTask(Unmet):
    """A body serves again only data that lies before it: this task is not, or no longer, about that item."""


class TakesTheWholeDataset(Unmet):
    """The article that is named makes this decision one about the whole dataset, never about single items."""


class AlreadyWithdrawn(Conflict):
    """Whoever filed the case took it back before; the bodies verify on."""


class NothingToReview(Conflict):
    """The question whether to suspend is open already, or no longer has a place."""


class ConsultationNotOver(Unmet):
    """The result of a public consultation is known only when its time is over."""


class AnswerBarred(Unmet):
    """The law rules out this answer because of another answer of the draft."""


class ClassIsSettled(Conflict):
    """The class of the entry was agreed or decided, and binds."""


class ClassNotSettled(Conflict):
    """The class of the entry is still open: no class was agreed or decided that could be referred."""


class ClassUnknown(Unmet):
    """The city's law knows no such class."""


class NoOtherClass(Unmet):
    """The named class is the draft's own."""


class NotItsTurn(Conflict):
    """Another update of the same entry goes first; until it is over nothing is submitted and nothing goes on."""


class DataIsRestricted(Conflict):
    """An objection keeps the data back, so the entry is published only as that restriction allows."""


class TimeLimitNotAhead(Unmet):
    """The last day that a decision names lies after the day on which it was received, within ten years."""


class TimeLimitNotSet(Unmet):
    """This outcome sets nobody a time limit."""


class TimeLimitMissed(Conflict):
    """What the time limit demands was not done in time."""


class TimeLimitKept(Conflict):
    """What the time limit demands was done in time, or the time is still running."""


class TimeLimitOver(Conflict):
    """The time limit is over."""


class TimeLimitRunning(Conflict):
    """The time limit is not over yet."""


class NotInForce(Conflict):
    """The law has ended, and this is not among the remedies that it leaves open."""


class ItemNotPassed(Unmet):
    """A body grants an item that another body, whose consent is needed too, has not passed."""


class SuspendedUntilVerified(Conflict):
    """The data is suspended until the facts are verified; the answer to the question whether to suspend cannot lift
    that."""


class CannotBeStored(Unmet):
    """What follows from the act is something that PostgreSQL can never store."""


class NobodyCanJudge(Conflict):
    """No version of this system could judge the act; whoever runs the system has settled it, with a reason."""


REFUSALS: Mapping[str, type[Refusal]] = {fact.__name__: fact for kind in KINDS for fact in kind.__subclasses__()}
"""Every refusal, by its name."""
