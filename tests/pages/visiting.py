"""Somebody before a browser without scripts: follows links and fills in forms that stand in the page, no others."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import html5lib
import httpx
from starlette.applications import Starlette

from activities.settings import Settings

BASE = "http://127.0.0.1:8080"
UPLOAD = "application/octet-stream"
Element = ElementTree.Element


@dataclass(frozen=True)
class Form:
    """A form as it stands in a page, with what a browser would send of it untouched."""

    element: Element
    address: str
    method: str

    def fields(self) -> Iterator[Element]:
        return (each for each in self.element.iter() if each.tag in ("input", "textarea", "select", "button"))

    def names(self) -> set[str]:
        return {each.get("name", "") for each in self.fields()} - {""}

    def values(self) -> list[tuple[str, str]]:
        """Name and value of each field that is filled in already."""
        return [pair for each in self.fields() for pair in _sent(each)]

    def options(self, name: str) -> list[str]:
        """The values that can be chosen in a field."""
        boxes = [e.get("value", "on") for e in self.fields() if e.get("name") == name and e.get("type") in BOXES]
        select = next((e for e in self.fields() if e.tag == "select" and e.get("name") == name), None)
        return boxes or ([o.get("value", "") for o in select.iter("option")] if select is not None else [])


BOXES = ("radio", "checkbox")


def _sent(each: Element) -> Iterator[tuple[str, str]]:
    name = each.get("name")
    if not name or each.tag == "button":
        return
    if each.tag == "textarea":
        yield name, "".join(each.itertext())
    elif each.tag == "select":
        chosen = [option for option in each.iter("option") if option.get("selected") is not None]
        first = next(each.iter("option"), None)
        for option in chosen or ([first] if first is not None else []):
            yield name, option.get("value", "")
    elif each.get("type") in BOXES:
        if each.get("checked") is not None:
            yield name, each.get("value", "on")
    elif each.get("type") != "file":
        yield name, each.get("value", "")


@dataclass
class Visitor:
    """One browser: its cookies, and the page that it shows."""

    http: httpx.AsyncClient
    answer: httpx.Response = field(init=False)
    document: Element = field(init=False)

    async def visit(self, address: str) -> Visitor:
        """Opens a page, through every redirection."""
        return await self._show(await self.http.get(address, headers=self._headers("none")))

    async def follow(self, text: str) -> Visitor:
        """The link of this text, which stands in the page."""
        found = [link for link in self.links() if text in text_of(link)]
        assert found, f"no link {text!r} among {[text_of(link) for link in self.links()]}"
        return await self._show(await self.http.get(self._absolute(found[0].get("href", "")), headers=self._headers()))

    async def send(
        self, which: str | None = None, /, button: str | None = None, files: Sequence[Path] = (), **fields: Any
    ) -> Visitor:
        """Fills in the form whose address, button or fields contain `which`, the only one where that is None, and sends
        it. Fields that the form does not have cannot be filled in."""
        form = self.form(which)
        unknown = fields.keys() - form.names()
        assert not unknown, f"the form has no {unknown}, but {form.names()}"
        values = [(name, value) for name, value in form.values() if name not in fields]
        for name, value in fields.items():
            values += [(name, str(each)) for each in (value if isinstance(value, list | tuple) else [value])]
        values += self._button(form, button)
        if form.method == "get":
            answer = await self.http.get(
                self._absolute(form.address), params=httpx.QueryParams(tuple(values)), headers=self._headers()
            )
        else:
            answer = await self._post(form, values, files)
        return await self._show(answer)

    async def _post(self, form: Form, values: list[tuple[str, str]], files: Sequence[Path]) -> httpx.Response:
        by_name: dict[str, list[str]] = {}
        for name, value in values:
            by_name.setdefault(name, []).append(value)
        headers = self._headers() | {"Origin": BASE}
        if form.element.get("enctype") != "multipart/form-data":
            return await self.http.post(self._absolute(form.address), data=by_name, headers=headers)
        name = next(each.get("name", "") for each in form.fields() if each.get("type") == "file")
        sent = [(name, (file.name, file.read_bytes(), UPLOAD)) for file in files] or [(name, ("", b"", UPLOAD))]
        return await self.http.post(self._absolute(form.address), data=by_name, files=sent, headers=headers)

    def _button(self, form: Form, wanted: str | None) -> list[tuple[str, str]]:
        buttons = [each for each in form.fields() if each.tag == "button"]
        assert buttons, "a form without a button cannot be sent"
        pressed = next(
            (b for b in buttons if wanted is None or wanted in (b.get("value"), b.get("name"), text_of(b))), None
        )
        assert pressed is not None, f"no button {wanted!r} among {[text_of(b) for b in buttons]}"
        return [(pressed.get("name", ""), pressed.get("value", ""))] if pressed.get("name") else []

    def form(self, which: str | None = None) -> Form:
        """The form of the page's own content, or the one that `which` tells from the others."""
        forms = list(self.forms())
        fitting = [each for each in forms if which is None or which in each.address or which in each.names()]
        if which is None:
            fitting = [each for each in fitting if "logout" not in each.address and each.method == "post"]
        assert fitting, (
            f"no form {which!r} in {self.answer.url}: {[each.address for each in forms]}\n{self.text()[:2000]}"
        )
        return fitting[0]

    def forms(self) -> Iterator[Form]:
        here = str(self.answer.url)
        for each in self.document.iter("form"):
            yield Form(each, each.get("action") or here, (each.get("method") or "get").lower())

    def links(self) -> list[Element]:
        return [each for each in self.document.iter("a") if each.get("href")]

    def text(self) -> str:
        """What the page says."""
        main = next((each for each in self.document.iter("main")), self.document)
        return text_of(main)

    def heading(self) -> str:
        return text_of(next(self.document.iter("h1")))

    @property
    def path(self) -> str:
        return urlsplit(str(self.answer.url)).path

    def _absolute(self, address: str) -> str:
        return urljoin(str(self.answer.url), address)

    def _headers(self, site: str = "same-origin") -> dict[str, str]:
        return {"Accept": "text/html", "Sec-Fetch-Site": site}

    async def _show(self, answer: httpx.Response) -> Visitor:
        for _ in range(10):
            if not answer.has_redirect_location:
                break
            answer = await self.http.get(urljoin(str(answer.url), answer.headers["location"]), headers=self._headers())
        self.answer = answer
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.document = parse(answer.text)
        return self


