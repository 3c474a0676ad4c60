"""What every page has: its language, its headers, and what stands around it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.routing import Route
from starlette.types import Message

import pages
from activities.settings import Settings
from api.http.protocol import TOO_LARGE
from pages import weights
from pages.app import create_app
from pages.routes import ROUTES
from pages.security import OF_PAGES
from pages.wording import wordings
from tests.pages.visiting import Front, pages_open

TEMPLATES = Path(pages.__file__).parent / "templates"


@pytest.mark.parametrize(("language", "path", "lang"), [("zh", "/", "zh-CN"), ("en", "/en/", "en")])
async def test_whoever_comes_first_is_led_to_the_language_preferred(
    front: Front, language: str, path: str, lang: str
) -> None:
    visitor = await front.visitor(language).visit("/")
    assert (visitor.path, visitor.document.get("lang")) == (path, lang)


async def test_a_language_that_was_chosen_stays(front: Front) -> None:
    visitor = await front.visitor("zh").visit("/login")
    await visitor.follow("English")
    assert visitor.path == "/en/login"
    await visitor.visit("/login")
    assert visitor.path == "/en/login"
    await visitor.follow("中文")
    assert visitor.path == "/login"


async def test_every_answer_says_what_a_browser_may_do_with_it(front: Front) -> None:
    http = front.visitor().http
    paths = [re.sub(r"{[^}]*}", "x", route.path) for route in ROUTES if isinstance(route, Route)]
    calls = [("GET", path) for path in [*paths, "/en/", "/en/nowhere", "/static/nothing.css"]]
    for method, path in [*calls, ("POST", "/"), ("POST", "/login"), ("DELETE", "/datasets")]:
        answer = await http.request(method, path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy
        assert not OF_PAGES.keys() - {name.title() for name in answer.headers} - {"X-Content-Type-Options"}
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"], path


async def test_a_head_that_is_too_large_is_refused_by_a_page(front: Front) -> None:
    document = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        document.append(message)

    scope = {
        **{"type": "http", "method": "GET", "path": "/x", "raw_path": b"/x", "query_string": b""},
        **{"scheme": "http", "server": ("x", 80), "client": ("x", 1), "http_version": "1.1", "root_path": ""},
        **{"headers": [(b"host", b"x"), (b"accept-language", b"en")], "state": {TOO_LARGE: "HeadersTooLarge"}},
    }
    await front.app(scope, receive, send)
    assert document[0]["status"] == 431
    assert b"The headers are too large" in document[1]["body"]


async def test_no_template_has_a_script_or_a_style_of_its_own() -> None:
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), template


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    used: set[str] = set()
    parts: set[str] = set()
    for file in [*TEMPLATES.rglob("*.html"), *TEMPLATES.parent.rglob("*.py")]:
        text = file.read_text(encoding="utf-8")
        used |= set(re.findall(r"""["']([a-z_]+\.[a-z_]+)["']""", text))
        parts |= set(re.findall(r"""["']([a-z_]+)\.["'] ~""", text)) | set(re.findall(r"""f["']([a-z_]+)\.\{""", text))
    assert not {name for name in wordings().keys() - used if name.partition(".")[0] not in parts}


async def test_a_page_too_many_says_when_to_come_again(settings: Settings) -> None:
    strict = settings.model_copy(update={"rates_times": 1, "rate_addresses": "3/600", "rate_logins": "1/600"})
    async with pages_open(create_app(strict), strict) as front:
        http = front.visitor().http
        assert [(await http.get("/en/help")).status_code for _ in range(3)] == [200] * 3
        refused = await http.get("/en/help")
        assert (await http.get("/static/none.css")).status_code == 404
    assert refused.status_code == 429
    assert "Too many calls" in refused.text
    assert f"Try again in {refused.headers['retry-after']} seconds" in refused.text
    async with pages_open(create_app(strict), strict) as front:
        http = front.visitor().http
        assert [(await http.post("/en/login")).status_code == 429 for _ in range(2)] == [False, True]


def test_each_weight_is_of_a_page_that_there_is() -> None:
    calls = [
        (method, prefix + re.sub(r"{[^}]*}", "x", route.path))
        for route in ROUTES
        if isinstance(route, Route)
        for method in sorted(route.methods or ())
        for prefix in ("", "/en")
    ]
    used = {weights.OF_PAGES.weight(*call) for call in [*calls, ("GET", "/static/k.css"), ("GET", "/en/static/k.css")]}
    assert set(weights.OF_PAGES.of) <= used
    for method, path in calls:
        assert weights.OF_PAGES.weight(method, path) == weights.OF_PAGES.weight(method, path.removeprefix("/en"))


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/en/my", "/en/my"),
        ("/en/my/grants", "/en/my/grants"),
        ("/en/my/data", "/en/my"),
        ("/en/datasets", "/en/datasets"),
    ],
)
async def test_of_the_ways_that_a_page_lies_below_the_nearest_is_marked(front: Front, path: str, here: str) -> None:
    visitor = await front.logged_in("applicant@demo")
    await visitor.visit(path)
    assert [link.get("href") for link in visitor.links() if link.get("aria-current") == "page"] == [here]
