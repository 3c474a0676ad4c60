"""Paths of what bodies file of themselves: an account that is agreed to after its period, a contact that comes late."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta

from activities.record.filings import Filing
from rules.deadlines import to_shanghai
from rules.resolving import resolve
from tests.walking import Along, Walk

Path_ = Callable[[Walk], Awaitable[None]]


async def filed(walk: Walk, procedure: str, *given: str, on: date | None = None, **choices: str) -> None:
    """A body has filed it."""
    driver, city = walk.driver, walk.city
    clerk = await driver.pool.fetchval("select account_id from accounts where login = $1", f"reviewer@{city}.transport")
    bodies = {"provider": f"{city}.transport", "authority": f"{city}.authority"}

    def filing(received_at: datetime) -> Filing:
        rules = resolve(driver.pack(city), procedure, to_shanghai(received_at).date())
        return Filing(
            rules=rules,
            party=clerk,
            dataset_id="",
            bodies=bodies,
            data_items=(),
            choices=choices,
            given=frozenset({*given, *choices}),
            occurred_on=on,
        )

    content = {"statement": "to be read by people only"}
    await driver.inbox.receive_filing(walk.case_id, procedure, content, filing)
    await driver.engine.hand_over(walk.case_id, driver.patience)
    await walk.begun(walk.case_id)


async def account(walk: Walk) -> None:
    """A new account."""
    await filed(walk, "account_change", "account_user", account_action="open")
    await Along(walk, walk.case_id).decide(("account_answer", "agree"))


async def contact(walk: Walk) -> None:
    """A contact that changed ten days ago."""
    on = await walk.today() - timedelta(days=10)
    await filed(walk, "contact_change", "contact", "reached_at", "discovered_on", on=on)
    await Along(walk, walk.case_id).decide(("contact_record", "keep"))


EVERYWHERE: Mapping[str, Path_] = {}
BY_CITY: Mapping[str, Mapping[str, Path_]] = {
    "nanning": {"account": account, "contact": contact},
    "yulin": {},
    "guangzhou": {},
    "lianyungang": {},
    "nanjing": {},
}
