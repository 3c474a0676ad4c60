"""The desk of an officer: lists, acts beside deciding, and what is looked up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pages
from rules.loading import cities, load_pack
from tests.api.calling import Service
from tests.api.objecting import filed
from tests.api.test_five_cities import granted
from tests.pages.reviewing import task_of
from tests.pages.visiting import Front


async def test_evidence_is_saved_from_the_task_and_never_shown_as_a_page(working: Front, service: Service) -> None:
    case = await filed(service.as_("objector@demo"), "nanning")
    visitor = await task_of(working, "reviewer@nanning.transport", case["case_number"], "verification")
    (link,) = [e for e in visitor.links() if "/evidence/" in e.get("href", "") and e.get("download") is not None]
    answer = await visitor.http.get(link.get("href", ""))
    assert answer.content == b"they are named here"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    stranger = await working.logged_in("applicant2@demo")
    assert (await stranger.http.get(link.get("href", ""))).status_code == 404


async def test_officers_trace_the_use_of_disputed_data_and_nobody_else_does(working: Front, service: Service) -> None:
    case = await filed(service.as_("objector@demo"), "nanning")
    for language in ("en", "zh"):
        visitor = await working.logged_in("reviewer@nanning.transport", language)
        await visitor.visit(f"{'/en' if language == 'en' else ''}/cases/{case['case_number']}/trace")
        assert visitor.answer.status_code == 200
        assert len(list(visitor.document.iter("h2"))) == 2
    other = await working.logged_in("reviewer@yulin.operator")
    assert (await other.visit(f"/en/cases/{case['case_number']}/trace")).answer.status_code == 404


async def test_tasks_selected_are_claimed_and_handed_on_with_a_result_for_each(
    working: Front, service: Service
) -> None:
    applicant = service.as_("applicant@demo")
    cases = [await applicant.file("nanning") for _ in range(2)]
    visitor = await working.logged_in("reviewer@nanning.operator")
    assert visitor.path == "/en/desk"
    ids = visitor.form("/desk/selected").options("task")
    assert len(ids) == 2
    await visitor.send("/desk/selected", button="claim", task=ids)
    assert [visitor.text().count(case["case_number"]) for case in cases] == [1, 1]
    await visitor.visit("/en/desk?tab=mine")
    assert len(visitor.form("/desk/selected").options("task")) == 2
    colleagues = visitor.form("/desk/selected").options("to") if "to" in visitor.form("/desk/selected").names() else []
    if colleagues:
        await visitor.send("/desk/selected", button="hand_on", task=ids[:1], to=colleagues[0])
        await visitor.visit("/en/desk?tab=mine")
        assert len(visitor.form("/desk/selected").options("task")) == 1


async def test_a_task_that_a_colleague_has_claimed_says_by_whom_and_what_was_written_stays(
    working: Front, service: Service
) -> None:
    case = await service.as_("applicant@demo").file("nanning")
    first = await task_of(working, "reviewer@nanning.operator", case["case_number"], "formal_review")
    task = case["tasks"][0]["task_id"]
    await service.as_("reviewer2@nanning.operator").do(f"/v1/tasks/{task}/claim")
    await first.send("outcome", button="decide", outcome="return", reason="说明用途")
    assert first.answer.status_code == 409
    assert "reviewer2@nanning.operator" in first.text()
    assert dict(first.form("outcome").values())["reason"] == "说明用途"


async def test_a_task_is_claimed_noted_and_sent_back_for_a_supplement(working: Front, service: Service) -> None:
    case = await service.as_("applicant@demo").file("nanning")
    visitor = await task_of(working, "reviewer@nanning.operator", case["case_number"], "formal_review")

    forms = {dict(form.values()).get("act"): form for form in visitor.forms()}
    assert {"claim", "supplement", "note"} <= forms.keys()
    await visitor.send("/act", button=None)
    assert "release" in {dict(form.values()).get("act") for form in visitor.forms()}
    await visitor.send("note", note="看过")
    assert "看过" in visitor.text()
    await visitor.send("supplement", supplement="")
    assert visitor.answer.status_code == 422
    await visitor.send("supplement", supplement="请说明用途")
    (asked,) = (await service.as_("applicant@demo").read("/v1/tasks"))["items"]
    assert asked["supplement_wanted"] == "请说明用途"


async def test_submit_and_open_next_leads_to_the_next_task_of_the_same_list(working: Front, service: Service) -> None:
    applicant = service.as_("applicant@demo")
    first, second = [await applicant.file("nanning") for _ in range(2)]
    visitor = await task_of(working, "reviewer@nanning.operator", first["case_number"], "formal_review")
    await visitor.visit("/desk?procedure=access_request")
    await visitor.follow(first["case_number"])
    assert [e.get("rel") for e in visitor.links() if e.get("rel")] == ["next"]
    await visitor.send("outcome", button="next", outcome="pass")
    assert second["case_number"] in visitor.path
    assert "procedure=access_request" in str(visitor.answer.url)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_provider_revokes_a_grant_with_a_reason_and_not_without(
    working: Front, service: Service, language: str
) -> None:
    case = await granted(service, service.as_("applicant@demo"), "nanning")
    visitor = await working.logged_in("reviewer@nanning.transport", language)
    await visitor.visit("/desk/grants" if language == "zh" else "/en/desk/grants")
    (link,) = [e for e in visitor.links() if "/desk/grants/" in e.get("href", "")]
    await visitor.visit(link.get("href", ""))
    await visitor.send("revocation")
    assert visitor.answer.status_code == 422
    await visitor.send("revocation", reason="No longer needed")
    access = await service.as_("applicant@demo").read(f"/v1/cases/{case['granted']['access_case_id']}")
    assert access["outcome"] == "revoked"
    assert "revocation" not in {form.address for form in visitor.forms()}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_cases_are_found_by_their_number(working: Front, service: Service, language: str) -> None:
    case = await service.as_("applicant@demo").file("nanning")
    visitor = await working.logged_in("reviewer@nanning.operator", language)
    await visitor.visit("/desk/cases" if language == "zh" else "/en/desk/cases")
    await visitor.send("/desk/cases", number=case["case_number"].lower(), status="open")
    await visitor.follow(case["case_number"])
    assert case["case_number"] in visitor.path


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_officer_says_that_it_is_away_and_is_back(working: Front, language: str) -> None:
    visitor = await working.logged_in("reviewer@nanning.operator", language)
    await visitor.visit("/supervision/absences" if language == "zh" else "/en/supervision/absences")
    await visitor.send("from_on", substitute="reviewer2@nanning.operator", from_on="2099-01-05", until_on="2099-01-04")
    assert visitor.answer.status_code == 422
    assert dict(visitor.form("from_on").values())["from_on"] == "2099-01-05"
    await visitor.send("from_on", until_on="2099-01-06")
    assert visitor.answer.status_code == 200
    await visitor.send("/end")
    assert not [form for form in visitor.forms() if "/end" in form.address]


async def test_nobody_but_a_reviewer_has_a_desk(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    for address in ("/en/desk", "/en/desk/cases", "/en/desk/grants", "/en/catalogue"):
        assert (await visitor.visit(address)).answer.status_code == 403
    stranger = await front.visitor().visit("/en/desk")
    assert stranger.path == "/en/login"


async def test_a_decision_is_corrected_until_the_next_body_has_acted(working: Front, service: Service) -> None:
    case = await service.as_("applicant@demo").file("nanning")
    case = await service.decide(case, "formal_review", "pass")
    visitor = await working.logged_in("reviewer@nanning.operator", "zh")
    await visitor.visit("/desk?tab=done")
    await visitor.follow(case["case_number"])
    await visitor.send("outcome", button="correct", outcome="return")
    assert visitor.answer.status_code == 422
    await visitor.send("outcome", button="correct", outcome="return", reason="说明用途")
    assert visitor.answer.status_code == 200, visitor.text()
    seen = await service.as_("applicant@demo").read(f"/v1/cases/{case['case_id']}")
    assert [each["outcome"] for each in seen["tasks"] if each["stage"] == "formal_review"] == ["return"]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_experts_are_asked_inside_a_stage_and_answer_on_their_own_page(
    working: Front, service: Service, language: str
) -> None:
    case = await service.decide(await service.as_("applicant@demo").file("nanning"), "formal_review", "pass")
    visitor = await task_of(working, "reviewer@nanning.transport", case["case_number"], "provider_review")
    await visitor.send("question", question="能否识别个人？")
    assert visitor.answer.status_code == 200, visitor.text()
    experts = await working.logged_in("reviewer@nanning.experts", language)
    await experts.visit("/desk" if language == "zh" else "/en/desk")
    await experts.follow(case["case_number"])
    form = experts.form("outcome")
    assert "text" in form.names()
    assert "能否识别个人？" in experts.text()
    await experts.send("outcome", button="decide", outcome=form.options("outcome")[0], text="不能")
    assert experts.answer.status_code == 200, experts.text()


async def test_terms_that_a_body_sets_are_granted_and_the_rest_as_it_was_asked_for(
    working: Front, service: Service
) -> None:
    applicant = service.as_("applicant@demo")
    case = await applicant.file("guangzhou")
    visitor = await task_of(working, "reviewer@guangzhou.transport", case["case_number"], "provider_review")
    items = [value for name, value in visitor.form("outcome").values() if name == "data_items"]
    assert items == case["request"]["data_items"]
    await visitor.send("outcome", button="decide", outcome="agree", data_items=items[:1], valid_days="30")
    assert visitor.answer.status_code == 200, visitor.text()
    case = await service.decide(await applicant.read(f"/v1/cases/{case['case_id']}"), "provider_signature", "sign")
    case = (await applicant.sign(case["case_id"]))["case"]
    assert case["granted"]["data_items"] == items[:1]


async def test_who_logs_in_again_comes_back_to_the_page_of_the_form(working: Front, service: Service) -> None:
    case = await service.as_("applicant@demo").file("nanning")
    visitor = await task_of(working, "reviewer@nanning.operator", case["case_number"], "formal_review")
    await working.app.state.runtime.pool.execute("delete from sessions")
    await visitor.send("note", note="看过")
    assert visitor.path == "/login"
    await visitor.send("login", button="reviewer@nanning.operator")
    assert case["case_number"] in visitor.path
    assert visitor.answer.status_code == 200


async def test_a_decision_that_is_sent_twice_is_made_once(working: Front, service: Service) -> None:
    case = await service.as_("applicant@demo").file("nanning")
    visitor = await task_of(working, "reviewer@nanning.operator", case["case_number"], "formal_review")
    before = visitor.document, visitor.answer
    await visitor.send("outcome", button="decide", outcome="pass")
    visitor.document, visitor.answer = before
    await visitor.send("outcome", button="decide", outcome="pass")
    assert visitor.answer.status_code == 200
    visitor.document, visitor.answer = before
    await visitor.send("outcome", button="decide", outcome="return", reason="说明用途")
    assert visitor.answer.status_code == 422
    assert dict(visitor.form("outcome").values())["reason"] == "说明用途"
    seen = await service.as_("applicant@demo").read(f"/v1/cases/{case['case_id']}")
    assert seen["tasks"][0]["outcome"] == "pass"


def test_the_style_sheet_knows_as_many_outcomes_as_any_stage_has() -> None:
    sheet = (Path(pages.__file__).parent / "static" / "k.css").read_text(encoding="utf-8")
    known = {int(place) for place in re.findall(r"#o-(\d+):checked", sheet)}
    for city in cities():
        for procedure in load_pack(city).procedures:
            for stage in load_pack(city).procedures[procedure].stages.values():
                assert known >= set(range(len(stage.outcomes)))
