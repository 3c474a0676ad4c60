"""The workflow of each procedure: what the worker runs, and by which name the engine starts a case."""

from __future__ import annotations

from workflows.access import Access
from workflows.access_request import AccessRequest
from workflows.account_change import AccountChange
from workflows.case import Case
from workflows.catalogue_update import CatalogueUpdate
from workflows.contact_change import ContactChange
from workflows.demand import Demand
from workflows.emergency_upkeep import EmergencyUpkeep
from workflows.evaluation import Evaluation
from workflows.improvement import Improvement
from workflows.leak import Leak
from workflows.misuse import Misuse
from workflows.misuse_appeal import MisuseAppeal
from workflows.objection import Objection
from workflows.opening_elsewhere import OpeningElsewhere
from workflows.opening_focus import OpeningFocus
from workflows.opening_plan import OpeningPlan
from workflows.openness_review import OpennessReview
from workflows.quality_check import QualityCheck
from workflows.rectification import Rectification
from workflows.sharing_request import SharingRequest
from workflows.use_report import UseReport

WORKFLOWS: tuple[type[Case], ...] = (
    AccessRequest,
    Access,
    Objection,
    Leak,
    CatalogueUpdate,
    Demand,
    OpennessReview,
    EmergencyUpkeep,
    Rectification,
    Misuse,
    MisuseAppeal,
    QualityCheck,
    OpeningFocus,
    OpeningPlan,
    Evaluation,
    Improvement,
    AccountChange,
    ContactChange,
    UseReport,
    OpeningElsewhere,
    SharingRequest,
)
WORKFLOW_OF: dict[str, type[Case]] = {workflow.procedure.name: workflow for workflow in WORKFLOWS}
"""Name of a procedure to the workflow that runs its cases."""
