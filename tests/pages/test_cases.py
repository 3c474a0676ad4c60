"""A case as its party walks through it by pages alone, while officers act over the API beside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from activities.settings import Settings
from models.events import EVENT
from pages.app import create_app
from pages.cases.log import key_of
from pages.wording import wordings
from reading.cases.mine import MOST_OPEN
from rules.loading import cities
from rules.sample_accounts import account_id_of
from tests.api.calling import Service
from tests.api.gate import put_grant
from tests.api.supervising import SOON
from tests.owning import by_owner
from tests.pages.test_filing import STATED, conditional, filled
from tests.pages.visiting import Front, Visitor, pages_open, text_of


@pytest.fixture
async def impatient(settings: Settings) -> AsyncIterator[Front]:
    """Pages that wait for no engine; none is there."""
    async with pages_open(create_app(settings, patience=SOON), settings) as running:
        yield running


REVIEWS = {
    "nanning": (("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve")),
    "yulin": (("authority_review", "pass"), ("provider_review", "pass")),
    "guangzhou": (("provider_review", "agree"),),
    "lianyungang": (("provider_review", "agree"),),
    "nanjing": (("provider_review", "agree"),),
}
"""What officers decide before anybody signs."""


async def requested(visitor: Visitor, city: str, **more: Any) -> str:
    """The number of a request that was filed by pages; its page is shown."""
    dataset_id = await conditional(visitor, city)
    await visitor.visit(f"/datasets/{dataset_id}/request")
    await filled(visitor, **more)
    await visitor.send("request", button="file")
    number = next(text_of(each) for each in visitor.document.iter("strong") if each.get("class") == "figure n")
    await visitor.visit(f"/cases/{number}")
    return number


async def case_of(service: Service, number: str) -> Any:
    """The case as an officer of the API reads it."""
    admin = service.as_("admin@kaifang")
    (found,) = (await admin.read("/v1/cases", case_number=number))["items"]
    return await admin.read(f"/v1/cases/{found['case_id']}")


async def decided(service: Service, number: str, *decisions: tuple[str, str], **said: Any) -> None:
    case = await case_of(service, number)
    for stage, outcome in decisions:
        case = await service.decide(case, stage, outcome, **said)


def current(visitor: Visitor) -> str:
    """What the rail says of where the case is."""
    return " ".join(text_of(each) for each in visitor.document.iter("li") if each.get("aria-current") == "step")


@pytest.mark.parametrize("city", cities())
async def test_a_request_is_walked_to_its_grant_and_key_in_every_city(
    working: Front, service: Service, city: str
) -> None:
    visitor = await working.logged_in("applicant@demo", "zh" if city == "yulin" else "en")
    number = await requested(visitor, city)
    assert current(visitor)
    await decided(service, number, *REVIEWS[city])
    if city == "nanning":
        await visitor.visit(f"/cases/{number}")
        assert "You come after the other side" in visitor.text()
        assert "You need not do anything now" not in visitor.text()
    await decided(service, number, ("provider_signature", "sign"), scenario="Bus lanes")
    await visitor.visit("/my")
    assert number in visitor.text().split("办理中" if city == "yulin" else "In hand")[0]
    await visitor.visit(f"/cases/{number}")
    await visitor.follow("阅读并签订" if city == "yulin" else "Read and sign")
    assert "No copy leaves the machine" in visitor.text()
    await visitor.send("agreement")
    assert visitor.answer.status_code == 422
    await visitor.send("agreement", agree="yes")
    assert visitor.path.endswith(f"/cases/{number}"), visitor.text()
    await visitor.visit("/my/grants")
    grant = next(link for link in visitor.links() if "/my/grants/" in link.get("href", ""))
    await visitor.visit(grant.get("href", ""))
    await visitor.send("act")
    (key,) = [text_of(each) for each in visitor.document.iter("pre") if text_of(each).startswith("kf_")]
    assert f"X-Access-Key: {key}" in visitor.text()
    await visitor.visit(visitor.path)
    assert key not in visitor.answer.text


async def test_a_grant_that_is_given_back_is_over(working: Front, service: Service) -> None:
    visitor = await working.logged_in("applicant@demo")
    number = await requested(visitor, "nanjing")
    await decided(service, number, *REVIEWS["nanjing"], ("provider_signature", "sign"))
    await visitor.visit(f"/cases/{number}/agreement")
    await visitor.send("agreement", agree="yes")
    await visitor.visit("/my/grants")
    grant = next(link.get("href", "") for link in visitor.links() if "/my/grants/" in link.get("href", ""))
    await visitor.visit(grant)
    renounce = next(form for form in visitor.forms() if ("act", "renounce") in form.values())
    await visitor.http.post(renounce.address, data=dict(renounce.values()), headers={"Sec-Fetch-Site": "same-origin"})
    await visitor.visit(grant)
    assert "Given back" in visitor.text() or "over" in visitor.text()
    assert not [form for form in visitor.forms() if ("act", "key") in form.values()]


async def test_a_supplement_is_asked_for_in_the_words_of_the_reviewer_and_sent(
    working: Front, service: Service
) -> None:
    visitor = await working.logged_in("applicant@demo")
    number = await requested(visitor, "nanning")
    task = (await case_of(service, number))["tasks"][0]
    reviewer = service.as_(f"reviewer@{task['body']}")
    await reviewer.do(f"/v1/tasks/{task['task_id']}/supplement-request", {"text": "Which of the lines?"})
    await visitor.visit("/my")
    assert "Waiting for you" in visitor.text()
    await visitor.visit(f"/cases/{number}")
    assert "Which of the lines?" in visitor.text()
    await visitor.follow("Add it")
    assert "Which of the lines?" in visitor.text()
    before = dict(visitor.form("supplement").values())
    assert before["purpose"] == STATED["purpose"]
    await visitor.send("supplement")
    assert visitor.answer.status_code == 422
    await visitor.send("supplement", text="All lines of the ring", purpose="Planning of bus lanes on the ring")
    assert visitor.path.endswith(f"/cases/{number}"), visitor.text()
    assert "was received" in visitor.text()
    assert "on the ring" in visitor.text()


async def test_a_form_whose_key_has_its_act_already_is_shown_with_another_and_can_be_sent(
    working: Front, service: Service
) -> None:
    visitor = await working.logged_in("applicant@demo")
    number = await requested(visitor, "nanning")
    task = (await case_of(service, number))["tasks"][0]
    reviewer = service.as_(f"reviewer@{task['body']}")
    await reviewer.do(f"/v1/tasks/{task['task_id']}/supplement-request", {"text": "Which of the lines?"})
    await visitor.visit(f"/cases/{number}/supplement")
    form = visitor.form("supplement")
    sent = dict(form.values())
    by_another_window = sent | {"text": "By another window"}
    await visitor.http.post(form.address, data=by_another_window, headers={"Sec-Fetch-Site": "same-origin"})
    await reviewer.do(f"/v1/tasks/{task['task_id']}/supplement-request", {"text": "And which stops?"})
    await visitor.send("supplement", text="All stops of the ring")
    assert visitor.answer.status_code == 422
    again = dict(visitor.form("supplement").values())
    assert (again["text"], again["key"] == sent["key"]) == ("All stops of the ring", False)
    await visitor.send("supplement")
    assert visitor.path.endswith(f"/cases/{number}"), visitor.text()


async def test_a_request_that_was_returned_is_changed_and_sent_again(working: Front, service: Service) -> None:
    visitor = await working.logged_in("applicant@demo")
    number = await requested(visitor, "nanning")
    await decided(service, number, ("formal_review", "return"), reason="Say which junctions")
    await visitor.visit(f"/cases/{number}")
    assert "Say which junctions" in visitor.text()
    await visitor.follow("Change it and send it again")
    await visitor.send("supplement", purpose="Planning of the junctions of the ring")
    assert visitor.path.endswith(f"/cases/{number}"), visitor.text()
    assert "junctions of the ring" in visitor.text()


async def test_a_request_is_taken_back_with_a_reason(working: Front) -> None:
    visitor = await working.logged_in("applicant@demo")
    number = await requested(visitor, "guangzhou")
    form = next(form for form in visitor.forms() if ("act", "withdraw") in form.values())
    assert "reason" in form.names()
    await visitor.send("reason", reason="Not needed any more")
    assert visitor.path.endswith(f"/cases/{number}"), visitor.text()
    assert "Closed" in visitor.heading() or "Closed" in visitor.text()
    await visitor.follow("Everything that happened")
    assert "taken back" in visitor.text()
    assert "Not needed any more" in visitor.text()


async def test_a_note_without_a_word_is_said_beside_its_field(working: Front) -> None:
    visitor = await working.logged_in("applicant@demo")
    number = await requested(visitor, "nanjing")
    note = next(form for form in visitor.forms() if ("act", "note") in form.values())
    visitor.document = note.element
    await visitor.send("text")
    assert visitor.answer.status_code == 422
    form = next(form for form in visitor.forms() if ("act", "note") in form.values())
    assert "text" in form.names()
    assert number in visitor.text()


async def test_evidence_that_comes_later_holds_the_data_back(working: Front, tmp_path: Path) -> None:
    proof = tmp_path / "proof.txt"
    proof.write_text("they are named here", encoding="utf-8")
    visitor = await working.logged_in("applicant@demo")
    dataset_id = await conditional(visitor, "nanning")
    await visitor.visit(f"/datasets/{dataset_id}/objection")
    await visitor.send("objection", button="check", ground="privacy", statement="Names of persons")
    await visitor.send("objection", button="file")
    await visitor.follow("See the case")
    assert "No evidence has come yet" in visitor.text()
    await visitor.send("evidence", files=[proof])
    assert "The evidence was received" in visitor.text(), visitor.text()
    assert "proof.txt" in visitor.text()
    assert "kept back since" in visitor.text()


async def test_nobody_else_knows_of_a_case(working: Front) -> None:
    visitor = await working.logged_in("applicant@demo")
    number = await requested(visitor, "nanning")
    for login in ("applicant2@demo", "reviewer@yulin.operator"):
        other = await working.logged_in(login)
        for path in ("", "/log", "/supplement", "/agreement", "/filed"):
            await other.visit(f"/cases/{number}{path}")
            assert other.answer.status_code in (403, 404)
            assert number not in other.text()
    officer = await working.logged_in("reviewer@nanning.operator")
    await officer.visit(f"/cases/{number}")
    assert officer.answer.status_code == 200


async def test_nothing_is_signed_or_added_that_nobody_asked_for(working: Front) -> None:
    visitor = await working.logged_in("applicant@demo")
    number = await requested(visitor, "nanjing")
    await visitor.visit(f"/cases/{number}/supplement")
    assert visitor.answer.status_code == 409
    await visitor.visit(f"/cases/{number}/agreement")
    assert visitor.answer.status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_act_that_is_not_worked_off_yet_is_waited_for(impatient: Front, language: str) -> None:
    visitor = await impatient.logged_in("applicant@demo", language)
    await requested(visitor, "nanning")
    await visitor.send("reason", reason="Not needed any more")
    assert "/acts/" in visitor.path
    assert visitor.answer.headers["refresh"] == "2"
    await visitor.follow("立即刷新" if language == "zh" else "Look again now")
    assert "/acts/" in visitor.path


async def test_an_act_that_was_worked_off_leads_to_its_case_and_a_refused_one_says_why(
    working: Front, service: Service
) -> None:
    visitor = await working.logged_in("applicant@demo")
    number = await requested(visitor, "nanning")
    case = await case_of(service, number)
    applicant = service.as_("applicant@demo")
    note = await applicant.do(f"/v1/cases/{case['case_id']}/notes", {"text": "As told by telephone"})
    await visitor.visit(f"/acts/{note['act_id']}")
    assert visitor.path.endswith(f"/cases/{number}")
    refused = (await applicant.post(f"/v1/cases/{case['case_id']}/supplement", {"text": "More"})).json()
    assert refused["act_id"]
    await visitor.visit(f"/acts/{refused['act_id']}")
    assert visitor.answer.status_code == 422
    assert "not accepted" in visitor.heading()
    await visitor.follow("Back to the case")
    assert visitor.path.endswith(f"/cases/{number}")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_how_a_day_is_reckoned_stands_on_the_page_of_the_case(front: Front, language: str) -> None:
    visitor = await front.logged_in("applicant@demo", language)
    await requested(visitor, "nanning")
    assert ("您现在无须做任何事" if language == "zh" else "You need not do anything now") in visitor.text()
    await visitor.follow("这一天是怎么算出来的" if language == "zh" else "How this day is reckoned")
    rows = [row for table in visitor.document.iter("table") for row in table.iter("tr")]
    assert len(rows) >= 3


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_lists_that_are_empty_say_so(front: Front, language: str) -> None:
    visitor = await front.logged_in("applicant2@demo", language)
    for path in ("/my", "/my/grants"):
        await visitor.visit(path)
        assert visitor.answer.status_code == 200
        assert "没有" in visitor.text() or "no " in visitor.text()


def test_every_kind_of_event_has_a_sentence() -> None:
    union = EVENT.json_schema()["discriminator"]["mapping"]
    assert not {name for name in union if f"event.{key_of(name)}" not in wordings()}


async def test_two_hundred_grants_leave_no_open_request_out_of_my_cases(front: Front, service: Service) -> None:
    case = await service.as_("applicant@demo").file("nanning")
    pool = service.app.state.runtime.pool
    for _ in range(MOST_OPEN):
        await put_grant(pool)
    await by_owner(pool, "update cases set party = $1 where procedure = 'access'", account_id_of("applicant@demo"))
    visitor = await front.logged_in("applicant@demo", "en")
    await visitor.visit("/en/my")
    assert case["case_number"] in visitor.text()
