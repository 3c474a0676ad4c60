"""Where to go after a refusal: the case and the message that tells of it say so."""

from __future__ import annotations

import pytest

from tests.api.calling import Caller, Service
from tests.api.objecting import decided
from tests.api.test_five_cities import granted


async def test_a_refused_applicant_reads_in_case_and_message_where_to_go(working: Service, applicant: Caller) -> None:
    case = await applicant.file("lianyungang")
    assert case["remedies"] is None

    await decided(working, case, [("provider_review", "refuse", {"reason": "Not fit", "basis": "Article 19"})])

    refused = await applicant.read(f"/v1/cases/{case['case_id']}")
    assert refused["outcome"] == "refused"
    ways = refused["remedies"]["ways"]
    assert [(each["remedy"], each["article"], each["general"]) for each in ways] == [
        ("reconsideration", "20.1", True),
        ("litigation", "46.1", True),
    ]
    messages = (await applicant.read("/v1/messages", limit=20))["items"]
    (closed,) = [each for each in messages if each["kind"] == "case_closed"]
    assert refused["remedies"]["text"] in closed["text"]


@pytest.mark.parametrize("city", ["nanning", "yulin", "lianyungang", "nanjing"])
async def test_who_loses_a_grant_by_a_revocation_is_told_where_to_go_in_every_city(
    working: Service, applicant: Caller, city: str
) -> None:
    case = await granted(working, applicant, city)
    access = case["granted"]["access_case_id"]
    provider = next(each["id"] for each in case["parties"] if each["role"] == "provider")

    await working.as_(f"reviewer@{provider}").do(f"/v1/grants/{access}/revocation", {"reason": "Used otherwise"})

    revoked = await applicant.read(f"/v1/cases/{access}")
    assert revoked["outcome"] == "revoked"
    assert [each["remedy"] for each in revoked["remedies"]["ways"]] == ["reconsideration", "litigation"]
    told = (await applicant.read("/v1/messages"))["items"][0]
    assert told["kind"] == "grant_ended"
    assert revoked["remedies"]["text"] in told["text"]
