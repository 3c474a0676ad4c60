"""Platform accounts and contacts by pages: an officer files for its body, and the directory shows what stands."""

from __future__ import annotations

import pytest

from rules.deadlines import to_shanghai
from tests.api.calling import Service
from tests.pages.test_reading_a_case import is_well_made
from tests.pages.visiting import Front


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_officer_files_for_its_body_and_the_directory_shows_it(
    working: Front, service: Service, language: str
) -> None:
    clerk = await working.logged_in("reviewer@nanning.transport", language)
    today = to_shanghai(await service.app.state.runtime.now()).date()
    officer = service.as_("reviewer@nanning.authority")
    for form, stated in (
        ("accounts", {"account_action": "open", "account_user": "Li Si"}),
        ("contacts", {"contact": "Wang Wu", "reached_at": "0771-1234567", "discovered_on": f"{today}"}),
    ):
        await clerk.visit("/supervision/directory")
        address = next(str(link.get("href")) for link in clerk.links() if f"/{form}/new" in str(link.get("href")))
        await clerk.visit(address)
        is_well_made(clerk, language)
        await clerk.send(form, None, (), **stated)
        is_well_made(clerk, language)
        await clerk.send(form, button="file")
        assert clerk.path.endswith("/filed"), clerk.text()
    for task in (await officer.read("/v1/tasks", city="nanning"))["items"]:
        outcome = {"account_answer": "agree", "contact_record": "keep"}.get(task["stage"])
        if outcome:
            await officer.do(f"/v1/tasks/{task['task_id']}/decision", {"outcome": outcome})
    await clerk.visit("/supervision/directory")
    is_well_made(clerk, language)
    assert {"Li Si", "Wang Wu"} <= {name for name in ("Li Si", "Wang Wu") if name in clerk.text()}
