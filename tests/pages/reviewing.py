"""Officers before their pages, and the API beside them for what others do meanwhile."""

from __future__ import annotations

from typing import Any

from tests.api.calling import Service
from tests.pages.visiting import Front, Visitor

LANGUAGE_OF = {"nanning": "zh", "yulin": "en", "guangzhou": "zh", "lianyungang": "en", "nanjing": "zh"}


async def task_of(front: Front, login: str, number: str, stage: str) -> Visitor:
    """An officer before the page of a task, to which the work list led."""
    visitor = await front.logged_in(login, LANGUAGE_OF[login.partition("@")[2].partition(".")[0]])
    await visitor.visit(f"/desk?q={number}" if not visitor.path.startswith("/en") else f"/en/desk?q={number}")
    (link,) = [e.get("href", "") for e in visitor.links() if f"/desk/{number}/{stage}." in e.get("href", "")]
    return await visitor.visit(link)


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
