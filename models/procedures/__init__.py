"""The legal procedures that the system runs, one file each, readable beside its articles: the one list by which
receipt, engine and readers go."""

from __future__ import annotations

from models.acts import KINDS, ReceivedAct
from models.procedure import JudgedBy, Procedure
from models.procedures.access import ACCESS
from models.procedures.access_request import ACCESS_REQUEST
from models.procedures.account_change import ACCOUNT_CHANGE
from models.procedures.catalogue_update import CATALOGUE_UPDATE
from models.procedures.contact_change import CONTACT_CHANGE
from models.procedures.demand import DEMAND
from models.procedures.emergency_upkeep import EMERGENCY_UPKEEP
from models.procedures.evaluation import EVALUATION
from models.procedures.improvement import IMPROVEMENT
from models.procedures.leak import LEAK
from models.procedures.misuse import MISUSE
from models.procedures.misuse_appeal import MISUSE_APPEAL
from models.procedures.objection import OBJECTION
from models.procedures.opening_elsewhere import OPENING_ELSEWHERE
from models.procedures.opening_focus import OPENING_FOCUS
from models.procedures.opening_plan import OPENING_PLAN
from models.procedures.openness_review import OPENNESS_REVIEW
from models.procedures.quality_check import QUALITY_CHECK
from models.procedures.rectification import RECTIFICATION
from models.procedures.sharing_request import SHARING_REQUEST
from models.procedures.use_report import USE_REPORT

PROCEDURES: tuple[Procedure, ...] = (
    ACCESS_REQUEST,
    ACCESS,
    OBJECTION,
    LEAK,
    CATALOGUE_UPDATE,
    DEMAND,
    OPENNESS_REVIEW,
    EMERGENCY_UPKEEP,
    RECTIFICATION,
    MISUSE,
    MISUSE_APPEAL,
    QUALITY_CHECK,
    OPENING_FOCUS,
    OPENING_PLAN,
    EVALUATION,
    IMPROVEMENT,
    ACCOUNT_CHANGE,
    CONTACT_CHANGE,
    USE_REPORT,
    OPENING_ELSEWHERE,
    SHARING_REQUEST,
)
BY_NAME: dict[str, Procedure] = {procedure.name: procedure for procedure in PROCEDURES}

ANSWERS_NOTHING: tuple[str, ...] = tuple(
    kind.model_fields["kind"].default
    for kind in KINDS
    if all(procedure.judged_by(kind) is JudgedBy.RECEIPT_ALONE for procedure in PROCEDURES)
)
"""The kinds of acts that move nothing in any procedure: a task on which nothing else waits is as overdue as if nothing
did."""


def concerned_by(kind: type[ReceivedAct]) -> list[str]:
    """The names of the procedures whose open cases receive this kind of act when another case acts on their data."""
    return [procedure.name for procedure in PROCEDURES if kind in procedure.concerned_by]
