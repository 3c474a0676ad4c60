"""The agreement over HTTP: its text with citations, its digest that anybody can recompute, and signatures of nothing
else."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from rules.loading import cities
from tests.api.calling import Caller, Service, open_task

REVIEWS = {
    "nanning": [("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve")],
    "yulin": [("authority_review", "pass"), ("provider_review", "pass")],
}
AGREES = [("provider_review", "agree")]
CONDITIONS = "No copy leaves the machine"


async def before_the_signatures(service: Service, applicant: Caller, city: str, **fields: Any) -> Any:
    """A request that every body has agreed to."""
    case = await applicant.file(city, **fields)
    for stage, outcome in REVIEWS.get(city, AGREES):
        case = await service.decide(case, stage, outcome)
    return case


def text_of(agreement: Any) -> str:
    return "\n".join(clause["text"] for part in agreement["parts"] for clause in part["clauses"])


@pytest.mark.parametrize("city", cities())
async def test_the_text_names_parties_data_purpose_term_and_conditions_each_cited(
    working: Service, applicant: Caller, city: str
) -> None:
    case = await before_the_signatures(working, applicant, city)
    case = await working.decide(case, "provider_signature", "sign")
    it = await applicant.read(f"/v1/cases/{case['case_id']}/agreement")
    dataset = await applicant.read(f"/v1/datasets/{case['dataset_id']}")
    text = text_of(it)
    names = [each["name"] for each in dataset["items"] if each["item"] in case["request"]["data_items"]]
    said = [case["case_number"], dataset["title"], *names, case["request"]["purpose"], CONDITIONS, "365"]
    assert [each for each in said if each not in text] == []
    assert "{" not in text
    assert it["examined_on"] is None
    assert all(clause["rule"]["text"] for part in it["parts"] for clause in part["clauses"])
    numbers = [clause["number"] for part in it["parts"] for clause in part["clauses"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {each["body"] for each in it["signatures"]} == {"applicant", f"{city}.transport"}


async def test_the_digest_is_of_what_is_shown_and_anybody_can_recompute_it(working: Service, applicant: Caller) -> None:
    case = await before_the_signatures(working, applicant, "nanning")
    case = await working.decide(case, "provider_signature", "sign")
    it = await applicant.read(f"/v1/cases/{case['case_id']}/agreement")
    assert hashlib.sha256(it["canonical"].encode()).hexdigest() == it["digest"]
    terms = json.loads(it["canonical"])["terms"]
    assert terms["data_items"] == sorted(case["request"]["data_items"])
    for name, said in (("conditions", CONDITIONS), ("purpose", case["request"]["purpose"])):
        assert terms["words"][name] == hashlib.sha256(f"{case['case_id']}\n{said}".encode()).hexdigest()
        assert said not in it["canonical"]


async def test_what_a_signature_would_state_is_read_before_and_nothing_of_it_is_kept(
    working: Service, applicant: Caller
) -> None:
    case = await before_the_signatures(working, applicant, "nanning")
    path, task = f"/v1/cases/{case['case_id']}/agreement", open_task(case, "provider_signature")
    officer = working.as_(f"reviewer@{task['body']}")
    before = await officer.read(path)
    draft = (await officer.post(path, {"conditions": CONDITIONS})).json()
    assert CONDITIONS in text_of(draft)
    assert CONDITIONS not in text_of(before)
    assert draft["digest"] != before["digest"] == (await officer.read(path))["digest"]
    bystander = working.as_("reviewer@nanning.operator")
    assert (await bystander.post(path, {"conditions": CONDITIONS})).status_code == 404

    decision, said = f"/v1/tasks/{task['task_id']}/decision", {"outcome": "sign", "conditions": CONDITIONS}
    bare = await officer.post(decision, said)
    assert (bare.status_code, bare.json()["errors"][0]["field"]) == (422, "digest")
    other = await officer.post(decision, said | {"digest": before["digest"]})
    assert (other.status_code, other.json()["type"]) == (409, "urn:kaifang:problem:agreement-changed")
    misshapen = await officer.post(decision, said | {"digest": "x"})
    assert (misshapen.status_code, misshapen.json()["errors"][0]["field"]) == (422, "digest")
    await officer.do(decision, said | {"digest": draft["digest"]})
    after = await applicant.read(path)
    assert after["digest"] == draft["digest"]
    (signed,) = [each for each in after["signatures"] if each["signed_at"]]
    assert (signed["body"], signed["digest"]) == ("nanning.transport", draft["digest"])


async def test_both_signatures_and_the_log_name_the_digest_of_the_text_in_force(
    working: Service, applicant: Caller
) -> None:
    case = await before_the_signatures(working, applicant, "yulin")
    case = await working.decide(case, "provider_signature", "sign")
    path = f"/v1/cases/{case['case_id']}"
    more = {"safeguards": "something that the provider has not signed"}
    changed = await applicant.post(
        f"{path}/signature", more | {"digest": await applicant.digest(case["case_id"], **more)}
    )
    assert (changed.status_code, changed.json()["type"]) == (409, "urn:kaifang:problem:agreement-changed")
    case = (await applicant.sign(case["case_id"]))["case"]
    assert case["outcome"] == "granted"
    it = await applicant.read(f"{path}/agreement")
    assert {each["digest"] for each in it["signatures"]} == {it["digest"]}
    log = (await applicant.read(f"{path}/events"))["items"]
    assert [each["digest"] for each in log if each.get("digest")] == [it["digest"]] * 2


async def test_there_is_no_agreement_before_it_is_to_be_signed_and_none_for_strangers(
    working: Service, applicant: Caller
) -> None:
    case = await applicant.file("guangzhou")
    path = f"/v1/cases/{case['case_id']}/agreement"
    assert (await applicant.get(path)).status_code == 404
    await working.decide(case, "provider_review", "agree")
    assert (await applicant.get(path)).status_code == 200
    assert (await working.as_("applicant2@demo").get(path)).status_code == 404
    assert (await working.nobody().get(path)).status_code == 401
