"""What a case takes of a grant and gives back, what it publishes of that, and what the grant meets. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from models import acts as a
from models import events as e
from models import refusals as r
from models.finding import finds_alone
from models.proposal import Proposal
from models.state import CaseState
from models.task_state import TaskState
from rules.pinned_stages import GrantEffect, Outcome, RecordEffect

NOTHING_TAKEN = "none"
"""What a finding does to a grant, in the read model."""


@dataclass(frozen=True, slots=True)
class Curtailment:
    """What a case has taken of a grant: everything, or all but these items and this mode; none named: as granted."""

    effect: GrantEffect
    data_items: tuple[str, ...] = ()
    access_mode: str | None = None

    @property
    def closes(self) -> bool:
        return self.effect is GrantEffect.CLOSE

    def leaves(self, items: tuple[str, ...], mode: str) -> bool:
        """Whether all of these items may still be fetched in this way, as far as this case goes."""
        if self.closes or (self.access_mode and self.access_mode != mode):
            return False
        return not self.data_items or set(items) <= set(self.data_items)


def move_grant(proposal: Proposal, task: TaskState, outcome: Outcome, act: a.Decide) -> None:
    """Takes of the grant what the decision says, or gives back what the cause of the case has taken, and publishes or
    corrects that. Raises NothingTaken."""
    if finds_alone(outcome):
        _find_misuse(proposal, task, outcome, act)
        return
    if outcome.grant is None:
        return
    if outcome.grant is GrantEffect.RESTORE:
        if proposal.state.caused_by is None or proposal.state.gives_back:
            raise r.NothingTaken(field="outcome")
        proposal.add(
            e.RestorationOrdered(
                at=act.received_at,
                act=act.id,
                by=act.by.account,
                of_case=proposal.state.caused_by,
                corrects=outcome.record is RecordEffect.CORRECT,
            )
        )
        return
    assert act.finding, "a decision that names no grant lacks what its outcome demands"
    assert act.finding.grant, "a grant that is not known is refused before"
    proposal.add(
        e.GrantCurtailed(
            at=act.received_at,
            act=act.id,
            by=act.by.account,
            body=task.body,
            grant=act.finding.grant.grant,
            effect=outcome.grant,
            data_items=act.finding.left_items,
            access_mode=act.finding.left_mode,
            misuse=act.finding.misuse,
            stage=task.stage,
            outcome=outcome.outcome,
            **outcome.citation.model_dump(include={"source", "article", "basis"}),
        )
    )
    if outcome.record is RecordEffect.PUBLISH:
        proposal.add(e.MisusePublished(at=act.received_at, act=act.id))


def _find_misuse(proposal: Proposal, task: TaskState, outcome: Outcome, act: a.Decide) -> None:
    """Puts on record, and publishes, what was found where no grant is left to take something of."""
    grant = act.finding.grant if act.finding else None
    proposal.add(
        e.MisuseFound(
            at=act.received_at,
            act=act.id,
            by=act.by.account,
            body=task.body,
            grant=grant.grant if grant else None,
            grantee=grant.grantee if grant else None,
            misuse=act.finding.misuse if act.finding else None,
            stage=task.stage,
            outcome=outcome.outcome,
            **outcome.citation.model_dump(include={"source", "article", "basis"}),
        )
    )
    proposal.add(e.MisusePublished(at=act.received_at, act=act.id))


def given_back(cause: CaseState, ordered: e.RestorationOrdered, by_case: str) -> list[e.Event]:
    """What the log of the cause of an appeal has once that is upheld: what was taken is given back, what was published
    is corrected; nothing where that was done before."""
    found: list[e.Event] = []
    if cause.curtailed and not cause.restored_at:
        found.append(e.GrantRestored(number=cause.number + 1, at=ordered.at, by_case=by_case))
    # What was taken and given back stands corrected with that; a finding took nothing.
    stands = bool(found) if cause.curtailed else cause.misuse_found is not None
    if ordered.corrects and cause.made_public_at and not cause.corrected_at and stands:
        number = cause.number + len(found) + 1
        found.append(e.PublicationCorrected(number=number, at=ordered.at, by_case=by_case))
    return found


def meet_curtailment(proposal: Proposal, act: a.Curtail) -> None:
    """The log of the grant has what another case has taken of it."""
    met = e.CurtailmentMet(
        at=act.received_at,
        act=act.id,
        by_case=act.by_case,
        effect=GrantEffect(act.effect),
        data_items=act.data_items,
        access_mode=act.access_mode,
    )
    if act.by_case not in proposal.state.curtailments:
        proposal.add(met)


def meet_curtailment_no_more(proposal: Proposal, act: a.LiftCurtailment) -> None:
    """The log of the grant has that the other case gives it back."""
    if act.by_case in proposal.state.curtailments:
        proposal.add(e.CurtailmentLifted(at=act.received_at, act=act.id, by_case=act.by_case))
