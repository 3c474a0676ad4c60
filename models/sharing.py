"""Sharing between departments (共享): who asks, for what, and how what was shared came to be so. Pure.

Nanjing 21 has three classes of sharing, Nanjing 22 says who asks whom for which of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from models import refusals as r
from rules.admissibility import Inadmissible
from rules.pinned import APPLICANT
from rules.procedure_names import SHARING_REQUEST
from rules.procedure_rules import PROVIDER, ProcedureRules
from rules.vocabulary import SHARING_CLASS

REQUESTER = "requester"
"""The role of a department that asks."""
REVIEWER = "reviewer"
DEPARTMENT, OTHER_UNIT = "department", "other_unit"
WITH_ALL, WITH_NONE, UNSTATED = "unconditional", "none", "unstated"
"""Classes of sharing: with all departments, with none, and that no draft of the entry has named yet."""


class Shared(StrEnum):
    """How data came to be shared with who has it."""

    BY_CLASS = "class"
    """It is for all departments, and nobody decided: it is so as long as the entry has that class."""
    BY_DETERMINATION = "determination"


def class_of(entry: Mapping[str, object]) -> str:
    """The class of sharing of an entry, as a request for its data is handled."""
    return str(entry.get(SHARING_CLASS) or UNSTATED)


def who_asks(rules: ProcedureRules, roles: Collection[str], body: str | None, role: str | None, provider: str) -> str:
    """Whether a department asks, by a reviewer of it, or another unit, by its own account. `role` is that of the body
    in the city, `provider` the department that has the data.

    Raises RoleRequired, AsksItself, DecidesOnSharing.
    """
    if REQUESTER in rules.filed_by and REVIEWER in roles and body is not None:
        if body == provider:
            raise r.AsksItself(field="dataset_id")
        # A department gives an opinion on its own data alone.
        if role != PROVIDER and role in {stage.body for step in rules.steps for stage in step.stages}:
            raise r.DecidesOnSharing(field="city")
        return DEPARTMENT
    if APPLICANT in rules.filed_by and APPLICANT in roles:
        return OTHER_UNIT
    raise r.RoleRequired(roles=f"{APPLICANT}|{REVIEWER}")


def why_not_shared(
    rules: ProcedureRules, asked_by: str, sharing_class: str, params: Mapping[str, object]
) -> Inadmissible | None:
    """Why data of that class is shared with no department; None where whoever asks can ask for it. The classes are
    those of sharing between departments, so another unit may ask for data of any. `params` are reason and basis, as the
    entry has them."""
    if asked_by != DEPARTMENT or sharing_class != WITH_NONE:
        return None
    known = rules.choice(SHARING_CLASS, WITH_NONE)
    return Inadmissible("dataset_id", "not_shared", known.citation if known else None, params)


def shared_by(rules: ProcedureRules, choices: Mapping[str, str]) -> Shared | None:
    """How a request with these choices that is granted shares data; None where it opens it."""
    if rules.procedure != SHARING_REQUEST:
        return None
    return Shared.BY_CLASS if rules.decided_by_law(choices) else Shared.BY_DETERMINATION
