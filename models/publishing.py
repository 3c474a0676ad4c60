"""What a decision makes known of the words of its case, and the figures by which it goes. Pure."""

from __future__ import annotations

from models import acts as a
from models import events as e
from models import refusals as r
from models.proposal import Proposal
from models.task_state import TaskState
from rules.pinned_stages import Outcome


def pin_figures(proposal: Proposal, task: TaskState, outcome: Outcome, act: a.Decide) -> None:
    """The log has the figures by which it was decided, with their digest. Raises FiguresNotCounted."""
    if not outcome.pins_figures:
        return
    if act.figures is None:
        raise r.FiguresNotCounted(field="outcome")
    proposal.add(
        e.FiguresPinned(
            at=act.received_at,
            act=act.id,
            stage=task.stage,
            figures=act.figures,
            digest=act.figures.digest(),
        )
    )


def make_known(proposal: Proposal, outcome: Outcome, act: a.Decide) -> None:
    """What a stage was last decided with is known to whom the rules name, from the receipt of this decision on."""
    if outcome.publishes is None:
        return
    decided = [
        task.decided_by_event
        for task in proposal.state.tasks.values()
        if task.stage == outcome.publishes.stage and task.decided_by_event
    ]
    assert decided, "the loader refuses a pack that publishes a stage which nobody has decided yet"
    proposal.add(
        e.ResultPublished(
            at=act.received_at,
            act=act.id,
            stage=outcome.publishes.stage,
            decided_by_event=max(decided),
            audience=outcome.publishes.to,
            **outcome.citation.model_dump(include={"source", "article", "basis"}),
        )
    )
