"""The five cities' access requests from filing to grant, on the real engine."""

from __future__ import annotations

import pytest
from temporalio.worker import Worker

from tests.driving import Driver

GRANTED = {
    "nanning": [("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve")],
    "yulin": [("authority_review", "pass"), ("provider_review", "pass")],
    "guangzhou": [("provider_review", "agree")],
    "lianyungang": [("provider_review", "agree")],
    "nanjing": [("provider_review", "agree")],
}
BOTH_SIGN = [("provider_signature", "sign"), ("applicant_signature", "sign")]


@pytest.mark.parametrize("city", GRANTED)
async def test_a_request_is_granted_when_every_body_agrees_and_both_have_signed(
    city: str, driver: Driver, worker: Worker
) -> None:
    case_id = await driver.file(city, items=("name",))
    for stage, outcome in GRANTED[city] + BOTH_SIGN:
        assert await driver.decide(case_id, stage, outcome) == "accepted"
    state = await driver.state(case_id)
    assert state.closed == "granted"
    assert state.granted
    assert (await driver.state(state.granted.access_case_id)).grant
