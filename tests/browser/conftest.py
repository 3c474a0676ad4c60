"""Debian's Chromium before the pages as the project's own program serves them, with cases and messages to see."""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from activities.settings import Settings
from stack.ports import free_port, listen
from stack.postgres import Login, Postgres
from stack.programs import Pages
from stack.temporal import NAMESPACE, TemporalServer
from tests.pages.addresses import LOGINS
from tests.pages.everywhere import everything_filed

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium")
LACKING = "chromium is not installed (Debian: apt-get install chromium fonts-noto-cjk)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where there is no browser these tests are skipped; continuous integration installs it, and skips none."""
    if CHROMIUM is None and not os.environ.get("CI"):
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=LACKING))


@dataclass
class Site:
    """The pages, a browser, and who is logged in in which of its windows."""

    url: str
    names: Mapping[str, str]
    browser: Browser
    pool: asyncpg.Pool[asyncpg.Record]
    cookies: dict[str, list[Any]]

    @asynccontextmanager
    async def window(self, role: str = "nobody", language: str = "zh", **options: Any) -> AsyncIterator[Page]:
        """A window in which somebody of that role is logged in; whatever its page does that its policy does not allow,
        or that fails in its script, fails the test."""
        context = await self.context(role, language, **options)
        try:
            page = await context.new_page()
            said: list[str] = []
            page.on("console", lambda it: said.append(it.text) if it.type in ("error", "warning") else None)
            page.on("pageerror", lambda it: said.append(str(it)))
            yield page
            assert not [each for each in said if "status of 4" not in each]
        finally:
            await context.close()

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
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
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
