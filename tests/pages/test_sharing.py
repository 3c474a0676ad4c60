"""The pages of sharing between departments: asked for, opined on, determined, signed, and its key fetched."""

from __future__ import annotations

import pytest

from tests.api.calling import Service
from tests.pages.visiting import Front

WHY = "Lanes for ambulances"


@pytest.mark.parametrize(
    ("language", "ask", "granted", "of_body", "accesses"),
    [
        ("zh", "申请共享", "已授予访问权限", "本机构的授权与密钥", "本机构的访问记录"),
        ("en", "Ask to share this data", "Access granted", "Grants and keys of your body", "Accesses of your body"),
    ],
)
async def test_a_department_asks_by_pages_and_fetches_a_key_for_the_exchange(
    working: Front, service: Service, language: str, ask: str, granted: str, of_body: str, accesses: str
) -> None:
    officer = await working.logged_in("reviewer@nanjing.transport", language)
    await officer.visit("/datasets/nanjing-health-emergency-calls")
    await officer.follow(ask)
    await officer.send("sharing", button="check")
    assert officer.answer.status_code == 422, "what is missing is said beside its field"
    await officer.send("sharing", button="check", purpose=WHY, access_mode="api")
    await officer.send("sharing", button="file")
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
    assert officer.answer.status_code == 200
    case = await service.decide(case, "requester_signature", "sign", conditions=None)
    await officer.visit(f"/cases/{number}")
    assert granted in officer.text()
    await officer.visit("/my/grants")
    access = await service.as_("reviewer@nanjing.transport").read(f"/v1/cases/{case['granted']['access_case_id']}")
    assert access["case_number"] in officer.text()
    await officer.visit(f"/my/grants/{access['case_number']}")
    await officer.send("/my/grants/")
    assert "kf_" in officer.text()
    assert "/data/" not in officer.text(), "it is fetched through the exchange"
    for listed in ("my/grants.csv", "my/accesses", "my/accesses.csv"):
        await officer.visit(f"/{listed}")
        assert officer.answer.status_code == 200
        assert (access["case_number"] in officer.answer.text) == (listed == "my/grants.csv"), "nothing is accessed yet"
    await officer.visit("/desk")
    await officer.follow(of_body)
    await officer.follow(accesses)
    assert accesses in officer.text()
    stranger = await working.logged_in("reviewer@nanjing.water", language)
    await stranger.visit("/my/grants")
    assert access["case_number"] not in stranger.text()
    await stranger.visit(f"/my/grants/{access['case_number']}")
    assert stranger.answer.status_code == 404
