"""Where to go after a refusal: the case and the message that tells of it say so."""

from __future__ import annotations

from tests.api.calling import Caller, Service
from tests.api.objecting import decided


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