def parse(html: str) -> Element:
    """The document, which has to be one: html5lib finds nothing wrong with it."""
    return deepcopy(_parsed(html))


@lru_cache(maxsize=64)
def _parsed(html: str) -> Element:
    """Everybody comes in by the same page, and to parse a page costs more than to make it."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    document: Element = parser.parse(html)
    return document


def text_of(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


@dataclass
class Front:
    """The pages as they run, and whoever visits them."""

    app: Starlette
    settings: Settings
    languages: Mapping[str, str] = field(default_factory=lambda: {"zh": "zh-CN", "en": "en"})
    _open: list[httpx.AsyncClient] = field(default_factory=list)

    def visitor(self, language: str = "en") -> Visitor:
        """Somebody who comes for the first time, with a browser in this language."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=("127.0.0.1", 40000))
        http = httpx.AsyncClient(
            transport=transport,
            base_url=BASE,
            timeout=60,
            trust_env=False,
            headers={"Accept-Language": self.languages[language], "User-Agent": f"a browser {uuid.uuid4().hex[:4]}"},
        )
        self._open.append(http)
        return Visitor(http)

    async def logged_in(self, login: str, language: str = "en") -> Visitor:
        """Somebody who logged in as a demo account."""
        visitor = await self.visitor(language).visit("/login")
        return await visitor.send("login", button=login)

    async def close(self) -> None:
        for http in self._open:
            await http.aclose()


@asynccontextmanager
async def pages_open(app: Starlette, settings: Settings) -> AsyncIterator[Front]:
    """The pages with their lifespan around them."""
    front = Front(app, settings)
    async with app.router.lifespan_context(app):
        try:
            yield front
        finally:
            await front.close()
