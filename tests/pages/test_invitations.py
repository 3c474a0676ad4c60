"""An administrator invites officers on a page: the account waits for its first login, and nobody else can take it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from activities.database import Pool
from activities.directory.people import Person, arrived
from activities.settings import Settings
from pages.app import create_app
from tests.api.supervising import SOON
from tests.pages.visiting import Front, Visitor, pages_open

ISSUER = "http://127.0.0.1:1"
OFFICER: dict[str, Any] = {
    "login": "zhang.san@nanning.transport",
    "name": "张三",
    "english_name": "Zhang San",
    "roles": ["reviewer"],
    "body": "nanning.transport",
}


@pytest.fixture
async def at_an_issuer(settings: Settings) -> AsyncIterator[Front]:
    """Pages at which people log in at an issuer, which nobody asks here."""
    chosen = settings.model_copy(update={"login": None, "oidc_issuer": ISSUER, "oidc_client_id": "pages"})
    async with pages_open(create_app(chosen, patience=SOON), chosen) as running:
        yield running


async def administrator(front: Front, at_an_issuer: Front, language: str = "en") -> Visitor:
    """Before the form of an invitation, in a session that is as good there as here."""
    logged_in = await front.logged_in("admin@kaifang", language)
    visitor = at_an_issuer.visitor(language)
    visitor.http.cookies.update(logged_in.http.cookies)
    await visitor.visit("/en/admin/accounts" if language == "en" else "/admin/accounts")
    return await visitor.follow("Invite an officer" if language == "en" else "邀请经办人")


async def test_whoever_is_invited_takes_the_account_by_the_first_login(
    front: Front, at_an_issuer: Front, pool: Pool
) -> None:
    visitor = await administrator(front, at_an_issuer)
    await visitor.send("login", **OFFICER, email="Zhang@example.org")
    assert visitor.path == "/en/admin/accounts", visitor.text()
    assert "waits for its first login" in visitor.text()
    assert "invited until" in visitor.text()
    assert "admin@kaifang" not in visitor.text(), "the list is narrowed to the one who was invited"

    now = await front.app.state.runtime.now()
    another = await arrived(pool, Person(ISSUER, "s-2", "Li Si", mailbox="li@example.org"), now)
    taken = await arrived(pool, Person(ISSUER, "s-1", "Zhang", mailbox="zhang@example.org"), now)
    row = await pool.fetchrow("select login, roles, body from accounts where account_id = $1", taken)
    assert row is not None
    assert (row["login"], row["roles"], row["body"]) == (OFFICER["login"], [], "nanning.transport")
    waits = await pool.fetchval("select roles from role_proposals where account_id = $1 and ended_at is null", taken)
    assert waits == ["reviewer"], "another administrator confirms it"
    assert await pool.fetchval("select roles from accounts where account_id = $1", another) == ["applicant"]
    await visitor.visit(f"/en/admin/accounts?q={OFFICER['name']}")
    assert OFFICER["login"] in visitor.text()
    assert "invited until" not in visitor.text()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"login": "Zhang"}, "login"),
        ({"login": "admin@kaifang"}, "login"),
        ({"body": ""}, "body"),
        ({"roles": []}, "roles"),
        ({"name": ""}, "name"),
        ({"subject": "s-1"}, "email"),
        ({"email": ""}, "email"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_what_is_wrong_with_an_invitation_is_beside_its_field_and_nobody_is_enrolled(
    front: Front, at_an_issuer: Front, pool: Pool, language: str, wrong: dict[str, Any], field: str
) -> None:
    before = await pool.fetchval("select count(*) from accounts")
    visitor = await administrator(front, at_an_issuer, language)
    await visitor.send("login", **{**OFFICER, "email": "zhang@example.org", **wrong})
    assert visitor.answer.status_code == 422
    assert f"#f-{field}" in {link.get("href") for link in visitor.links()}
    assert await pool.fetchval("select count(*) from accounts") == before
    assert await pool.fetchval("select count(*) from invitations") == 0


async def test_only_an_administrator_invites_and_only_where_people_log_in_at_an_issuer(
    front: Front, settings: Settings
) -> None:
    for login, status in (("supervisor@nanning.authority", 403), ("applicant@demo", 403)):
        stranger = await front.logged_in(login)
        await stranger.visit("/en/admin/accounts/new")
        assert stranger.answer.status_code == status
    async with pages_open(create_app(settings, patience=SOON), settings) as here:
        visitor = await here.logged_in("admin@kaifang")
        await visitor.visit("/en/admin/accounts/new")
        await visitor.send("login", **OFFICER, email="zhang@example.org")
        assert visitor.answer.status_code == 422
        assert "No issuer is set here" in visitor.text()
