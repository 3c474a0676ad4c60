"""Who reports a leak (泄露事件), or misuse (举报), by the law of its city, and on what. Pure.

Where the law has users of data report, they report on a dataset to its provider; where it is about what the platform
knows of its users, its operator reports, and on no dataset.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from models import refusals as r
from rules.admissibility import Inadmissible
from rules.pinned import APPLICANT
from rules.procedure_rules import PROVIDER, ProcedureRules
from rules.vocabulary import FOUND_BY

REVIEWER = "reviewer"
OPERATOR = "operator"
AUTHORITY = "authority"
FINDER = "finder"
"""The role of a body that found misuse of data."""
BY_REPORT, BY_A_BODY, BY_AN_ASSESSMENT = "report", "body", "assessment"
"""How misuse came to be known."""
DATASET = "dataset_id"
OF_DATA = (DATASET, "data_items")
"""What only a report on data names."""


def may_report(rules: ProcedureRules, roles: Collection[str], body: str | None, bodies: Mapping[str, str]) -> None:
    """An applicant reports on data, on what the platform knows an officer of the operator; `bodies` are the city's.

    Raises RoleRequired, OperatorReports.
    """
    if rules.is_about_data:
        if APPLICANT not in roles:
            raise r.RoleRequired(roles=APPLICANT)
        return
    if REVIEWER not in roles:
        raise r.RoleRequired(roles=REVIEWER)
    if body != bodies[OPERATOR]:
        raise r.OperatorReports()


def about_the_wrong_thing(rules: ProcedureRules, stated: Collection[str]) -> Inadmissible | None:
    """The field by which a report is about no dataset, or about one, and the law has it otherwise."""
    if rules.is_about_data:
        return None if DATASET in stated else Inadmissible(DATASET, "missing_here", None)
    named = next((field for field in OF_DATA if field in stated), None)
    return Inadmissible(named, "no_dataset_concerned", None) if named else None


def not_of_its_users(openness: str, ever_granted: bool) -> list[Inadmissible]:
    """Everybody uses what is open to all, conditional data whoever has or had a grant; nobody else reports on it."""
    if openness == "conditional" and not ever_granted:
        return [Inadmissible(DATASET, "never_granted", None)]
    return []


def may_report_misuse(roles: Collection[str]) -> None:
    """Anybody reports misuse, for itself or as an officer of a body that found it. Raises RoleRequired."""
    if not {APPLICANT, REVIEWER} & set(roles):
        raise r.RoleRequired(roles=f"{APPLICANT}|{REVIEWER}")


def who_found(body: str | None, bodies: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """How misuse came to be known, and the bodies of its case: a body that found it has a part, unless it is the
    provider, which verifies it anyway."""
    if body is None or body == bodies[PROVIDER]:
        return BY_REPORT, bodies
    return BY_A_BODY, {**bodies, FINDER: body}


def who_assessed(rules: ProcedureRules, body: str, bodies: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """The same where an assessment of the use found it: a way of its own where the law of the city has one."""
    found_by, bodies = who_found(body, bodies)
    return (BY_AN_ASSESSMENT if rules.choice(FOUND_BY, BY_AN_ASSESSMENT) else found_by), bodies


def who_took(body: str, bodies: Mapping[str, str]) -> str:
    """By whose measure something was taken of a grant: the authority's, or the provider's and whoever acted for it."""
    return AUTHORITY if body == bodies.get(AUTHORITY) else PROVIDER
