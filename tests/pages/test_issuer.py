"""Logging in at an issuer: a real OpenID provider beside, what it says is believed by its signature and its claims."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
import pytest
from typer.testing import CliRunner

from activities.directory import people
from activities.directory.account_record import By
from activities.directory.links import by_link, new_token
from activities.directory.officers import NewOfficer, enrol_and_invite
from activities.directory.personal import opened, opened_name, place_in_account
from activities.settings import Settings, SettingsError
from api.http import provider as provider_keys
from cli.main import app as command_line
from pages.app import create_app
from tests.pages.providing import CLIENT, Provider
from tests.pages.visiting import BASE, Front, Visitor, pages_open

OURS = {"Accept": "text/html"}


@pytest.fixture
def settings(settings: Settings, provider: Provider, tmp_path: Path) -> Settings:
    secret = tmp_path / "secret"
    secret.write_text("a secret\n")
    known = {"oidc_issuer": provider.url, "oidc_client_id": CLIENT, "oidc_client_secret_file": secret}
    return settings.model_copy(update={"login": None, **known})


@pytest.fixture
async def front(settings: Settings) -> AsyncIterator[Front]:
    async with pages_open(create_app(settings), settings) as running:
        yield running


async def leaves(visitor: Visitor, back: str = "/datasets") -> str:
    """The address at the provider to which the browser is sent."""
    answer = await visitor.http.get("/en/login/issuer", params={"back": back}, headers=OURS)
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def comes_back(visitor: Visitor, address: str) -> httpx.Response:
    """The answer to the browser that comes back, in its language."""
    answer = await visitor.http.get(f"{urlsplit(address).path}?{urlsplit(address).query}", headers=OURS)
    return answer if answer.status_code != 302 else await visitor.http.get(answer.headers["location"], headers=OURS)


async def logs_in(front: Front, provider: Provider, subject: str, language: str = "en") -> Visitor:
    visitor = front.visitor(language)
    answer = await comes_back(visitor, provider.lets_in(await leaves(visitor), subject))
    assert answer.status_code == 303, answer.text
    return await visitor.visit("/en/my/settings" if language == "en" else "/my/settings")


async def account(front: Front, subject: str) -> Any:
    """The account of that subject, as it is read."""
    runtime = front.app.state.runtime
    row = await runtime.pool.fetchrow("select * from accounts where subject = $1", subject)
    if row is None:
        return None
    of, seals = row["account_id"], runtime.seals
    return dict(row) | {
        "name": opened_name(seals, of, json.loads(row["name"])),
        **{column: opened(seals, place_in_account(of, column), row[column]) for column in ("organisation", "contact")},
    }


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_whoever_follows_a_link_and_logs_in_has_the_account(
    front: Front, provider: Provider, language: str
) -> None:
    runtime, subject = front.app.state.runtime, f"linked-{language}"
    officer = NewOfficer(
        f"{subject}@nanning.operator", "张三", "Zhang San", "nanning.operator", frozenset({"reviewer"})
    )
    token = new_token()
    await enrol_and_invite(
        runtime.pool, officer, by_link(provider.url, token), await runtime.now(), By(), seals=runtime.seals
    )
    address = f"{'/en' if language == 'en' else ''}/invitation/{token}"
    for each in (subject, "known-before"):
        provider.knows(each)
    await logs_in(front, provider, "known-before", language)

    async def follows(who: str) -> tuple[Visitor, httpx.Response]:
        visitor = front.visitor(language)
        await visitor.visit(address)
        (way,) = [link for link in visitor.links() if "invitation=" in link.get("href", "")]
        left = await visitor.http.get(way.get("href", ""), headers=OURS)
        return visitor, await comes_back(visitor, provider.lets_in(left.headers["location"], who))

    known, answer = await follows("known-before")
    assert answer.headers["location"] == address, "who is known takes nothing"
    await known.visit(address)
    assert not [link for link in known.links() if "invitation=" in link.get("href", "")]
    late = front.visitor(language)
    await late.visit(address)
    left = await late.http.get(f"{address.rpartition('/invitation')[0]}/login/issuer?invitation={token}", headers=OURS)
    _, answer = await follows(subject)
    assert answer.status_code == 303, answer.text
    assert (await account(front, subject))["login"] == officer.login
    provider.knows(f"{subject}-2")
    answer = await comes_back(late, provider.lets_in(left.headers["location"], f"{subject}-2"))
    assert answer.status_code == 403
    assert {"zh": "也没有建立账号", "en": "have no account"}[language] in answer.text
    assert await account(front, f"{subject}-2") is None


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_login_page_leads_to_the_issuer_and_back_to_where_one_was(
    front: Front, provider: Provider, language: str
) -> None:
    visitor = front.visitor(language)
    path = "/my/settings" if language == "zh" else "/en/my/settings"
    await visitor.visit(path)
    (way,) = [link for link in visitor.links() if "/login/issuer" in link.get("href", "")]
    answer = await visitor.http.get(way.get("href", ""), headers=OURS)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
    assert (asked["code_challenge_method"], len(asked["code_challenge"])) == ("S256", 43)
    assert len(asked["state"]) > 40
    assert len(asked["nonce"]) > 40
    back = await comes_back(visitor, provider.lets_in(answer.headers["location"], "somebody"))
    assert back.headers["location"] == path


async def test_whoever_comes_for_the_first_time_is_an_applicant_as_the_issuer_names_it(
    front: Front, provider: Provider
) -> None:
    provider.knows(
        "zhang", name="张 三", email="Zhang@Example.org", email_verified=True, organization="南宁某公司", sid="s1"
    )
    visitor = await logs_in(front, provider, "zhang")
    assert "张 三" in visitor.text()
    found = await account(front, "zhang")
    assert found["roles"] == ["applicant"]
    assert (found["body"], found["city"]) == (None, None)
    assert (found["kind"], found["organisation"], found["contact"]) == (
        "organisation",
        "南宁某公司",
        "Zhang@Example.org",
    )
    again = await logs_in(front, provider, "zhang")
    assert found["login"] in again.text()
    assert await front.app.state.runtime.pool.fetchval("select count(*) from accounts where subject = 'zhang'") == 1


async def test_what_the_issuer_has_not_checked_says_nothing(front: Front, provider: Provider) -> None:
    provider.knows("li", name=" \u200b", email="li@example.org", roles=["admin"], phone_number="1", is_admin=True)
    await logs_in(front, provider, "li")
    found = await account(front, "li")
    assert (found["contact"], found["kind"], found["roles"]) == (None, "person", ["applicant"])
    assert found["login"] in found["name"].values()


async def test_an_officer_comes_by_invitation_alone_and_once(front: Front, provider: Provider) -> None:
    pool, now = front.app.state.runtime.pool, await front.app.state.runtime.now()
    seals = front.app.state.runtime.seals
    await people.invite(
        pool,
        "reviewer@nanning.operator",
        people.Invitation(provider.url, None, "Wang@example.org"),
        now,
        seals=seals,
    )
    provider.knows("not-checked", email="wang@example.org")
    await logs_in(front, provider, "not-checked")
    assert (await account(front, "not-checked"))["roles"] == ["applicant"]

    provider.knows("wang", name="王", email="wang@example.org", email_verified=True)
    visitor = await logs_in(front, provider, "wang")
    assert "reviewer@nanning.operator" in visitor.text()
    assert not await pool.fetchval("select count(*) from invitations")

    provider.knows("wang2", email="wang@example.org", email_verified=True)
    await logs_in(front, provider, "wang2")
    assert (await account(front, "wang2"))["roles"] == ["applicant"]


async def test_an_invitation_ends(front: Front, provider: Provider) -> None:
    pool, now = front.app.state.runtime.pool, await front.app.state.runtime.now()
    seals = front.app.state.runtime.seals
    await people.invite(
        pool,
        "reviewer@nanning.operator",
        people.Invitation(provider.url, "late", None),
        now - people.LASTS,
        seals=seals,
    )
    await logs_in(front, provider, "late")
    assert (await account(front, "late"))["roles"] == ["applicant"]


async def test_an_invitation_of_another_issuer_is_not_taken(front: Front, provider: Provider) -> None:
    pool, now = front.app.state.runtime.pool, await front.app.state.runtime.now()
    seals = front.app.state.runtime.seals
    await people.invite(
        pool,
        "reviewer@nanning.operator",
        people.Invitation("https://another.example", "same", None),
        now,
        seals=seals,
    )
    await logs_in(front, provider, "same")
    assert (await account(front, "same"))["roles"] == ["applicant"]


async def test_nobody_is_moved_from_one_account_to_another(front: Front, provider: Provider) -> None:
    pool, now = front.app.state.runtime.pool, await front.app.state.runtime.now()
    seals = front.app.state.runtime.seals
    await logs_in(front, provider, "known")
    with pytest.raises(people.KnownAlready):
        await people.invite(
            pool,
            "reviewer@nanning.operator",
            people.Invitation(provider.url, "known", None),
            now,
            seals=seals,
        )
    with pytest.raises(people.AccountUnknown):
        await people.invite(
            pool,
            "nobody@nowhere",
            people.Invitation(provider.url, "new", None),
            now,
            seals=seals,
        )


WRONG = [
    {"aud": "another client"},
    {"aud": [CLIENT, "another"]},
    {"iss": "https://another.example"},
    {"exp": 1_700_000_000},
    {"nonce": "another"},
    {"azp": "another client"},
    {"at_hash": "another"},
]


@pytest.mark.parametrize("said", WRONG, ids=str)
async def test_an_id_token_that_is_not_for_this_login_lets_nobody_in(
    front: Front, provider: Provider, said: dict[str, Any]
) -> None:
    provider.knows("wrong", name="x", **said)
    visitor = front.visitor()
    answer = await comes_back(visitor, provider.lets_in(await leaves(visitor), "wrong"))
    assert answer.status_code == 403
    assert "Log in again" in answer.text
    assert "kaifang" not in visitor.http.cookies
    assert not await front.app.state.runtime.pool.fetchval("select count(*) from sessions")
    provider.knows("wrong")


async def test_a_subject_that_the_standard_does_not_know_lets_nobody_in(front: Front, provider: Provider) -> None:
    visitor = front.visitor()
    assert (await comes_back(visitor, provider.lets_in(await leaves(visitor), "ünsagbar"))).status_code == 403


async def test_a_browser_comes_back_with_its_own_state_and_once(front: Front, provider: Provider) -> None:
    visitor, other = front.visitor(), front.visitor()
    address = provider.lets_in(await leaves(visitor), "somebody")
    await leaves(other)
    assert (await comes_back(other, address)).status_code == 403, "another browser"
    assert (await comes_back(front.visitor(), address)).status_code == 403, "one that never left"
    cookie = visitor.http.cookies["login"]
    assert (await comes_back(visitor, address)).status_code == 303
    visitor.http.cookies.set("login", cookie)
    assert (await comes_back(visitor, address)).status_code == 403, "the same again"


async def test_a_state_that_was_changed_on_the_way_lets_nobody_in(front: Front, provider: Provider) -> None:
    visitor = front.visitor()
    parts = urlsplit(await leaves(visitor))
    query = [(name, "guessed" if name == "state" else value) for name, value in parse_qsl(parts.query)]
    address = provider.lets_in(urlunsplit(parts._replace(query=urlencode(query))), "somebody")
    assert (await comes_back(visitor, address)).status_code == 403


async def test_a_nonce_that_was_changed_on_the_way_lets_nobody_in(front: Front, provider: Provider) -> None:
    visitor = front.visitor()
    parts = urlsplit(await leaves(visitor))
    query = [(name, "another" if name == "nonce" else value) for name, value in parse_qsl(parts.query)]
    address = provider.lets_in(urlunsplit(parts._replace(query=urlencode(query))), "somebody")
    assert (await comes_back(visitor, address)).status_code == 403


async def test_whom_the_issuer_does_not_let_in_is_told_so(front: Front, provider: Provider) -> None:
    visitor = front.visitor("zh")
    answer = provider.http.post(await leaves(visitor), data={"action": "deny"})
    back = await comes_back(visitor, answer.headers["location"])
    assert back.status_code == 403


async def test_a_session_that_somebody_planted_is_not_the_one_that_is_logged_in(
    front: Front, provider: Provider
) -> None:
    visitor = front.visitor()
    visitor.http.cookies.set("kaifang", "planted")
    await comes_back(visitor, provider.lets_in(await leaves(visitor), "somebody"))
    cookies = [each.value for each in visitor.http.cookies.jar if each.name == "kaifang"]
    assert "planted" not in [each for each in cookies if len(each or "") > 20]
    planted = front.visitor()
    planted.http.cookies.set("kaifang", "planted")
    await planted.visit("/en/my/settings")
    assert planted.path == "/en/login"


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
async def test_the_way_back_leads_to_no_other_site(front: Front, provider: Provider, back: str) -> None:
    visitor = front.visitor()
    answer = await comes_back(visitor, provider.lets_in(await leaves(visitor, back), "somebody"))
    assert answer.headers["location"] == "/en/"


async def test_keys_that_the_issuer_has_changed_are_fetched_anew(
    front: Front, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await logs_in(front, provider, "somebody")
    provider.http.post("/rotate")
    visitor = front.visitor()
    address = provider.lets_in(await leaves(visitor), "somebody")
    assert (await comes_back(visitor, address)).status_code == 403, "not oftener than now and then"
    monkeypatch.setattr(provider_keys, "KEYS_EVERY", 0.0)
    await logs_in(front, provider, "somebody")


async def test_whoever_logs_out_is_logged_out_at_the_issuer_too(front: Front, provider: Provider) -> None:
    visitor = await logs_in(front, provider, "somebody")
    await visitor.send("logout")
    assert visitor.answer.status_code == 200
    _, _, leads_to = visitor.answer.headers["refresh"].partition("url=")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(leads_to).query).items()}
    assert leads_to.startswith(f"{provider.url}/oauth2/end_session?")
    assert asked["post_logout_redirect_uri"] == f"{BASE}/"
    assert asked["id_token_hint"].count(".") == 2
    assert any(link.get("href") == leads_to for link in visitor.links())
    await visitor.visit("/en/my/settings")
    assert visitor.path == "/en/login"
    assert not await front.app.state.runtime.pool.fetchval("select count(*) from sessions where id_token is not null")


async def backchannel(front: Front, token: str) -> int:
    http = front.visitor().http
    return (await http.post("/oidc/backchannel-logout", data={"logout_token": token})).status_code


async def test_a_session_that_the_issuer_has_ended_is_over_here(front: Front, provider: Provider) -> None:
    provider.knows("two", sid="first")
    first = await logs_in(front, provider, "two")
    provider.knows("two", sid="second")
    second = await logs_in(front, provider, "two")
    assert await backchannel(front, provider.signs(sub="two", sid="first")) == 200
    await first.visit("/en/my/settings")
    assert first.path == "/en/login"
    await second.visit("/en/my/settings")
    assert second.path == "/en/my/settings"
    third = await logs_in(front, provider, "somebody")
    assert await backchannel(front, provider.signs(sub="two")) == 200
    await second.visit("/en/my/settings")
    assert second.path == "/en/login"
    await third.visit("/en/my/settings")
    assert third.path == "/en/my/settings"


NO_LOGOUT = [
    {"by": "another"},
    {"iss": "https://another.example"},
    {"aud": "another client"},
    {"events": None},
    {"events": {"something else": {}}},
    {"nonce": "an id token has one"},
    {"iat": 1_700_000_000},
    {"exp": 1_700_000_000},
    {"jti": None},
    {"sub": None},
]


@pytest.mark.parametrize("said", NO_LOGOUT, ids=str)
async def test_what_is_no_logout_token_of_the_issuer_ends_nothing(
    front: Front, provider: Provider, said: dict[str, Any]
) -> None:
    visitor = await logs_in(front, provider, "stays")
    assert await backchannel(front, provider.signs(**{"sub": "stays", **said})) == 400
    await visitor.visit("/en/my/settings")
    assert visitor.path == "/en/my/settings"


async def test_a_logout_token_without_a_signature_ends_nothing(front: Front, provider: Provider) -> None:
    for token in ("", "x", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzdGF5cyJ9."):
        assert await backchannel(front, token) == 400
    assert (await front.visitor().http.post("/oidc/backchannel-logout")).status_code == 400


async def test_an_issuer_that_is_away_lets_nobody_in_and_says_so(settings: Settings) -> None:
    away = settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:1"})
    async with pages_open(create_app(away), away) as front:
        visitor = await front.visitor().visit("/en/login/issuer")
        assert visitor.answer.status_code == 503
        assert "cannot be reached" in visitor.text()


async def test_there_is_no_demo_account_where_there_is_an_issuer(front: Front) -> None:
    visitor = await front.visitor().visit("/en/login")
    answer = await visitor.http.post("/en/login", data={"account": "applicant@demo"}, headers={"Origin": BASE})
    assert answer.status_code == 404


def test_a_way_to_log_in_that_is_not_safe_is_refused_at_the_start(settings: Settings, tmp_path: Path) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"login": "demo"}, "one of them"),
        ({"oidc_client_id": None}, "KAIFANG_OIDC_CLIENT_ID"),
        ({"oidc_issuer": "http://issuer.example"}, "over https"),
        ({"oidc_client_secret_file": tmp_path / "none"}, "cannot be read"),
    ]
    for changed, said in wrong:
        with pytest.raises(SettingsError, match=said):
            create_app(settings.model_copy(update=changed))


async def test_an_officer_is_enrolled_and_invited_by_commands(
    front: Front, provider: Provider, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIFANG_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("KAIFANG_OIDC_ISSUER", provider.url)

    async def run(*words: str) -> tuple[int, str]:
        import asyncio

        done = await asyncio.to_thread(CliRunner().invoke, command_line, ["accounts", *words])
        return done.exit_code, done.output

    zhao = ("enrol", "zhao@nanning.transport", "--name", "赵", "--role", "reviewer")
    assert (await run(*zhao))[0] == 1, "a reviewer acts for a body"
    assert (await run(*zhao, "--body", "nanning.nothing"))[0] == 1
    status, said = await run(*zhao, "--body", "nanning.transport")
    assert status == 0, said
    assert (await run(*zhao, "--body", "nanning.transport"))[0] == 1, "there is one already"
    assert (await run("invite", "zhao@nanning.transport"))[0] == 2
    assert (await run("invite", "nobody@nowhere", "--subject", "zhao"))[0] == 1
    status, said = await run("invite", "zhao@nanning.transport", "--subject", "zhao")
    assert status == 0, said
    visitor = await logs_in(front, provider, "zhao")
    assert "zhao@nanning.transport" in visitor.text()
    assert (await run("invite", "zhao@nanning.transport", "--subject", "another"))[0] == 1
