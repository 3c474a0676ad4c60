"""Why an act is not accepted: each a fact with a stable name, which becomes the `type` of a problem document."""

from __future__ import annotations


class Refusal(Exception):
    """An act that the log cannot take. `field` names the part of the act that a rule speaks of, `rule` the article."""

    def __init__(self, field: str | None = None, rule: str | None = None, **params: str) -> None:
        self.field = field
        self.rule = rule
        self.params = params
        super().__init__(self.code)

    @property
    def code(self) -> str:
        return type(self).__name__

    def details(self) -> dict[str, str]:
        """What the problem document says beside the code: codes and ids only, for it passes through the engine."""
        named = {"field": self.field, "rule": self.rule}
        return {**{k: v for k, v in named.items() if v is not None}, **self.params}


class CaseClosed(Refusal):
    """The case is closed; nothing more can be added to it."""


class ProcedureKnowsNoSuchAct(Refusal):
    """The procedure of this case has no such act."""


class NoSuchTask(Refusal):
    """The case has no such task."""


class TaskAlreadyDecided(Refusal):
    """Somebody decided the task before."""


class TaskCancelled(Refusal):
    """The course of the case made the task void."""


class TaskAlreadyClaimed(Refusal):
    """Another officer of the body has claimed the task."""


class TaskNotClaimed(Refusal):
    """There is no claim to release."""


class TaskNotHeld(Refusal):
    """The officer that is named has the task no more."""


class NotYourTask(Refusal):
    """The task lies before another body or party."""


class PartyToTheCase(Refusal):
    """Whoever is the party of a case acts for no body in it."""


class NotYourCase(Refusal):
    """Only the party that filed the case may do this."""


class OutcomeNotAllowed(Refusal):
    """The stage knows no such outcome."""


class RequirementMissing(Refusal):
    """The outcome demands something that was not given, such as a reason or a legal basis."""


class AgreementNotStated(Refusal):
    """What is signed is not stated yet by who has to state it, so there is nothing to sign."""


class AccessModeNotAllowed(Refusal):
    """The city's law does not let conditional data be obtained in this way."""


class ChoiceNotOnRequest(Refusal):
    """The city's law does not let an applicant choose this."""


class EnoughNotes(Refusal):
    """A case takes only so many notes: a log that grows without end would jam its case."""


class EnoughUrgings(Refusal):
    """A case takes only so many urgings, for the same reason."""


class UrgingNotYours(Refusal):
    """The city's rules say who may urge, and it is not this account."""


class OnlyBodiesAreUrged(Refusal):
    """The task lies before the party, whom nobody has the right to urge."""


class EnoughKeys(Refusal):
    """A grant takes only so many keys."""


class RequestNotAmendable(Refusal):
    """Only a resubmission changes a choice; a supplement completes, and may leave out items until a body has set terms
    on them."""


class TermsNotAllowed(Refusal):
    """Only a body that decides about the request sets the terms of a grant."""


class ItemNotRequested(Refusal):
    """Access can be granted only to items that were asked for."""


class NothingToCorrect(Refusal):
    """There is no decision of this body that a correction could replace."""


class NextBodyHasActed(Refusal):
    """A decision can be corrected only until the next body has acted on it."""


class NothingAsked(Refusal):
    """Nobody asked the applicant for a supplement."""


class SupplementAlreadyAsked(Refusal):
    """A supplement is asked for and has not come yet."""


class OpinionAlreadyAsked(Refusal):
    """The experts have been asked at this stage and have not answered yet."""


class OfficerNotOfThisBody(Refusal):
    """A task can be reassigned only to an officer of the body before which it lies."""


class EnoughEvidence(Refusal):
    """A case takes only so many files."""


class ProcessingNotDone(Refusal):
    """Data is opened again after its processing, not before."""


class ProcessedBeforeTheRestriction(Refusal):
    """What was processed before the data was kept back is no processing of it: it is processed anew."""


class AnotherTaskFirst(Refusal):
    """The case cannot go on while a task is open that must be done first."""


class MeasureNotAllowed(Refusal):
    """This decision does nothing to the data."""


class ItemNotBeforeTheTask(Refusal):
    """Data is let go only by a body before which it lies: this task is not, or no more, about that item."""


class TakesTheWholeDataset(Refusal):
    """By the article that is named this takes the dataset, and no items of it."""


class NothingToReview(Refusal):
    """The question whether to suspend lies open already, or has no place any more."""


class ConsultationNotOver(Refusal):
    """What the public thinks is known when it has had the time to say so."""


class AnswerBarred(Refusal):
    """The law rules this answer out by what else the draft answers."""


class ClassIsSettled(Refusal):
    """The class of the entry was agreed or decided, and binds."""


class ClassNotSettled(Refusal):
    """The class of the entry is still open: nothing was agreed or decided that could be referred."""


class ClassUnknown(Refusal):
    """The city's law knows no such class."""


class NoOtherClass(Refusal):
    """The class that is named is the draft's own."""


class NotItsTurn(Refusal):
    """Another update of the same entry goes first; nothing is submitted, and nothing goes on, before that is over."""


class DataIsRestricted(Refusal):
    """An objection keeps the data back, and the entry is published only as that allows."""


class TimeLimitNotAhead(Refusal):
    """The last day that a decision names lies after the day on which it was received, within ten years."""


class TimeLimitNotSet(Refusal):
    """This outcome sets nobody a time limit."""


class TimeLimitMissed(Refusal):
    """What the time limit was set for was not done in time."""


class TimeLimitKept(Refusal):
    """What the time limit was set for was done in time, or still can be."""


class TimeLimitOver(Refusal):
    """The time limit is over."""


class TimeLimitRunning(Refusal):
    """The time limit is not over yet."""


class NotInForce(Refusal):
    """The law has ended, and what it leaves open as a remedy is not this."""


class ItemNotPassed(Refusal):
    """A body grants an item that another, whose yes is needed too, has not passed."""


class SuspendedUntilVerified(Refusal):
    """The data is suspended until the facts are verified, and the question whether to suspend cannot lift that."""


class CannotBeStored(Refusal):
    """What the act makes follow is more, or other, than PostgreSQL can ever hold."""


class NobodyCanJudge(Refusal):
    """No version of this system could judge the act, and whoever runs it has settled it, with a reason."""


REFUSALS = {kind.__name__: kind for kind in Refusal.__subclasses__()}
"""Every refusal, by its name."""
