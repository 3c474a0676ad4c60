"""Whoever has a case sees who read what of it, and supervisors see what their officers read."""

from __future__ import annotations

import pytest

from tests.api.calling import Service
from tests.pages.visiting import Front

REVIEWER = "reviewer@nanning.operator"


@pytest.mark.parametrize(("language", "part"), [("en", "texts"), ("zh", "文字材料")])
async def test_a_person_sees_which_officer_looked_at_a_page_of_the_case(
    front: Front, service: Service, language: str, part: str
) -> None:
    number = (await service.as_("applicant@demo").file("nanning"))["case_number"]
    applicant = await front.logged_in("applicant@demo", language)
    prefix = "/en" if language == "en" else ""
    await applicant.visit(f"{prefix}/my/data")
    assert REVIEWER not in applicant.text()
    officer = await front.logged_in(REVIEWER)
    await officer.visit(f"/en/cases/{number}")
    assert officer.answer.status_code == 200
    await applicant.visit(f"{prefix}/my/data")
    for said in (number, REVIEWER, part):
        assert said in applicant.text()
    supervisor = await front.logged_in("supervisor@nanning.authority", language)
    await supervisor.visit(f"{prefix}/supervision/readings")
    for said in (number, REVIEWER, part):
        assert said in supervisor.text()


async def test_the_way_to_what_officers_read_is_there_for_supervisors_alone(front: Front) -> None:
    supervisor, officer = await front.logged_in("supervisor@nanning.authority"), await front.logged_in(REVIEWER)
    for somebody, is_there in ((supervisor, True), (officer, False)):
        await somebody.visit("/en/supervision")
        assert any(each.get("href") == "/en/supervision/readings" for each in somebody.links()) is is_there
    assert (await officer.visit("/en/supervision/readings")).answer.status_code == 403
