"""Paths of data that departments share: given by its class, determined, refused, and determined for another unit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from activities.record.filings import Filing
from models import acts as a
from models.sharing import DEPARTMENT, OTHER_UNIT
from rules.deadlines import to_shanghai
from rules.resolving import resolve
from tests.walking import APPLICANT, Walk

Path_ = Callable[[Walk], Awaitable[None]]
WALL, CALLS = "nanjing-culture-city-wall-monitoring", "nanjing-health-emergency-calls"
SIGNED = (("operator_signature", "sign"), ("requester_signature", "sign"))


async def filed(walk: Walk, dataset_id: str, *items: str, by: str = DEPARTMENT) -> None:
    """The transport department has asked for it, or another unit."""
    driver, city, body = walk.driver, walk.city, f"{walk.city}.transport"
    clerk = await driver.pool.fetchval("select account_id from accounts where login = $1", f"reviewer@{body}")
    known = "select provider, entry ->> 'sharing_class' as sharing_class from datasets where dataset_id = $1"
    dataset = await driver.pool.fetchrow(known, dataset_id)
    assert dataset
    choices = {"asked_by": by, "sharing_class": dataset["sharing_class"], "access_mode": "api"}
    bodies = {role: f"{city}.{role}" for role in ("operator", "authority", "government")}
    asking = {"requester": body} if by == DEPARTMENT else {}

    def filing(received_at: datetime) -> Filing:
        rules = resolve(driver.pack(city), "sharing_request", to_shanghai(received_at).date())
        return Filing(
            rules=rules,
            party=clerk if by == DEPARTMENT else APPLICANT.account,
            dataset_id=dataset_id,
            bodies={**bodies, **asking, "provider": dataset["provider"]},
            data_items=items,
            choices=choices,
            given=frozenset({"purpose", "access_mode"}),
            for_body=body if by == DEPARTMENT else None,
        )

    content = dict.fromkeys(("purpose", "scenario", "safeguards"), "to be read by people only")
    await driver.inbox.receive_filing(walk.case_id, "sharing_request", content, filing)
    await driver.engine.hand_over(walk.case_id, driver.patience)
    # What is granted with its receipt never comes to the engine.
    if not (await driver.state(walk.case_id)).closed:
        await walk.begun(walk.case_id)


async def by_class(walk: Walk) -> None:
    """What all departments share, which the asker then gives back."""
    await filed(walk, WALL, "point_code")
    access = await walk.access()
    body = f"{walk.city}.transport"
    assert await walk.do(a.Renounce, a.Actor(account="acc_colleague", body=body), case_id=access) == "accepted"


async def determined(walk: Walk) -> None:
    """One body is against it, and the authority determines to share."""
    await filed(walk, CALLS, "called_at")
    await walk.decide(("operator_opinion", "against"), ("provider_opinion", "in_favour"), ("determination", "share"))
    await walk.decide(*SIGNED)


async def not_shared(walk: Walk) -> None:
    """The authority determines not to share."""
    await filed(walk, CALLS)
    await walk.decide(("operator_opinion", "in_favour"), ("provider_opinion", "against"))
    await walk.decide(("determination", "do_not_share"))


async def for_a_unit(walk: Walk) -> None:
    """Another unit asks, and the city government determines to share."""
    await filed(walk, CALLS, "called_at", by=OTHER_UNIT)
    await walk.decide(("authority_opinion", "in_favour"), ("provider_opinion_on_unit", "in_favour"))
    await walk.decide(("determination_on_unit", "share"), *SIGNED)


EVERYWHERE: Mapping[str, Path_] = {}
BY_CITY: Mapping[str, Mapping[str, Path_]] = {
    "nanning": {},
    "yulin": {},
    "guangzhou": {},
    "lianyungang": {},
    "nanjing": {
        "shared-by-class": by_class,
        "shared": determined,
        "not-shared": not_shared,
        "shared-with-a-unit": for_a_unit,
    },
}
