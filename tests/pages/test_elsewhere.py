"""The pages of data that is opened outside the platform."""

from __future__ import annotations

import pytest

from tests.api.calling import Service
from tests.pages.visiting import Front

ADDRESS = "https://water.example.cn/flooding"
WHY = "The alarm cannot wait for the platform"


@pytest.mark.parametrize(
    ("language", "late", "filed"), [("zh", "逾期备案", "平台外开放"), ("en", "filed late", "Open elsewhere")]
)
async def test_a_body_files_what_it_opens_elsewhere_and_everybody_reads_it(
    working: Front, service: Service, language: str, late: str, filed: str
) -> None:
    officer = await working.logged_in("reviewer@guangzhou.water", language)
    await officer.visit("/catalogue")
    assert filed in officer.text()
    await officer.visit("/catalogue/guangzhou-water-flooding-points/elsewhere")
    await officer.send("elsewhere", elsewhere=ADDRESS, special_reason=WHY)
    assert ADDRESS in officer.text() or ADDRESS in str(officer.form("elsewhere").values())
    await officer.send("elsewhere", opens_on="2026-01-05")
    assert "/cases/" in officer.path, officer.text()
    assert WHY in officer.text()
    found = await service.as_("reviewer@guangzhou.water").read("/v1/cases", procedure="opening_elsewhere", limit=1)
    case = await service.as_("reviewer@guangzhou.water").read(f"/v1/cases/{found['items'][0]['case_id']}")
    assert case["case_number"] in officer.path
    authority = await working.logged_in("reviewer@guangzhou.authority", language)
    await authority.visit(f"/desk/{case['case_number']}/record.1")
    assert WHY in authority.text()
    await service.decide(case, "record", "record")
    nobody = working.visitor(language)
    await nobody.visit("/guangzhou/elsewhere")
    assert ADDRESS in nobody.text()
    assert WHY in nobody.text()
    assert late in nobody.text()


async def test_a_city_without_such_a_filing_says_so(front: Front) -> None:
    visitor = front.visitor("en")
    await visitor.visit("/yulin/elsewhere")
    assert "no such filing" in visitor.text()
