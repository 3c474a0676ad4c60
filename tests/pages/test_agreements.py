"""The agreement on its pages: what is signed is what was shown, and what was shown is the whole text."""

from __future__ import annotations

import gzip

import pytest

from activities.settings import Settings
from pages.app import create_app
from tests.api.calling import Service
from tests.owning import by_owner
from tests.pages.reviewing import LANGUAGE_OF, task_of
from tests.pages.test_cases import REVIEWS, case_of, decided, requested
from tests.pages.test_every_page import LARGEST_HTML
from tests.pages.test_reading_a_case import is_well_made
from tests.pages.visiting import Front, Visitor, pages_open

CONDITIONS = "No copy leaves the machine"


def shown_digest(visitor: Visitor, form: str) -> str | None:
    """Which text the form signs."""
    return dict(visitor.form(form).values()).get("digest")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_officer_reads_the_whole_text_with_its_conditions_before_signing(
    working: Front, service: Service, language: str
) -> None:
    city = "nanning" if language == "zh" else "yulin"
    assert LANGUAGE_OF[city] == language
    applicant = await working.logged_in("applicant@demo", language)
    number = await requested(applicant, city)
    await decided(service, number, *REVIEWS[city])
    officer = await task_of(working, f"reviewer@{city}.transport", number, "provider_signature")
    is_well_made(officer, language)
    assert shown_digest(officer, "outcome") is None

    await officer.send("outcome", button="decide", outcome="sign", conditions=CONDITIONS, scenario="Bus lanes")
    is_well_made(officer, language)
    assert officer.answer.status_code == 200
    assert officer.text().count(CONDITIONS) >= len(("in the text", "in the field"))
    assert len(gzip.compress(officer.answer.content)) <= LARGEST_HTML
    first = shown_digest(officer, "outcome")
    (open_task,) = [each for each in (await case_of(service, number))["tasks"] if each["stage"] == "provider_signature"]
    assert (open_task["state"], open_task["outcome"]) == ("open", None), "nothing is signed yet"

    await officer.send("outcome", button="decide", conditions="Something else")
    assert officer.answer.status_code == 422
    is_well_made(officer, language)
    second = shown_digest(officer, "outcome")
    assert first != second
    assert "Something else" in officer.text()
    await officer.send("outcome", button="decide")
    assert officer.answer.status_code == 200

    await applicant.visit(f"/cases/{number}/agreement")
    is_well_made(applicant, language)
    assert shown_digest(applicant, "agreement") == second
    assert "Something else" in applicant.text()
    await applicant.send("agreement", agree="yes")
    assert (await case_of(service, number))["outcome"] == "granted"
    await applicant.visit(f"/cases/{number}/agreement")
    is_well_made(applicant, language)
    assert len(gzip.compress(applicant.answer.content)) <= LARGEST_HTML
    assert applicant.text().count(str(second)) == len(("the text", "the provider's", "the applicant's"))


async def test_a_text_that_has_changed_meanwhile_is_shown_and_not_signed(working: Front, service: Service) -> None:
    visitor = await working.logged_in("applicant@demo")
    number = await requested(visitor, "nanning")
    await decided(service, number, *REVIEWS["nanning"], ("provider_signature", "sign"))
    await visitor.visit(f"/cases/{number}/agreement")
    before = shown_digest(visitor, "agreement")

    case = await case_of(service, number)
    task = next(each for each in case["tasks"] if each["stage"] == "provider_signature")
    officer = service.as_(f"reviewer@{task['body']}")
    other = {"conditions": "One machine only"}
    said = {"outcome": "sign", "reason": "A slip", **other, "digest": await officer.digest(case["case_id"], **other)}
    await officer.do(f"/v1/tasks/{task['task_id']}/correction", said)

    await visitor.send("agreement", agree="yes")
    assert visitor.answer.status_code == 422
    assert "nothing was signed" in visitor.text()
    assert "One machine only" in visitor.text()
    assert (await case_of(service, number))["outcome"] is None
    assert shown_digest(visitor, "agreement") == said["digest"] != before
    await visitor.send("agreement", agree="yes")
    assert (await case_of(service, number))["outcome"] == "granted"


async def test_what_an_applicant_states_in_it_stands_in_the_text_before_it_is_signed(
    working: Front, service: Service
) -> None:
    visitor = await working.logged_in("applicant@demo")
    number = await requested(visitor, "guangzhou", scenario="", safeguards="")
    await decided(service, number, *REVIEWS["guangzhou"])
    await visitor.visit(f"/cases/{number}/agreement")
    assert shown_digest(visitor, "agreement") is None, "there is no whole text yet"
    await visitor.send("agreement", scenario="Bus lanes", safeguards="One encrypted machine")
    assert visitor.answer.status_code == 200
    assert "One encrypted machine" in visitor.text()
    await visitor.send("agreement", agree="yes")
    case = await case_of(service, number)
    (signed,) = [each for each in case["tasks"] if each["stage"] == "applicant_signature"]
    assert signed["outcome"] == "sign"

    officer = await task_of(working, "reviewer@guangzhou.transport", number, "provider_signature")
    assert "conditions" not in officer.form("outcome").names(), "what the other has signed takes none"
    await officer.send("outcome", button="decide", outcome="sign")
    await officer.send("outcome", button="decide")
    assert (await case_of(service, number))["outcome"] == "granted"


async def test_a_case_of_rules_without_a_text_shows_the_terms_as_before(
    working: Front, settings: Settings, service: Service
) -> None:
    visitor = await working.logged_in("applicant@demo")
    number = await requested(visitor, "nanjing")
    await decided(service, number, *REVIEWS["nanjing"], ("provider_signature", "sign"))
    await by_owner(service.app.state.runtime.pool, "update pinned_rules set rules = rules - 'agreement'")
    async with pages_open(create_app(settings), settings) as front:
        for language in ("zh", "en"):
            later = await front.logged_in("applicant@demo", language)
            await later.visit(f"/cases/{number}/agreement")
            is_well_made(later, language)
            assert shown_digest(later, "agreement") is None
            assert CONDITIONS in later.text()
