"""Officers before their pages, and the API beside them for what others do meanwhile."""

from __future__ import annotations

import re
from typing import Any

from tests.api.calling import Service
from tests.pages.visiting import Front, Visitor

LANGUAGE_OF = {"nanning": "zh", "yulin": "en", "guangzhou": "zh", "lianyungang": "en", "nanjing": "zh"}


async def follow_to(visitor: Visitor, address: str) -> Visitor:
    """The page of this address, a regular expression, if the page has a link there."""
    found = [link.get("href", "") for link in visitor.links() if re.search(address, link.get("href", ""))]
    assert found, f"{visitor.path} leads nowhere like {address}, but to {[e.get('href') for e in visitor.links()]}"
    return await visitor.visit(found[0])


async def before_the_task(visitor: Visitor, number: str, stage: str) -> Visitor:
    """An officer before the page of a task: from any page to the work list, which is searched for the case."""
    await follow_to(visitor, r"/desk$")
    await visitor.send("q", q=number)
    return await follow_to(visitor, rf"/desk/{number}/{stage}\.")


async def task_of(front: Front, login: str, number: str, stage: str) -> Visitor:
    """The same, of an officer who logs in for it."""
    language = LANGUAGE_OF[login.partition("@")[2].partition(".")[0]]
    return await before_the_task(await front.logged_in(login, language), number, stage)


async def decided(front: Front, service: Service, case: Any, stage: str, outcome: str, **said: Any) -> Any:
    """The case after a reviewer of the task's body decided it on its page."""
    caller = service.as_("admin@kaifang")
    case = await caller.read(f"/v1/cases/{case['case_id']}")
    task = next(t for t in case["tasks"] if t["stage"] == stage and t["state"] in ("open", "claimed"))
    visitor = await task_of(front, f"reviewer@{task['body']}", case["case_number"], stage)
    await visitor.send("outcome", button="decide", outcome=outcome, **said)
    if outcome == "sign":
        # The page shows the whole text first; what was read is signed.
        assert visitor.answer.status_code == 200, visitor.text()
        await visitor.send("outcome", button="decide")
    assert visitor.answer.status_code == 200, visitor.text()
    return await caller.read(f"/v1/cases/{case['case_id']}")
