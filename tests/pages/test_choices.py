"""The choice that the law leaves to an applicant, by pages: on its case, with what comes where nothing is chosen."""

from __future__ import annotations

import pytest
from temporalio.client import Client

from activities.database import Pool
from tests.api.test_choices import refused_in_heyang
from tests.pages.visiting import Front

REASON = "Nothing is missing"
SAID = {
    "zh": (
        "请您选择：是否申请复核",
        "即为“未申请复核”",
        "您的选择已收到",
        "现在：复核",
        "同时施行：中华人民共和国民法典",
    ),
    "en": (
        "For you to choose: Choice of a review",
        "No application for a review",
        "was received",
        "Now: Review",
        "Also in force: Civil Code",
    ),
}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_applicant_chooses_a_review_on_the_page_of_the_case(
    working: Front, pool: Pool, temporal: Client, task_queue: str, language: str
) -> None:
    driver, case_id = await refused_in_heyang(pool, temporal, task_queue)
    number = (await driver.state(case_id)).case_number
    title, otherwise, received, now, beside = SAID[language]
    visitor = await working.logged_in("applicant@demo", language)

    await visitor.visit(f"/cases/{number}")

    assert title in visitor.text()
    assert beside in visitor.text()
    assert otherwise in visitor.text()
    await visitor.send("outcome", button="ask_for_review", reason=REASON)
    assert received in visitor.text(), visitor.text()
    assert now in visitor.text()
    assert REASON in visitor.text()
    assert "outcome" not in {name for form in visitor.forms() for name in form.names()}
