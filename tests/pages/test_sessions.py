"""Logging in and out, and what a session is good for."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from activities.directory import sessions
from activities.settings import Settings, SettingsError
from pages.app import create_app
from tests.api.calling import Service
from tests.pages.visiting import BASE, Front, Visitor


def cookie_of(visitor: Visitor) -> str:
    return str(visitor.http.cookies["kaifang"])


async def test_a_demo_account_is_logged_in_by_one_click(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    assert visitor.path == "/en/"
    assert "applicant@demo" in visitor.answer.text


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("reviewer@nanning.operator", "/en/desk"),
        ("supervisor@nanning.authority", "/en/supervision"),
        ("admin@kaifang", "/en/supervision"),
    ],
)
async def test_an_officer_who_logs_in_comes_to_what_there_is_to_do(front: Front, login: str, path: str) -> None:
    visitor = await front.logged_in(login)
    assert visitor.path == path


async def test_an_officer_comes_back_to_the_page_that_asked_for_a_login(front: Front) -> None:
    visitor = await front.visitor().visit("/en/messages")
    await visitor.send("login", button="reviewer@nanning.operator")
    assert visitor.path == "/en/messages"


async def test_whoever_logs_out_is_logged_out_in_postgresql_too(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    cookie = cookie_of(visitor)
    await visitor.send("logout")
    assert "applicant@demo" not in visitor.answer.text
    runtime = front.app.state.runtime
    assert await sessions.find(runtime.pool, cookie, await runtime.now()) is None


async def test_whoever_revokes_all_tokens_is_logged_out_of_every_browser(front: Front, service: Service) -> None:
    mine = [await front.logged_in("applicant@demo") for _ in range(2)]
    another = await front.logged_in("applicant2@demo")
    applicant = service.as_("applicant@demo")
    assert (await applicant.post("/v1/tokens/revocation", {"jti": "one-of-many"})).status_code == 204
    for visitor in mine:
        assert (await visitor.visit("/en/my/settings")).path == "/en/my/settings", "one token is no session"
    assert (await applicant.post("/v1/tokens/revocation", {})).status_code == 204
    for visitor in mine:
        assert (await visitor.visit("/en/my/settings")).path == "/en/login"
    assert (await another.visit("/en/my/settings")).path == "/en/my/settings"


async def test_a_login_begins_a_new_session_and_ends_the_one_before(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    first = cookie_of(visitor)
    await visitor.send("logout")
    await visitor.visit("/login")
    await visitor.send("login", button="applicant2@demo")
    assert cookie_of(visitor) != first


async def test_the_table_of_sessions_holds_no_cookie(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    rows = await front.app.state.runtime.pool.fetch("select * from sessions")
    assert rows
    assert cookie_of(visitor) not in str(rows)


@pytest.mark.parametrize(
    ("login", "rest"), [("applicant@demo", timedelta(hours=2)), ("reviewer@nanning.operator", timedelta(minutes=30))]
)
async def test_a_session_ends_by_rest(front: Front, login: str, rest: timedelta) -> None:
    visitor = await front.logged_in(login)
    runtime = front.app.state.runtime
    now = await runtime.now()
    found = await sessions.find(runtime.pool, cookie_of(visitor), now + rest - timedelta(minutes=1))
    assert isinstance(found, sessions.Session)
    await runtime.pool.execute("update sessions set seen_at = $1", now)
    assert isinstance(await sessions.find(runtime.pool, cookie_of(visitor), now + rest), sessions.Ended)


async def test_a_session_ends_by_age_however_busy(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    runtime = front.app.state.runtime
    now = await runtime.now()
    end = now + sessions.LONGEST
    await runtime.pool.execute("update sessions set seen_at = $1, ends_at = $2", end - timedelta(minutes=1), end)
    assert isinstance(await sessions.find(runtime.pool, cookie_of(visitor), end), sessions.Ended)


async def test_a_form_from_another_site_does_nothing(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {}):
        answer = await visitor.http.post("/logout", headers=headers)
        assert answer.status_code == 403
    await visitor.visit("/")
    assert "applicant@demo" in visitor.answer.text


@pytest.mark.parametrize("carried", [{}, {"forgery_key": "guessed"}, {"forgery_key": "密"}])
async def test_a_form_without_the_key_of_its_session_does_nothing(front: Front, carried: dict[str, str]) -> None:
    visitor = await front.logged_in("applicant@demo")
    answer = await visitor.http.post("/logout", data=carried, headers={"Origin": BASE})
    assert answer.status_code == 403
    assert "no longer valid" in answer.text or "已失效" in answer.text


async def test_a_cookie_is_for_the_pages_alone(front: Front) -> None:
    visitor = front.visitor()
    await visitor.visit("/login")
    answer = await visitor.http.post("/login", data={"account": "applicant@demo"}, headers={"Origin": BASE})
    set_cookie = answer.headers["set-cookie"].lower()
    assert all(word in set_cookie for word in ("httponly", "samesite=lax", "path=/"))


async def test_nobody_is_sent_to_another_site_after_the_login(front: Front) -> None:
    for back in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)"):
        visitor = front.visitor()
        await visitor.visit("/login")
        sent = {"account": "applicant@demo", "back": back}
        answer = await visitor.http.post("/en/login", data=sent, headers={"Origin": BASE})
        assert answer.headers["location"] == "/en/"


def test_demo_accounts_are_refused_anywhere_but_on_this_machine(settings: Settings) -> None:
    for wrong in ({"pages_host": "0.0.0.0"}, {"public_url": "https://open.example"}):  # noqa: S104
        with pytest.raises(SettingsError, match="for this machine alone"):
            create_app(settings.model_copy(update=wrong))


async def test_without_demo_accounts_nobody_logs_in_by_a_click(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"login": None}))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        answer = await http.post("/login", data={"account": "applicant@demo"}, headers={"Origin": BASE})
    assert answer.status_code == 404
