"""Paths of misuse that is found, of an appeal against it, and of the grant that both are about, for `tests.recording`.

Each act is judged by its receipt; the engine is told at once afterwards, case by case.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from models import acts as a
from models.act_contents import Finding
from rules.procedure_names import MISUSE, MISUSE_APPEAL
from rules.vocabulary import TAKEN_BY
from tests.driving import WHATEVER_IS_ASKED
from tests.walking import AGREED, APPLICANT, BOTH_SIGN, Along, Walk

Path_ = Callable[[Walk], Awaitable[None]]
REPORTER = "acc_reporter"
KIND = "unlawful_use"


async def restricted(walk: Walk) -> tuple[str, Along]:
    """A grant, in the engine, and the case in which its provider restricted it and published what it found."""
    await walk.file()
    await walk.decide(*AGREED[walk.city], *BOTH_SIGN)
    access = await walk.access()
    report = await filed(walk, MISUSE, REPORTER, {"misuse": KIND})
    number = await walk.driver.pool.fetchval("select case_number from cases where case_id = $1", access)
    finding = Finding(named=number, misuse=KIND, left_items=("name",))
    stated = WHATEVER_IS_ASKED | {"misused_grant", "misuse", "left_items"}
    found = await report.on("provider_verification", a.Decide, outcome="restrict", given=stated, finding=finding)
    assert found == "accepted"
    await walk.tell(access)
    return access, report


async def appealed(walk: Walk, report: Along) -> Along:
    """The appeal of the grant's user against what the provider took, which the authority upholds."""
    appeal = await filed(walk, MISUSE_APPEAL, APPLICANT.account, {TAKEN_BY: "provider"}, caused_by=report.case_id)
    await appeal.decide(("hearing", "uphold"))
    await walk.tell(report.case_id)
    return appeal


async def filed(
    walk: Walk, procedure: str, party: str, choices: Mapping[str, str], caused_by: str | None = None
) -> Along:
    """A case beside the walk's own, about the same data."""
    case = Along(walk, f"{walk.case_id}-{procedure}")
    await walk.driver.file(
        walk.city,
        procedure=procedure,
        party=party,
        case_id=case.case_id,
        choices=choices,
        given=("statement",),
        content={"statement": "to be read by people only"},
        caused_by=caused_by,
    )
    await walk.begun(case.case_id)
    return case


async def misuse(walk: Walk) -> None:
    """Found, published, and taken back."""
    _, report = await restricted(walk)
    await appealed(walk, report)
    walk.kept = report.case_id


async def appeal(walk: Walk) -> None:
    _, report = await restricted(walk)
    walk.kept = (await appealed(walk, report)).case_id


async def curtailed(walk: Walk) -> None:
    """The grant meets the measure, then is as it was granted, until its user gives it back."""
    access, report = await restricted(walk)
    await appealed(walk, report)
    await walk.tell(access)
    assert await walk.do(a.Renounce, case_id=access) == "accepted"


async def violation(walk: Walk) -> None:
    """Published though the grant is over, appealed against, and corrected."""
    await walk.file()
    await walk.decide(*AGREED[walk.city], *BOTH_SIGN)
    access = await walk.access()
    assert await walk.do(a.Renounce, case_id=access) == "accepted"
    report = await filed(walk, MISUSE, REPORTER, {"misuse": KIND})
    number = await walk.driver.pool.fetchval("select case_number from cases where case_id = $1", access)
    stated = WHATEVER_IS_ASKED | {"misused_grant", "misuse"}
    finding = Finding(named=number, misuse=KIND)
    found = await report.on("provider_verification", a.Decide, outcome="violation", given=stated, finding=finding)
    assert found == "accepted"
    await appealed(walk, report)
    walk.kept = report.case_id


EVERYWHERE: Mapping[str, Path_] = {}
BY_CITY: Mapping[str, Mapping[str, Path_]] = {
    "nanning": {},
    "yulin": {},
    "guangzhou": {"misuse": misuse, "misuse-appeal": appeal, "curtailed": curtailed, "violation": violation},
    "lianyungang": {},
    "nanjing": {},
}
