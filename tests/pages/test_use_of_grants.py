"""The use of a grant by pages: what is owed is reported, an own record is kept, an inspection is put on record."""

from __future__ import annotations

import pytest

from rules.deadlines import to_shanghai
from tests.api.calling import Service
from tests.api.test_five_cities import granted
from tests.api.test_use_reports import CITED, RESULT, USED
from tests.pages.visiting import Front, Visitor


async def at_its_grant(front: Front, service: Service, city: str, language: str) -> Visitor:
    applicant = service.as_("applicant@demo")
    case = await granted(service, applicant, city)
    access = await applicant.read(f"/v1/cases/{case['granted']['access_case_id']}")
    visitor = await front.logged_in("applicant@demo", language)
    await visitor.visit(f"/my/grants/{access['case_number']}")
    return visitor


@pytest.mark.parametrize(("city", "language"), [("nanning", "zh"), ("nanjing", "en")])
async def test_a_user_reports_before_it_is_owed_and_whoever_assesses_reads_it(
    working: Front, service: Service, city: str, language: str
) -> None:
    visitor = await at_its_grant(working, service, city, language)
    assert ("每180日反馈一次" if language == "zh" else "every 180 days") in visitor.text()
    grant = visitor.path
    await visitor.send("use-reports")
    assert visitor.path.endswith("/use-report"), visitor.text()
    number = visitor.path.split("/")[-2]
    assert ("obtained_on" in visitor.form("use-report").names()) == (city == "nanjing")

    results, source = RESULT["results"], CITED["source_cited"]
    await visitor.send("use-report", uses=USED, results=results)
    assert visitor.answer.status_code == 422
    assert USED in visitor.text()
    assert ("第二十六条第二款" if language == "zh" else "article 27, paragraph 4") in visitor.text()
    filled_in = {"uses": USED, "results": results, "source_cited": source}
    if city == "nanjing":
        filled_in["obtained_on"] = to_shanghai(await service.app.state.runtime.now()).date().isoformat()
    await visitor.send("use-report", files=(), button=None, **filled_in)

    assert visitor.path.endswith(f"/cases/{number}"), visitor.text()
    await visitor.visit(grant)
    assert number in visitor.text()
    assert ("待评估" if language == "zh" else "to be assessed") in visitor.text()
    body = "nanning.transport" if city == "nanning" else "nanjing.authority"
    officer = await working.logged_in(f"reviewer@{body}", language)
    await officer.visit(f"/desk/{number}/assessment.1")
    assert USED in officer.text()
    await officer.visit(f"/cases/{number}/use-report")
    assert officer.answer.status_code in (403, 404)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_own_record_and_an_inspection_are_read_by_user_and_authority(
    working: Front, service: Service, language: str
) -> None:
    visitor = await at_its_grant(working, service, "guangzhou", language)
    today = to_shanghai(await service.app.state.runtime.now()).date().isoformat()
    number = visitor.path.split("/")[-1]
    await visitor.send("use-records", used_on="2099-01-01", text=USED)
    assert visitor.answer.status_code == 422
    assert USED in visitor.text()
    await visitor.send("use-records", used_on=today, text=USED)
    assert visitor.path.endswith(number), visitor.text()
    assert USED in visitor.text()

    officer = await working.logged_in("reviewer@guangzhou.authority", language)
    await officer.visit(f"/desk/grants/{number}")
    assert USED in officer.text()
    await officer.send("inspections", inspected_on=today, finding="in_order")
    assert officer.answer.status_code == 422
    await officer.send("inspections", inspected_on=today, finding="in_order", text="Keys are kept apart")
    assert "Keys are kept apart" in officer.text()
    await visitor.visit(visitor.path)
    assert "Keys are kept apart" in visitor.text()
