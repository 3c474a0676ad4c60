"""What somebody was told, on pages, and the settings of how."""

from __future__ import annotations

import pytest

from activities.database import Pool
from activities.outbox.outbox import put_out
from models.tellings import Account, Telling
from rules.sample_accounts import account_id_of
from tests.pages.visiting import Front


async def tell(front: Front, *of: str, login: str = "applicant@demo") -> None:
    """Somebody is told of each event, about a dataset."""
    runtime = front.app.state.runtime
    to = Account(account_id_of(login))
    facts = {"dataset_id": "nanning-transport-bus-lines"}
    tellings = [Telling("demand_met", each, to, case_id=None, city="nanning", facts=facts) for each in of]
    async with runtime.pool.acquire() as connection:
        await put_out(connection, tellings, await runtime.now())


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_whoever_is_told_something_sees_it_on_every_page_until_it_is_read(front: Front, language: str) -> None:
    await tell(front, "a", "b")
    visitor = await front.logged_in("applicant@demo", language)
    ways = visitor.document.find(".//nav")
    assert ways is not None
    assert "2" in "".join(ways.itertext())
    await visitor.follow("消息" if language == "zh" else "Messages")
    await visitor.send("message_id", button="read")
    assert len([form for form in visitor.forms() if "message_id" in form.names()]) == 1
    await visitor.send("up_to")
    ways = visitor.document.find(".//nav")
    assert ways is not None
    assert "1" not in "".join(ways.itertext())


async def test_a_message_that_is_opened_is_read_and_leads_to_its_page(front: Front) -> None:
    await tell(front, "a")
    visitor = await front.logged_in("applicant@demo")
    await visitor.follow("Messages")
    await visitor.send("message_id", button="open")
    assert visitor.path == "/en/datasets/nanning-transport-bus-lines"
    await visitor.visit("/en/messages")
    assert "Unread" not in visitor.text()
    assert "nanning-transport-bus-lines" in visitor.text()


async def test_a_message_is_read_once_the_page_that_it_leads_to_was_opened(front: Front) -> None:
    await tell(front, "a")
    visitor = await front.logged_in("applicant@demo")
    await visitor.visit("/en/datasets/nanning-transport-nothing")
    await visitor.visit("/en/datasets/nanning-transport-bus-positions")
    await visitor.visit("/en/messages")
    assert "Unread (1)" in visitor.text()
    stranger = await front.logged_in("applicant2@demo")
    await stranger.visit("/en/datasets/nanning-transport-bus-lines")
    await visitor.visit("/en/messages")
    assert "Unread (1)" in visitor.text()
    await visitor.visit("/datasets/nanning-transport-bus-lines")
    await visitor.visit("/en/messages")
    assert "Unread (1)" not in visitor.text()


async def test_messages_are_for_whom_they_were_written(front: Front) -> None:
    await tell(front, "a")
    visitor = await front.logged_in("applicant2@demo")
    await visitor.follow("Messages")
    assert "There are no messages" in visitor.text()
    stranger = await front.visitor().visit("/en/messages")
    assert stranger.path == "/en/login"


async def test_no_message_leads_to_another_site(front: Front) -> None:
    await tell(front, "a")
    visitor = await front.logged_in("applicant@demo")
    await visitor.visit("/en/messages")
    form = visitor.form("message_id")
    sent = dict(form.values()) | {"open": "https://elsewhere.example/"}
    answer = await visitor.http.post(form.address, data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.headers["location"] == "/en/messages"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_secret_of_a_channel_is_shown_once(front: Front, language: str, pool: Pool) -> None:
    visitor = await front.logged_in("applicant@demo", language)
    await visitor.visit("/en/my/settings" if language == "en" else "/my/settings")
    await visitor.send("address", kind="webhook", address="https://hooks.example.org/x", language="en")
    assert "whsec_" in visitor.text()
    await visitor.follow("返回" if language == "zh" else "Back")
    assert "whsec_" not in visitor.text()
    assert "hooks.example.org" in visitor.text()
    await visitor.send("channel")
    assert "hooks.example.org" not in visitor.text()
    assert not await pool.fetchval("select count(*) from channels where ended_at is null")


async def test_an_address_that_cannot_be_called_is_refused_beside_its_field_and_stays(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    await visitor.visit("/en/my/settings")
    await visitor.send("address", kind="webhook", address="http://hooks.example.org/x")
    assert visitor.answer.status_code == 422
    values = dict(visitor.form("address").values())
    assert (values["kind"], values["address"]) == ("webhook", "http://hooks.example.org/x")
    assert any(link.get("href") == "#f-address" for link in visitor.links())


async def test_somebody_sees_where_they_are_logged_in_and_ends_the_others(front: Front) -> None:
    first = await front.logged_in("applicant@demo")
    second = await front.logged_in("applicant@demo")
    third = await front.logged_in("applicant@demo")
    await first.visit("/en/my/settings")
    assert first.text().count("a browser ") == 3
    await first.send("session")
    assert first.text().count("a browser ") == 2
    await first.send("others")
    assert first.text().count("a browser ") == 1
    for other in (second, third):
        await other.visit("/en/my/settings")
        assert other.path == "/en/login"


async def test_nobody_ends_the_session_of_another(front: Front) -> None:
    victim = await front.logged_in("applicant2@demo")
    (row,) = await front.app.state.runtime.pool.fetch("select digest from sessions")
    attacker = await front.logged_in("applicant@demo")
    await front.logged_in("applicant@demo")
    await attacker.visit("/en/my/settings")
    form = attacker.form("session")
    sent = dict(form.values()) | {"session": row["digest"]}
    await attacker.http.post(form.address, data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    await victim.visit("/en/my/settings")
    assert victim.path == "/en/my/settings"


async def test_large_print_stays_for_whoever_chose_it(front: Front) -> None:
    visitor = await front.visitor().visit("/en/datasets?q=bus")
    await visitor.follow("Large print")
    assert str(visitor.answer.url).endswith("/en/datasets?q=bus")
    assert visitor.document.get("class") == "large"
    await visitor.follow("Usual print")
    assert visitor.document.get("class") is None
