"""What was filed late, on pages: the case and the task say by when it was wanted and by which article, and who
supervises finds it on the board."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from rules.deadlines import to_shanghai
from tests.api.calling import Service
from tests.pages.test_reading_a_case import is_well_made
from tests.pages.visiting import Front

LATE = {"zh": "逾期提出", "en": "filed late"}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_what_is_filed_late_is_seen_by_body_and_supervisor(
    working: Front, service: Service, language: str
) -> None:
    clerk = service.as_("reviewer@nanning.transport")
    today = to_shanghai(await service.app.state.runtime.now()).date()
    datasets = await clerk.read("/v1/datasets", city="nanning", provider="nanning.transport", limit=1)
    form = {
        "city": "nanning",
        "dataset_id": datasets["items"][0]["dataset_id"],
        "trigger": "law_revised",
        "occurred_on": f"{today - timedelta(days=60)}",
        "statement": "A law has changed",
    }
    answer = await clerk.post("/v1/catalogue-updates", form, str(uuid.uuid4()))
    assert answer.status_code == 201, answer.text
    number = answer.json()["case_number"]

    officer = await working.logged_in("reviewer@nanning.transport", language)
    await officer.visit(f"/cases/{number}")
    is_well_made(officer, language)
    assert LATE[language] in officer.text()
    await officer.visit(f"/desk/{number}/compilation.1")
    assert LATE[language] in officer.text()
    await officer.visit("/desk/cases?filed=late")
    assert number in officer.text()

    supervisor = await working.logged_in("supervisor@nanning.authority", language)
    await supervisor.visit("/supervision")
    address = next(str(link.get("href")) for link in supervisor.links() if "/filed-late" in str(link.get("href")))
    await supervisor.visit(address)
    is_well_made(supervisor, language)
    assert number in supervisor.text()
