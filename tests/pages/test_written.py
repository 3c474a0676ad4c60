"""What somebody wrote is not lost with a session, and is shown to nobody else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response

from activities.settings import Settings
from pages.calls import Call, deed, page
from pages.routes import ROUTES
from tests.api.conftest import BEFORE_202
from tests.owning import by_owner
from tests.pages.visiting import BASE, Front, Visitor, pages_open

SAID = "道路\n运行 & <分析>"
TEMPLATE = """{% extends "base.html" %}{% import "parts.html" as parts with context %}
{% block title %}Try{% endblock %}{% block main %}<h1>Try</h1>
<form method="post" action="{{ path('tried') }}" enctype="multipart/form-data">
{{ parts.hidden(call, forgery_field, forgery_key, "the-key") }}
<textarea name="purpose" aria-label="p"></textarea><input name="urgency" value="normal" aria-label="u">
<input type="file" name="evidence" aria-label="e"><button>Send</button></form>{% endblock %}"""
GOT: list[dict[str, Any]] = []


async def trying(call: Call) -> Response:
    call.must_be_logged_in()
    return call.page("trying.html")


async def tried(call: Call) -> Response:
    caller = call.must_be_logged_in()
    form = await call.request.form()
    GOT.append({"by": caller.login, **{name: form[name] for name in ("purpose", "urgency", "key")}})
    return call.go_on_to(call.path("front"))


@pytest.fixture
async def front(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The pages, with one more that has a form of every kind of field."""
    from jinja2 import ChoiceLoader, DictLoader

    from pages import app as pages_app
    from pages.templating import Templates

    GOT.clear()
    monkeypatch.setattr(pages_app, "ROUTES", (*ROUTES, page("/trying", trying), deed("/trying", tried, name="tried")))
    made = Templates._environment

    def with_one_more(self: Templates, *of: Any) -> Any:
        environment = made(self, *of)
        loader = environment.loader
        assert loader is not None
        environment.loader = ChoiceLoader([loader, DictLoader({"trying.html": TEMPLATE})])
        return environment

    monkeypatch.setattr(Templates, "_environment", with_one_more)
    # Not those that all applications of this process share.
    monkeypatch.setattr(pages_app, "made_once", pages_app.made_once.__wrapped__)
    async with pages_open(pages_app.create_app(settings, patience=BEFORE_202), settings) as running:
        yield running


async def over(front: Front) -> None:
    """Every session has ended by rest."""
    await front.app.state.runtime.pool.execute("update sessions set seen_at = seen_at - interval '1 day'")


async def writing(front: Front, language: str = "en") -> Visitor:
    visitor = await front.logged_in("applicant@demo", language)
    return await visitor.visit("/en/trying" if language == "en" else "/trying")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_what_was_written_as_the_session_ended_is_sent_after_the_login(
    front: Front, language: str, tmp_path: Path
) -> None:
    visitor = await writing(front, language)
    await over(front)
    file = tmp_path / "合同.pdf"
    file.write_bytes(b"%PDF-1.7")
    await visitor.send("purpose", purpose=SAID, urgency="urgent", files=[file])
    assert visitor.path.endswith("/login")
    assert ("已经保留" if language == "zh" else "What you wrote is kept") in visitor.text()
    assert not GOT
    await visitor.send("login", button="applicant@demo")
    assert visitor.path.endswith("/written")
    assert "运行 & <分析>" in visitor.text()
    assert "合同.pdf" in visitor.text()
    assert "urgent" not in visitor.text()
    await visitor.send("purpose")
    (got,) = GOT
    assert (got["by"], got["urgency"], got["key"]) == ("applicant@demo", "urgent", "the-key")
    assert got["purpose"].replace("\r\n", "\n") == SAID
    await visitor.visit("/en/written")
    assert visitor.path == "/en/"


async def test_what_was_written_is_for_the_same_account_only(front: Front) -> None:
    visitor = await writing(front)
    await over(front)
    await visitor.send("purpose", purpose=SAID)
    await visitor.send("login", button="applicant2@demo")
    assert visitor.path == "/en/"
    assert not GOT


async def test_what_was_written_in_a_session_that_somebody_ended_elsewhere_is_kept_too(front: Front) -> None:
    visitor = await writing(front)
    elsewhere = await front.logged_in("applicant@demo")
    await elsewhere.visit("/en/my/settings")
    await elsewhere.send("others")
    await visitor.send("purpose", purpose=SAID)
    await visitor.send("login", button="applicant@demo")
    await visitor.send("purpose")
    assert len(GOT) == 1


async def test_a_form_of_the_session_before_is_looked_at_again_in_the_new_one(front: Front) -> None:
    visitor = await writing(front)
    form = visitor.form("purpose")
    await over(front)
    await visitor.visit("/en/login")
    await visitor.send("login", button="applicant@demo")
    sent = dict(form.values()) | {"purpose": SAID}
    answer = await visitor.http.post("/en/trying", data=sent, headers={"Origin": BASE})
    assert answer.headers["location"] == "/en/written"
    await visitor.visit("/en/written")
    await visitor.send("purpose")
    assert len(GOT) == 1


async def test_a_form_of_the_session_of_another_account_is_not_shown(front: Front) -> None:
    visitor = await writing(front)
    form = visitor.form("purpose")
    await over(front)
    await visitor.visit("/en/login")
    await visitor.send("login", button="applicant2@demo")
    sent = dict(form.values()) | {"purpose": SAID}
    answer = await visitor.http.post("/en/trying", data=sent, headers={"Origin": BASE})
    assert answer.status_code == 403


async def test_the_table_holds_nothing_that_can_be_read_and_nothing_after_half_an_hour(front: Front) -> None:
    visitor = await writing(front)
    await over(front)
    await visitor.send("purpose", purpose=SAID)
    pool = front.app.state.runtime.pool
    (row,) = await pool.fetch("select * from kept_forms")
    assert "分析".encode() not in row["content"]
    assert visitor.http.cookies["written"] not in str(row)
    await by_owner(pool, "update kept_forms set until_at = until_at - $1::interval", timedelta(minutes=31))
    await visitor.send("login", button="applicant@demo")
    assert visitor.path == "/en/"


async def test_a_form_from_another_site_is_not_kept(front: Front) -> None:
    visitor = await writing(front)
    sent = dict(visitor.form("purpose").values()) | {"purpose": SAID}
    await over(front)
    answer = await visitor.http.post("/en/trying", data=sent, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert not await front.app.state.runtime.pool.fetchval("select count(*) from kept_forms")


async def test_what_was_kept_and_is_not_wanted_is_forgotten(front: Front) -> None:
    visitor = await writing(front)
    await over(front)
    await visitor.send("purpose", purpose=SAID)
    await visitor.send("login", button="applicant@demo")
    await visitor.send("forget")
    assert not await front.app.state.runtime.pool.fetchval("select count(*) from kept_forms")
