"""Conflict of interest (回避) on the pages: an officer sees its own case as any party does, and no way to decide it."""

from __future__ import annotations

import pytest

from tests.api.calling import Service, open_task
from tests.api.conflicting import also_applies, look, serves_alone
from tests.pages.reviewing import task_of
from tests.pages.visiting import Front

OFFICER, COLLEAGUE = "reviewer@nanning.operator", "reviewer2@nanning.operator"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_officer_finds_no_way_to_decide_its_own_request(
    working: Front, service: Service, language: str
) -> None:
    officer = await also_applies(service, OFFICER)
    case = await officer.file("nanning")
    number, prefix = case["case_number"], "/en" if language == "en" else ""

    visitor = await working.logged_in(OFFICER, language)
    await visitor.visit(f"{prefix}/desk?q={number}")
    assert not [e for e in visitor.links() if f"/desk/{number}/" in e.get("href", "")]
    await visitor.visit(f"{prefix}/cases/{number}")
    assert visitor.answer.status_code == 200
    assert not [e for e in visitor.links() if f"/desk/{number}/" in e.get("href", "")]
    assert (await visitor.visit(f"{prefix}/desk/{number}/formal_review.1")).answer.status_code == 404

    colleague = await task_of(working, COLLEAGUE, number, "formal_review")
    assert colleague.answer.status_code == 200
    assert "outcome" in colleague.form("outcome").names()


@pytest.mark.parametrize(("language", "said"), [("zh", "均须回避"), ("en", "had a side in the case")])
async def test_the_case_says_that_another_body_decides_and_why(
    working: Front, service: Service, language: str, said: str
) -> None:
    officer = await also_applies(service, OFFICER)
    case = await officer.file("nanning")
    await serves_alone(service, OFFICER)
    assert await look(service) == 1
    visitor = await working.logged_in(OFFICER, language)
    await visitor.visit(f"{'/en' if language == 'en' else ''}/cases/{case['case_number']}/log")
    assert said in visitor.text()

    task = open_task(await officer.read(f"/v1/cases/{case['case_id']}"), "formal_review")
    assert task["body"] == "nanning.authority"
    authority = await task_of(working, "reviewer@nanning.authority", case["case_number"], "formal_review")
    assert "outcome" in authority.form("outcome").names()
