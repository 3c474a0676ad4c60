"""An administrator invites officers on a page: the account waits for its first login, and nobody else can take it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from activities.database import Pool
from activities.directory.people import LINK_LASTS, LinkOver, Person, arrived, digest_of
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
    seals = front.app.state.runtime.seals
    another = await arrived(pool, Person(ISSUER, "s-2", "Li Si", mailbox="li@example.org"), now, seals=seals)
    taken = await arrived(pool, Person(ISSUER, "s-1", "Zhang", mailbox="zhang@example.org"), now, seals=seals)
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
        ({"by_link": "yes"}, "email"),
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


def link_in(visitor: Visitor) -> str:
    """The link that stands in the page."""
    (found,) = [text for each in visitor.document.iter("pre") if (text := "".join(each.itertext())).startswith("http")]
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_link_is_shown_once_and_leads_to_the_account_that_waits(
    front: Front, at_an_issuer: Front, pool: Pool, language: str
) -> None:
    visitor = await administrator(front, at_an_issuer, language)
    await visitor.send("login", **OFFICER, by_link="yes")
    link = link_in(visitor)
    token = link.rpartition("/")[2]
    assert await pool.fetchval("select count(*) from invitations where token_digest = $1", token) == 0
    assert await pool.fetchval("select token_digest from invitations") == digest_of(token)
    stranger = at_an_issuer.visitor(language)
    for _ in range(2):  # to look takes nothing
        await stranger.visit(urlsplit(link).path)
        assert OFFICER["login"] in stranger.text()
    assert any(f"invitation={token}" in each.get("href", "") for each in stranger.links())
    await visitor.visit(f"{'/en' if language == 'en' else ''}/admin/accounts/{OFFICER['login']}")
    assert token not in visitor.answer.text
    await visitor.send("/link")
    await stranger.visit(urlsplit(link).path)
    assert stranger.answer.status_code == 404, "the link before is void"
    await stranger.visit(urlsplit(link_in(visitor)).path)
    assert stranger.answer.status_code == 200


async def test_a_link_is_taken_once_in_time_and_by_nobody_who_is_known(
    front: Front, at_an_issuer: Front, pool: Pool
) -> None:
    visitor = await administrator(front, at_an_issuer)
    await visitor.send("login", **OFFICER, by_link="yes")
    token = link_in(visitor).rpartition("/")[2]
    now = await front.app.state.runtime.now()
    seals = front.app.state.runtime.seals
    people = await pool.fetchval("select count(*) from accounts")
    with pytest.raises(LinkOver):
        await arrived(pool, Person(ISSUER, "late"), now + LINK_LASTS, token, seals=seals)
    with pytest.raises(LinkOver):
        await arrived(pool, Person("http://another", "s-1"), now, token, seals=seals)
    assert await pool.fetchval("select count(*) from accounts") == people, "who comes by a link that is over is nobody"
    known = await arrived(pool, Person(ISSUER, "known"), now, seals=seals)
    assert await arrived(pool, Person(ISSUER, "known"), now, token, seals=seals) == known
    taken = await arrived(pool, Person(ISSUER, "s-1"), now, token, seals=seals)
    assert await pool.fetchval("select login from accounts where account_id = $1", taken) == OFFICER["login"]
    with pytest.raises(LinkOver):
        await arrived(pool, Person(ISSUER, "s-2"), now, token, seals=seals)
    assert await arrived(pool, Person(ISSUER, "s-1"), now, token, seals=seals) == taken
    on_record = await pool.fetch("select what, details ->> 'by' from account_record where account_id = $1", taken)
    named = [("account_enrolled", None), ("roles_proposed", None), ("invited", "link"), ("invitation_taken", None)]
    assert [tuple(row) for row in on_record] == named


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
