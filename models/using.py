"""What is put on record of the use of data in the case of its grant, and the case that an assessment begins. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from models import acts as a
from models import events as e
from models import refusals as r
from models.demanding import missing
from models.proposal import Proposal
from models.task_state import TaskState
from models.who_may_act import acts_for_itself_alone
from rules.admissibility import Inadmissible
from rules.deadlines import SHANGHAI, to_shanghai
from rules.pinned import Requirement
from rules.pinned_stages import Outcome
from rules.procedure_rules import ProcedureRules

OBTAINED_ON = "obtained_on"
MOST_USE_RECORDS = 2_000
"""Of one grant."""


def record_use(rules: ProcedureRules, proposal: Proposal, act: a.RecordUse) -> None:
    """The log has an entry of the grantee's own record. Raises ProcedureKnowsNoSuchAct, NotYourCase, DayHasNotCome,
    EnoughNotes."""
    if rules.use_records is None:
        raise r.ProcedureKnowsNoSuchAct(field="kind")
    if act.by.account != proposal.state.party:
        raise r.NotYourCase(field="case_id")
    has_come("used_on", act.used_on, act.received_at)
    if proposal.state.use_records >= MOST_USE_RECORDS:
        raise r.EnoughNotes(field="text")
    proposal.add(e.UseRecorded(at=act.received_at, act=act.id, by=act.by.account, used_on=act.used_on))


def inspect(rules: ProcedureRules, proposal: Proposal, act: a.Inspect) -> None:
    """The log has what an inspection found, by a body that the law has supervise the use.

    Raises ProcedureKnowsNoSuchAct, NotYourTask, PartyToTheCase, DayHasNotCome, RequirementMissing.
    """
    rule = rules.inspection
    if rule is None:
        raise r.ProcedureKnowsNoSuchAct(field="kind")
    if act.by.body is None or act.by.body not in {proposal.state.bodies.get(role) for role in rule.by}:
        raise r.NotYourTask(field="case_id")
    acts_for_itself_alone(proposal, act.by)
    has_come("inspected_on", act.inspected_on, act.received_at)
    if "text" not in act.given:
        raise missing(Requirement(any_of=("text",), citation=rule.citation))
    proposal.add(
        e.UseInspected(
            at=act.received_at,
            act=act.id,
            by=act.by.account,
            body=act.by.body,
            inspected_on=act.inspected_on,
            finding=act.finding,
            source=rule.citation.source,
            article=rule.citation.article,
        )
    )


def has_come(field: str, day: date, at: datetime) -> None:
    """Nobody has done tomorrow what is on record today. Raises DayHasNotCome."""
    if day > to_shanghai(at).date():
        raise r.DayHasNotCome(field=field)


def order_case(proposal: Proposal, task: TaskState, outcome: Outcome, act: a.Decide) -> None:
    """A decision begins a case of another procedure, one in the life of its own."""
    state = proposal.state
    if outcome.orders is None or state.ordered_case is not None:
        return
    proposal.add(
        e.CaseOrdered(
            at=act.received_at,
            act=act.id,
            by=act.by.account,
            body=task.body,
            ordered=outcome.orders,
            ordered_case_id=f"{state.case_id}-{outcome.orders}",
        )
    )


def first_report_on(granted_at: datetime, report_days: int) -> date:
    """The day on which the first report is owed: the one after so many days, of which the day of the grant is the
    first."""
    return to_shanghai(granted_at).date() + timedelta(days=report_days)


def held_to(day: date, ended_at: datetime | None) -> bool:
    """Whether a grant that ended then, None: that holds, held until that day began."""
    return ended_at is None or ended_at >= datetime.combine(day, time(), SHANGHAI)


def day_not_obtained(
    rules: ProcedureRules, obtained_on: date | None, at: datetime, granted_at: datetime | None
) -> list[Inadmissible]:
    """Nobody has obtained data tomorrow, or before the day of the grant. Days are of Asia/Shanghai."""
    if obtained_on is None:
        return []
    stages = (stage for step in rules.steps for stage in step.stages)
    asking = (each for stage in stages for o in stage.outcomes for each in o.requires if OBTAINED_ON in each.any_of)
    citation = next((each.citation for each in asking), None)
    if obtained_on > to_shanghai(at).date():
        return [Inadmissible(OBTAINED_ON, "day_in_the_future", citation)]
    if granted_at is not None and obtained_on < to_shanghai(granted_at).date():
        return [
            Inadmissible(OBTAINED_ON, "obtained_before_the_grant", citation, {"on": to_shanghai(granted_at).date()})
        ]
    return []
