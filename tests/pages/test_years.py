"""What is done once a year, by pages: a body begins its plan, states its parts, and everybody reads it."""

from __future__ import annotations

import pytest

from tests.api.calling import Service
from tests.pages.reviewing import decided
from tests.pages.visiting import Front

PLAN = "Ten more datasets of buses"


# The first case of a body and a year has one id, and the engine is shared: another test takes another year.
@pytest.mark.parametrize(("language", "year"), [("zh", "2026"), ("en", "2027")])
async def test_a_body_begins_and_submits_its_plan_and_everybody_reads_it(
    working: Front, service: Service, language: str, year: str
) -> None:
    officer = await working.logged_in("reviewer@nanning.transport", language)
    await officer.visit("/desk/years")
    await officer.send("year", year=year)
    assert "/cases/" in officer.path, officer.text()
    found = await service.as_("reviewer@nanning.transport").read("/v1/cases", procedure="opening_plan")
    (case,) = found["items"]
    assert case["case_number"] in officer.path
    case = await decided(working, service, case, "submission", "submit", plan=PLAN)
    assert case["outcome"] == "submitted"
    visitor = working.visitor(language)
    await visitor.visit("/nanning/years")
    assert PLAN in visitor.text()


async def test_a_city_that_has_published_nothing_says_so(front: Front) -> None:
    visitor = front.visitor("en")
    await visitor.visit("/yulin/years")
    assert "Nothing is published" in visitor.text()
