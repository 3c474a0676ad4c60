"""Grants: the key is shown once, the grantee gives it back, the provider revokes it with a reason."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from activities.database import Pool
from tests.api.calling import Caller, Service
from tests.api.test_five_cities import granted


async def grant(service: Service, applicant: Caller, city: str = "guangzhou") -> Any:
    case = await granted(service, applicant, city)
    return (await applicant.read(f"/v1/cases/{case['granted']['access_case_id']}"))["case_id"]


async def test_a_key_is_shown_once_and_only_its_digest_is_kept(working: Service, applicant: Caller, pool: Pool) -> None:
    case_id = await grant(working, applicant)
    key = str(uuid.uuid4())

    first = await applicant.do(f"/v1/grants/{case_id}/key", key=key)
    again = await applicant.do(f"/v1/grants/{case_id}/key", key=key)

    secret = first["key"]
    assert secret.startswith("kf_")
    assert again["key"] is None
    kept = await pool.fetchval("select key_digest from grants where case_id = $1", case_id)
    assert kept == hashlib.sha256(secret.encode()).hexdigest()
    for table in ("acts", "events", "grants"):
        assert await pool.fetchval(f"select count(*) from {table} t where t::text like '%' || $1 || '%'", secret) == 0  # noqa: S608
    assert (await applicant.read("/v1/grants"))["items"][0]["has_key"] is True


async def test_a_new_key_takes_the_place_of_the_one_before(working: Service, applicant: Caller, pool: Pool) -> None:
    case_id = await grant(working, applicant)

    await applicant.do(f"/v1/grants/{case_id}/key")
    second = await applicant.do(f"/v1/grants/{case_id}/key")

    kept = await pool.fetchval("select key_digest from grants where case_id = $1", case_id)
    assert kept == hashlib.sha256(second["key"].encode()).hexdigest()


async def test_the_grantee_gives_a_grant_back_and_gets_no_key_any_more(working: Service, applicant: Caller) -> None:
    case_id = await grant(working, applicant)

    given_back = await applicant.do(f"/v1/grants/{case_id}/renunciation")
    late = await applicant.post(f"/v1/grants/{case_id}/key")

    assert (given_back["case"]["status"], given_back["case"]["outcome"]) == ("closed", "renounced")
    assert given_back["case"]["outcome_label"] == "Given back"
    assert (late.status_code, late.json()["type"]) == (409, "urn:kaifang:problem:case-closed")
    assert "kf_" not in late.text


async def test_the_provider_revokes_a_grant_and_must_say_why(working: Service, applicant: Caller) -> None:
    case_id = await grant(working, applicant, "nanning")
    provider = working.as_("reviewer@nanning.transport")

    silent = await provider.post(f"/v1/grants/{case_id}/revocation", {})
    other = await working.as_("reviewer@nanning.operator").post(
        f"/v1/grants/{case_id}/revocation", {"reason": "Misuse"}
    )
    revoked = await provider.do(f"/v1/grants/{case_id}/revocation", {"reason": "Misuse"})

    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (422, "reason")
    assert silent.json()["errors"][0]["rule"]["article"] == "27.2"
    assert silent.json()["detail"].startswith("Nanning article 27")
    assert other.status_code == 403
    assert revoked["case"]["outcome"] == "revoked"
    assert (await applicant.read("/v1/grants"))["items"][0]["ended"] == "revoked"
    events = (await applicant.read(f"/v1/cases/{case_id}/events"))["items"]
    assert next(each["article"] for each in events if each["type"] == "AccessRevoked") == "27.2"
    told = (await applicant.read("/v1/messages"))["items"][0]
    assert told["kind"] == "grant_ended"
    assert "Nanning article 27" in told["text"]


async def test_a_grant_of_somebody_else_is_not_found(working: Service, applicant: Caller) -> None:
    case_id = await grant(working, applicant)
    stranger = working.as_("applicant2@demo")

    assert (await stranger.post(f"/v1/grants/{case_id}/key")).status_code == 404
    assert (await stranger.post(f"/v1/grants/{case_id}/renunciation")).status_code == 404
    assert (await stranger.read("/v1/grants"))["items"] == []


async def test_an_access_case_is_called_access_and_not_the_request_whose_rules_it_keeps(
    working: Service, applicant: Caller
) -> None:
    access = await applicant.read(f"/v1/cases/{await grant(working, applicant)}")
    assert (access["procedure"], access["procedure_label"]) == ("access", "Access")
