"""What is done once a year, by pages: a body begins its plan, states its parts, and everybody reads it."""

from __future__ import annotations

import pytest

from tests.api.calling import Service
from tests.pages.reviewing import decided
from tests.pages.visiting import Front

PLAN = "Ten more datasets of buses"


# The first case of a body and a year has one id, and the engine is shared: another test takes another body.
@pytest.mark.parametrize(("language", "body"), [("zh", "nanning.water"), ("en", "nanning.education")])
async def test_a_body_begins_and_submits_its_plan_and_everybody_reads_it(
    working: Front, service: Service, language: str, body: str
) -> None:
    officer = await working.logged_in(f"reviewer@{body}", language)
    await officer.visit("/desk/years")
    await officer.send("year", year="2027")
    assert "/cases/" in officer.path, officer.text()
    found = await service.as_(f"reviewer@{body}").read("/v1/cases", procedure="opening_plan")
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


async def test_a_finding_is_put_before_a_body_and_every_body_reads_the_result(working: Front, service: Service) -> None:
    authority = await working.logged_in("reviewer@yulin.authority", "en")
    await authority.visit("/desk/years")
    await authority.send("year", year="2026")
    (case,) = (await service.as_("reviewer@yulin.authority").read("/v1/cases", procedure="evaluation"))["items"]
    assert case["case_number"] in authority.path
    case = await decided(working, service, case, "assessment", "report", opening_work="Good", use_effect="Small")
    await authority.visit("/desk/years")
    await authority.send("statement", case_id=case["case_id"], body="yulin.transport", statement=PLAN)
    assert PLAN in authority.text(), authority.path
    await decided(working, service, case, "publication", "make_known")
    officer = await working.logged_in("reviewer@yulin.transport", "zh")
    await officer.visit("/desk/circulated")
    assert "Small" in officer.text()
    assert PLAN in officer.text()
