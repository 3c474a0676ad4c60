"""Officers decide in a browser without scripts, in every city by its own law."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calling import Service
from tests.api.objecting import filed
from tests.api.test_five_cities import REVIEWS
from tests.pages.reviewing import decided, task_of
from tests.pages.visiting import Front, text_of

REFUSED = {
    "nanning": ("provider_review", "第二十条第（三）项"),
    "yulin": ("provider_review", "Yulin service rule"),
    "guangzhou": ("provider_review", "第"),
    "lianyungang": ("provider_review", ""),
    "nanjing": ("provider_review", "第"),
}


@pytest.mark.parametrize("city", REVIEWS)
async def test_a_request_is_granted_by_the_bodies_of_its_city_on_their_pages(
    working: Front, service: Service, city: str
) -> None:
    applicant = service.as_("applicant@demo")
    case = await applicant.file(city)
    for stage, outcome in REVIEWS[city]:
        case = await decided(working, service, case, stage, outcome)
    case = await decided(working, service, case, "provider_signature", "sign", conditions="No copy leaves the machine")
    case = (await applicant.sign(case["case_id"]))["case"]
    assert (case["outcome"], case["granted"]["data_items"]) == ("granted", case["request"]["data_items"])


@pytest.mark.parametrize("city", REFUSED)
async def test_a_refusal_without_its_reason_loses_nothing_and_names_the_article(
    working: Front, service: Service, city: str
) -> None:
    case = await service.as_("applicant@demo").file(city)
    if city == "nanning":
        case = await decided(working, service, case, "formal_review", "pass")
    stage, article = REFUSED[city]
    task = next(t for t in case["tasks"] if t["stage"] == stage)
    visitor = await task_of(working, f"reviewer@{task['body']}", case["case_number"], stage)

    said: dict[str, Any] = {"basis": "第十条"} if "basis" in visitor.form("outcome").names() else {}
    await visitor.send("outcome", button="decide", outcome="refuse", **said)
    if city != "lianyungang":  # there a basis is enough
        assert visitor.answer.status_code == 422
        form = visitor.form("outcome")
        assert dict(form.values())["outcome"] == "refuse"
        if "basis" in form.names():
            assert dict(form.values())["basis"] == "第十条"
        (wrong,) = [e for e in visitor.document.iter("div") if e.get("class", "").startswith("field wrong")]
        assert any(e.get("name") == "reason" for e in wrong.iter("textarea"))
        assert any("law" in e.get("class", "") for e in wrong.iter("span"))
        assert article in text_of(wrong)
        await visitor.send("outcome", button="decide", reason="涉及个人信息")
    assert visitor.answer.status_code == 200, visitor.text()
    case = await service.as_("admin@kaifang").read(f"/v1/cases/{case['case_id']}")
    assert next(t for t in case["tasks"] if t["stage"] == stage)["outcome"] == "refuse"


DECISIONS = {
    "withdraw": [("suspension", "suspend", {}), ("verification", "withdraw", {"answer": "已核实，撤回"})],
    "restore": [
        ("suspension", "keep_open", {"reason": "没有个人信息"}),
        ("verification", "restore", {"answer": "已核实，恢复"}),
    ],
    "process": [
        ("suspension", "suspend", {}),
        ("verification", "process", {}),
        ("processing", "reopen", {"answer": "已处理", "processing": "删除姓名", "processed_on": ""}),
    ],
}


@pytest.mark.parametrize(
    ("way", "ending"), [("withdraw", "data_withdrawn"), ("restore", "restored"), ("process", "reopened")]
)
@pytest.mark.parametrize("city", ["nanning", "yulin"])
async def test_an_objection_is_verified_on_the_pages_to_each_of_its_endings(
    working: Front, service: Service, city: str, way: str, ending: str
) -> None:
    case = await filed(service.as_("objector@demo"), city)
    for stage, outcome, said in DECISIONS[way]:
        day = {"processed_on": case["data"]["since"][:10]} if "processed_on" in said else {}
        case = await decided(working, service, case, stage, outcome, **{**said, **day})
    assert (case["status"], case["outcome"]) == ("closed", ending)
