"""Tokens of an OpenID provider and of the embedded stack: believed for as long as they may live, and void on demand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
from typer.testing import CliRunner

from activities.database import Pool
from activities.directory import sessions
from activities.settings import Settings, SettingsError
from api.app import create_app
from api.http.tokens import ALGORITHM, ISSUER, issue, signing_key
from cli.main import app as command_line
from rules.sample_catalogue import accounts
from tests.api.calling import Caller, Service, serving
from tests.api.supervising import SOON
from tests.pages.providing import CLIENT, Provider

APPLICANT, OTHER = "applicant@demo", "applicant2@demo"
DAY = 86_400


@pytest.fixture
async def at_the_provider(settings: Settings, provider: Provider, pool: Pool) -> AsyncIterator[Service]:
    """The API on a machine that others reach, whose people log in at the provider."""
    await pool.execute("update accounts set issuer = $1, subject = 'zhang' where login = $2", provider.url, APPLICANT)
    chosen = settings.model_copy(update={"oidc_issuer": provider.url, "oidc_client_id": CLIENT})
    async with serving(create_app(chosen, patience=SOON), chosen) as running:
        yield running


async def status(service: Service, token: str) -> int:
    return (await Caller(service.http, token).get("/v1/cases")).status_code


async def test_a_token_of_the_provider_is_whose_account_it_names(at_the_provider: Service, provider: Provider) -> None:
    assert await status(at_the_provider, provider.grants("zhang")) == 200
    assert await status(at_the_provider, provider.grants("zhang", aud=["another", "urn:kaifang:api"])) == 200
    assert await status(at_the_provider, provider.grants("nobody-here")) == 401


def wrong(now: int) -> dict[str, dict[str, Any]]:
    """What a token may say of itself, for which it is not believed at that second."""
    return {
        "another audience": {"aud": "another"},
        "the pages": {"aud": CLIENT},
        "no audience": {"aud": None},
        "another issuer": {"iss": "https://issuer.example"},
        "our own issuer": {"iss": ISSUER},
        "over": {"exp": now - 60},
        "for ever": {"exp": now + 100 * 365 * DAY},
        "a day and an hour": {"exp": now + DAY + 3600},
        "no end": {"exp": None},
        "no end that is a number": {"exp": "tomorrow"},
        "no end at all": {"exp": 1e300},
        "not issued": {"iat": None},
        "issued later": {"iat": now + 600},
        "not yet": {"nbf": now + 600},
        "a logout": {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
        "no subject": {"sub": None},
        "a nul": {"sub": "zhang\x00"},
        "ten kilobytes": {"sub": "z" * 10_000},
        "no text": {"sub": ["zhang"]},
        "a letter of another alphabet": {"sub": "张"},
        "a name with a nul": {"jti": "\x00"},
        "a name without end": {"jti": "j" * 10_000},
        "a name that is none": {"jti": {"a": 1}},
    }


async def test_a_token_that_is_not_for_now_not_for_us_or_misshapen_is_refused(
    at_the_provider: Service, provider: Provider
) -> None:
    said_of_itself = wrong(int(time.time()))
    found = {
        name: await status(at_the_provider, provider.grants("zhang", **said)) for name, said in said_of_itself.items()
    }
    found["signed by another"] = await status(at_the_provider, provider.grants("zhang", by="another"))
    found["by our own key"] = await status(at_the_provider, at_the_provider.as_(APPLICANT).token or "")
    found["too long"] = await status(at_the_provider, "a" * 20_000)
    assert {name: answer for name, answer in found.items() if answer != 401} == {}


async def test_our_own_issuer_is_believed_beside_a_provider_on_this_machine_alone(
    settings: Settings, provider: Provider
) -> None:
    here = settings.model_copy(update={"oidc_issuer": provider.url, "public_url": None})
    async with serving(create_app(here, patience=SOON), here) as service:
        assert await status(service, service.as_(APPLICANT).token or "") == 200
    listening = here.model_copy(update={"host": "0.0.0.0"})  # noqa: S104 - that is what is tried
    async with serving(create_app(listening, patience=SOON), listening) as service:
        assert await status(service, service.as_(APPLICANT).token or "") == 401


async def test_a_token_lives_as_long_as_the_settings_allow_whatever_its_issuer_says(settings: Settings) -> None:
    key = signing_key(settings.signing_key_file)
    account = next(each.account_id for each in accounts() if each.login == APPLICANT)
    hour = settings.model_copy(update={"token_life": 3600})
    async with serving(create_app(hour, patience=SOON), hour) as service:
        assert await status(service, issue(key, account, timedelta(hours=1))) == 200
        assert await status(service, issue(key, account, timedelta(hours=1, seconds=1))) == 401
    async with serving(create_app(settings, patience=SOON), settings) as service:
        assert await status(service, issue(key, account, timedelta(days=365 * 100))) == 401


def test_nothing_starts_with_an_issuer_in_the_clear_or_logins_taken_for_tokens(settings: Settings) -> None:
    wrong = [
        ({"oidc_issuer": "http://issuer.example"}, "over https"),
        (
            {"oidc_issuer": "https://issuer.example", "oidc_client_id": "a", "oidc_audience": "a"},
            "KAIFANG_OIDC_AUDIENCE",
        ),
    ]
    for changed, said in wrong:
        with pytest.raises(SettingsError, match=said):
            create_app(settings.model_copy(update=changed))


async def test_an_issuer_that_does_not_answer_is_a_problem_of_its_own(settings: Settings) -> None:
    away = settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:1"})
    async with serving(create_app(away, patience=SOON), away) as service:
        answer = await service.as_(APPLICANT).get("/v1/cases")
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:kaifang:problem:issuer-away")


def issued(service: Service, of: Caller, *, ago: int = 5, **claims: Any) -> Caller:
    """The same account with another token, issued some seconds ago or, where below zero, ahead."""
    said = jwt.decode(of.token or "", options={"verify_signature": False})
    said |= {"iat": said["iat"] - ago, "exp": said["exp"] - ago, **claims}
    return Caller(service.http, jwt.encode(said, signing_key(service.settings.signing_key_file), algorithm=ALGORITHM))


async def logged_in(pool: Pool, login: str) -> str:
    """The cookie of a browser in which the account is logged in."""
    account_id = await pool.fetchval("select account_id from accounts where login = $1", login)
    now = await pool.fetchval("select clock_timestamp()")
    return await sessions.begin(pool, account_id, now, idle=timedelta(hours=1), browser="a browser")


async def is_logged_in(pool: Pool, cookie: str) -> bool:
    now = await pool.fetchval("select clock_timestamp()")
    return isinstance(await sessions.find(pool, cookie, now), sessions.Session)


async def test_whoever_revokes_one_token_by_its_name_keeps_the_others(service: Service, pool: Pool) -> None:
    browser = await logged_in(pool, APPLICANT)
    one, two = (issued(service, service.as_(APPLICANT), jti=name) for name in ("one", "two"))
    same_name = issued(service, service.as_(OTHER), jti="one")
    assert (await two.post("/v1/tokens/revocation", {"jti": "one"})).status_code == 204
    statuses = [(await each.get("/v1/cases")).status_code for each in (one, two, same_name)]
    assert statuses == [401, 200, 200], "nobody revokes what is another's"
    assert await is_logged_in(pool, browser)


async def test_whoever_revokes_all_tokens_is_out_everywhere_until_a_new_one_is_issued(
    service: Service, pool: Pool
) -> None:
    mine, later = issued(service, service.as_(APPLICANT)), issued(service, service.as_(APPLICANT), ago=-20)
    browser, of_another = await logged_in(pool, APPLICANT), await logged_in(pool, OTHER)
    assert (await mine.post("/v1/tokens/revocation", {})).status_code == 204
    assert not await is_logged_in(pool, browser)
    assert await is_logged_in(pool, of_another)
    assert (await mine.get("/v1/cases")).status_code == 401
    assert (await later.get("/v1/cases")).status_code == 200
    row = await pool.fetchrow("select what, by_account, account_id from account_record order by number desc limit 1")
    assert row is not None
    assert (row["what"], row["by_account"]) == ("tokens_revoked", row["account_id"])


async def test_an_administrator_revokes_the_tokens_of_another_and_nobody_else_does(
    service: Service, pool: Pool
) -> None:
    theirs, browser = issued(service, service.as_(OTHER)), await logged_in(pool, OTHER)
    asked = {"account": OTHER}
    assert (await service.as_(APPLICANT).post("/v1/tokens/revocation", asked)).status_code == 403
    assert (await theirs.get("/v1/cases")).status_code == 200
    assert await is_logged_in(pool, browser)
    assert (await service.as_("admin@kaifang").post("/v1/tokens/revocation", asked)).status_code == 204
    assert (await theirs.get("/v1/cases")).status_code == 401
    assert not await is_logged_in(pool, browser)
    nobody = await service.as_("admin@kaifang").post("/v1/tokens/revocation", {"account": "nobody@nowhere"})
    assert nobody.json()["errors"][0]["field"] == "account"


async def test_tokens_are_revoked_by_a_command_too(
    service: Service, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIFANG_DATABASE_URL", service.settings.database_url)
    theirs, browser = issued(service, service.as_(OTHER)), await logged_in(pool, OTHER)
    done = await asyncio.to_thread(CliRunner().invoke, command_line, ["accounts", "revoke", OTHER])
    assert done.exit_code == 0, done.output
    assert (await theirs.get("/v1/cases")).status_code == 401
    assert not await is_logged_in(pool, browser)
    done = await asyncio.to_thread(CliRunner().invoke, command_line, ["accounts", "revoke", "nobody@nowhere"])
    assert done.exit_code == 1
