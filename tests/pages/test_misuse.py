"""Misuse by pages: anybody who is logged in reports it, and what a city has published of it is read by everybody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calling import Service
from tests.api.test_misuse import KINDS, gate, in_use, reported, task_of
from tests.pages.test_filing import conditional
from tests.pages.visiting import Front, Visitor

SEEN = "Names of passengers were for sale"


@pytest.mark.parametrize(("city", "language"), [("nanning", "zh"), ("guangzhou", "en"), ("lianyungang", "zh")])
async def test_anybody_who_is_logged_in_reports_misuse_by_a_page(front: Front, city: str, language: str) -> None:
    visitor = await front.logged_in("applicant2@demo", language)
    dataset_id = await conditional(visitor, city)
    await visitor.visit(f"/datasets/{dataset_id}/misuse")
    assert visitor.answer.status_code == 200, visitor.text()
    form = visitor.form("misuse")
    await visitor.send("misuse", button="check", statement=SEEN, misuse=form.options("misuse")[0])
    assert SEEN in visitor.text()
    await visitor.send("misuse", button="file")
    assert visitor.path.endswith("/filed"), visitor.text()
    await visitor.follow("查看案件" if language == "zh" else "See the case")
    assert SEEN in visitor.text()


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_what_a_city_has_published_is_read_by_everybody(front: Front, language: str) -> None:
    visitor = front.visitor(language)
    await visitor.visit("/guangzhou/measures")
    assert visitor.answer.status_code == 200
    assert ("目前没有公示" if language == "zh" else "Nothing is published") in visitor.text()
    await visitor.visit("/nanning/measures")
    assert ("未要求公示" if language == "zh" else "does not have them published") in visitor.text()


async def decided_by_page(visitor: Visitor, number: str, stage: str, **said: Any) -> None:
    """What an officer chooses and writes on the page of a task, and nothing that is not there to be chosen."""
    await visitor.visit(f"/desk/{number}/{stage}.1")
    assert visitor.answer.status_code == 200, visitor.text()
    form = visitor.form("outcome")
    for name in ("outcome", "misused_grant", "misuse", "left_mode"):
        assert name not in said or said[name] in form.options(name)
    await visitor.send("outcome", button="decide", **said)
    assert visitor.answer.status_code == 200, visitor.text()


async def test_misuse_is_decided_appealed_against_and_given_back_by_pages_alone(
    working: Front, service: Service
) -> None:
    user = service.as_("applicant@demo")
    access, key = await in_use(service, user, "guangzhou")
    case = await reported(service.as_("applicant2@demo"), "guangzhou", access["dataset_id"])
    grant, number = access["case_number"], case["case_number"]
    authority = await working.logged_in("reviewer@guangzhou.authority", "zh")
    finding = {"outcome": "close", "misused_grant": grant, "misuse": "unlawful_use", "reason": "Seen for sale"}

    await decided_by_page(authority, number, "authority_verification", **finding)

    assert await gate(service, access, key) == "grant_closed"
    visitor = await working.logged_in("applicant@demo", "zh")
    await visitor.visit("/my/grants")
    assert "权限已关闭" in visitor.text()
    await visitor.visit(f"/my/grants/{grant}")
    for said in ("关闭使用权限", "违法违规利用"):
        assert said in visitor.text()
    assert number not in visitor.text(), "its user does not read the report"
    await visitor.follow("提出申诉")
    await visitor.send("statement", button="check", statement="")
    assert visitor.answer.status_code == 422
    await visitor.send("statement", button="check", statement="We sold nothing")
    assert "市人民政府" in visitor.text()
    await visitor.send("statement", button="file")
    assert visitor.path.endswith("/filed"), visitor.text()
    await visitor.follow("查看案件")
    assert "We sold nothing" in visitor.text()
    appeal = visitor.path.rsplit("/", 1)[-1]
    await visitor.visit(f"/my/grants/{grant}")
    assert appeal in visitor.text()
    assert "提出申诉" not in visitor.text(), "there is one at a time"
    assert await gate(service, access, key) == "grant_closed"

    government = await working.logged_in("reviewer@guangzhou.government", "zh")
    await decided_by_page(government, appeal, "government_hearing", outcome="uphold", reason="Another firm's")

    assert await gate(service, access, key) == "yes"
    await visitor.visit(f"/my/grants/{grant}")
    assert "已恢复" in visitor.text()


async def test_a_grant_is_left_one_mode_by_page(working: Front, service: Service) -> None:
    user = service.as_("applicant@demo")
    access, _ = await in_use(service, user, "guangzhou")
    case = await reported(service.as_("applicant2@demo"), "guangzhou", access["dataset_id"])
    provider = await working.logged_in("reviewer@guangzhou.transport", "en")
    said = {
        "outcome": "restrict",
        "misused_grant": access["case_number"],
        "misuse": "unlawful_use",
        "reason": "As seen",
    }

    await decided_by_page(provider, case["case_number"], "provider_verification", **said, left_mode=access["mode"])

    (taken,) = (await user.read(f"/v1/cases/{access['case_id']}"))["taken"]
    assert (taken["effect"], taken["access_mode"]) == ("restrict", access["mode"])
    visitor = await working.logged_in("applicant@demo", "en")
    await visitor.visit(f"/my/grants/{access['case_number']}")
    assert taken["access_mode_label"] in visitor.text()
    assert "restricted" in visitor.text()


async def test_where_a_city_hears_no_appeal_the_page_says_where_else_to_go(working: Front, service: Service) -> None:
    user = service.as_("applicant@demo")
    access, _ = await in_use(service, user, "yulin")
    case = await reported(service.as_("applicant2@demo"), "yulin", access["dataset_id"])
    officer = service.as_("reviewer@yulin.transport")
    said = {"outcome": "close", "misused_grant": access["case_number"], "misuse": KINDS["yulin"], "reason": "As seen"}
    await officer.do(f"/v1/tasks/{task_of(case, 'verification')}/decision", said)

    shown = await user.read(f"/v1/cases/{access['case_id']}")

    visitor = await working.logged_in("applicant@demo", "en")
    await visitor.visit(f"/my/grants/{access['case_number']}")
    assert shown["remedies"]["text"] in visitor.text()
    assert {each["remedy"] for each in shown["remedies"]["ways"]} == {"reconsideration", "litigation"}
    await visitor.visit(f"/my/grants/{access['case_number']}/measures/{case['case_id']}/appeal")
    assert visitor.answer.status_code == 404


async def test_a_published_finding_without_a_grant_is_appealed_from_where_it_stands(
    working: Front, service: Service
) -> None:
    case = await reported(service.as_("applicant2@demo"), "guangzhou", "guangzhou-transport-metro-stations")
    authority = await working.logged_in("reviewer@guangzhou.authority", "zh")
    found = {"outcome": "violation", "misuse": "harm", "measure": "A warning", "reason": "Seen"}
    await decided_by_page(authority, case["case_number"], "authority_verification", **found)

    await authority.visit("/guangzhou/measures")
    assert "提出申诉" not in authority.text(), "an officer appeals against nothing"
    visitor = await working.logged_in("applicant@demo", "zh")
    await visitor.visit("/guangzhou/measures")
    await visitor.follow("提出申诉")
    assert visitor.answer.status_code == 200, visitor.text()
    assert case["case_number"] not in visitor.text()
    await visitor.send("statement", button="check", statement="It was not us")
    await visitor.send("statement", button="file")
    assert visitor.path.endswith("/filed"), visitor.text()
    government = await working.logged_in("reviewer@guangzhou.government", "zh")
    appeal = (await service.as_("applicant@demo").read("/v1/cases"))["items"][0]["case_number"]
    await decided_by_page(government, appeal, "government_hearing", outcome="uphold", reason="Another person")
    await visitor.visit("/guangzhou/measures")
    assert "提出申诉" not in visitor.text()
    await visitor.visit(f"/measures/{case['case_id']}/appeal")
    assert visitor.answer.status_code == 404
