"""The pages of sharing between departments: asked for, opined on, determined, signed, and its key fetched."""

from __future__ import annotations

import pytest

from tests.api.calling import Service
from tests.pages.visiting import Front

WHY = "Lanes for ambulances"


@pytest.mark.parametrize(("language", "granted"), [("zh", "已授予访问权限"), ("en", "Access granted")])
async def test_a_department_asks_by_pages_and_fetches_a_key_for_the_exchange(
    working: Front, service: Service, language: str, granted: str
) -> None:
    officer = await working.logged_in("reviewer@nanjing.transport", language)
    await officer.visit("/datasets/nanjing-health-emergency-calls")
    await officer.follow("sharing")
    await officer.send("sharing")
    assert officer.status == 422, "what is missing is said beside its field"
    await officer.send("sharing", purpose=WHY, access_mode="api")
    await officer.send("sharing", step="file")
    assert "/filed" in officer.path, officer.text()
    number = officer.path.split("/")[-2]
    found = await service.as_("reviewer@nanjing.operator").read("/v1/cases", procedure="sharing_request", limit=1)
    case_id = found["items"][0]["case_id"]
    case = await service.as_("reviewer@nanjing.operator").read(f"/v1/cases/{case_id}")
    assert case["case_number"] == number

    centre = await working.logged_in("reviewer@nanjing.operator", language)
    await centre.visit(f"/desk/{number}/operator_opinion.1")
    assert WHY in centre.text()
    case = await service.decide(case, "operator_opinion", "in_favour")
    case = await service.decide(case, "provider_opinion", "in_favour")
    case = await service.decide(case, "determination", "share")
    case = await service.decide(case, "operator_signature", "sign")
    await officer.visit(f"/desk/{number}/requester_signature.1")
    assert officer.status == 200
    await service.decide(case, "requester_signature", "sign", conditions=None)
    await officer.visit(f"/cases/{number}")
    assert granted in officer.text()
    await officer.visit("/my/grants")
    await officer.follow("/my/grants/")
    await officer.send("/my/grants/", act="key")
    assert "kf_" in officer.text()
    assert "/data/" not in officer.text(), "it is fetched through the exchange"
    stranger = await working.logged_in("reviewer@nanjing.water", language)
    await stranger.visit("/my/grants")
    assert officer.path.split("/")[-1] not in stranger.text()
