"""Debian's Chromium before the pages as the project's own program serves them, with cases and messages to see."""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import asyncpg
import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from activities.settings import Settings
from stack.ports import free_port, listen
from stack.postgres import Login, Postgres
from stack.programs import Pages
from stack.temporal import NAMESPACE, TemporalServer
from tests.pages.addresses import LOGINS
from tests.pages.everywhere import everything_filed

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium")
Scheme = Literal["light", "dark"]
DESK: ViewportSize = {"width": 1280, "height": 900}
LACKING = "chromium is not installed (Debian: apt-get install chromium fonts-noto-cjk)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where there is no browser these tests are skipped; continuous integration installs it, and skips none."""
    if CHROMIUM is None and not os.environ.get("CI"):
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=LACKING))


@asynccontextmanager
async def complaining(page: Page) -> AsyncIterator[Page]:
    """What the page does that its policy does not allow, or that fails in its script, fails the test."""
    said: list[str] = []
    page.on("console", lambda it: said.append(it.text) if it.type in ("error", "warning") else None)
    page.on("pageerror", lambda it: said.append(str(it)))
    yield page
    assert not [each for each in said if "status of 4" not in each]


@dataclass
class Site:
    """The pages, a browser, and who is logged in in which of its windows."""

    url: str
    names: Mapping[str, str]
    browser: Browser
    pool: asyncpg.Pool[asyncpg.Record]
    cookies: dict[str, list[Any]]
    _kept: dict[tuple[str, str, bool], BrowserContext] = field(default_factory=dict)

    @asynccontextmanager
    async def window(self, role: str = "nobody", language: str = "zh", **options: Any) -> AsyncIterator[Page]:
        """A window in which somebody of that role is logged in; whatever its page does that its policy does not allow,
        or that fails in its script, fails the test."""
        context = await self.context(role, language, **options)
        try:
            async with complaining(await context.new_page()) as page:
                yield page
        finally:
            await context.close()

    @asynccontextmanager
    async def tab(
        self,
        role: str,
        language: str = "zh",
        scripted: bool = True,
        scheme: Scheme = "light",
        size: ViewportSize = DESK,
    ) -> AsyncIterator[Page]:
        """A new tab of the window that is kept for the role and the language, for pages that are looked at and nothing
        more: a window of its own would cost more than looking. What the tab asks for it has from the service."""
        key = (role, language, scripted)
        if key not in self._kept:
            self._kept[key] = await self.context(role, language, java_script_enabled=scripted)
            # With its last tab the process of a window ends, and what it has compiled.
            await (await self._kept[key].new_page()).goto("/help")
        page = await self._kept[key].new_page()
        try:
            network = await self._kept[key].new_cdp_session(page)
            await network.send("Network.enable")
            await network.send("Network.setCacheDisabled", {"cacheDisabled": True})
            await page.set_viewport_size(size)
            await page.emulate_media(color_scheme=scheme)
            async with complaining(page):
                yield page
        finally:
            await page.close()

    async def context(self, role: str, language: str, **options: Any) -> BrowserContext:
        locale = "en-GB" if language == "en" else "zh-CN"
        context = await self.browser.new_context(base_url=self.url, locale=locale, **options)
        context.set_default_timeout(20_000)
        if cookies := self.cookies.get(role):
            await context.add_cookies(cookies)
        return context

    async def log_in(self, role: str, login: str) -> None:
        """By a click, once for all windows of the role."""
        async with self.window() as page:
            await page.goto("/login")
            await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            await page.click(f'button[value="{login}"]')
            await page.wait_for_url(lambda url: not url.endswith("/login"))
            self.cookies[role] = list(await page.context.cookies())


@pytest.fixture(scope="session")
async def site(
    postgres_server: Postgres,
    temporal_server: TemporalServer,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Site]:
    home = tmp_path_factory.mktemp("pages")
    name = f"browser_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    await server.execute(f"create database {name} template {migrated_template} owner {Login.OWNER}")
    variables = postgres_server.variables(name)
    url = variables["KAIFANG_DATABASE_URL"]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "KAIFANG_"))},
        "KAIFANG_HOME": str(home),
        **variables,
        "KAIFANG_LOGIN": "demo",
        "KAIFANG_RATES_TIMES": "1000",
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "TEMPORAL_CONFIG_FILE": os.devnull,
    }
    with closing(listen(free_port())) as listener:
        pages = Pages(
            listener, home / "pages.log", {**environment, "KAIFANG_PAGES_PORT": str(listener.getsockname()[1])}
        )
        await asyncio.to_thread(pages.start)
        try:
            # No longer than that: whatever else this process starts has a database of its own.
            with pytest.MonkeyPatch.context() as patch:
                for variable, value in {**variables, "TEMPORAL_ADDRESS": temporal_server.address}.items():
                    patch.setenv(variable, value)
                patch.setenv("TEMPORAL_NAMESPACE", NAMESPACE)
                patch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
                names = await everything_filed(
                    Settings(home=home, database_url=url, task_queue="browser"), temporal_server
                )
            async with async_playwright() as playwright, await asyncpg.create_pool(url, min_size=0) as pool:
                # Tabs of one window share a process, and what it has compiled.
                alone = ["--no-sandbox", "--renderer-process-limit=1"]
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=alone)
                it = Site(pages.url, names, browser, pool, {})
                for role, login in LOGINS.items():
                    if login:
                        await it.log_in(role, login)
                yield it
                await browser.close()
        finally:
            await asyncio.to_thread(pages.stop)
            await server.execute(f"drop database {name} with (force)")
            await server.close()
