"""Every page of the list in a real browser: for everybody, on every screen, with and without what saves time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Response

from tests.browser.conftest import Site
from tests.pages.addresses import Address, addresses

Looks = tuple[tuple[Literal["light", "dark"], dict[str, int]], ...]
EVERY_PAGE = pytest.mark.parametrize("address", addresses(), ids=str)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
AXE = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
DESK, POCKET, NARROWEST = {"width": 1280, "height": 900}, {"width": 360, "height": 740}, {"width": 320, "height": 640}
LONG = os.environ.get("KAIFANG_LONG") == "1"
LOOKS: Looks = tuple((scheme, size) for scheme in ("light", "dark") for size in (DESK, POCKET))
SHORTLY: Mapping[str, Looks] = {"zh": (("light", DESK),), "en": (("dark", POCKET),)}
"""The long form looks at each page in every one; the short form at each at the two ends."""
MOST_REQUESTS = 4
MOST_STOPS = 150
"""Stops of the Tab key on one page."""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHOWS_WHERE_IT_IS = """() => {
  const it = document.activeElement
  if (!it || it === document.body) return null
  const style = getComputedStyle(it), box = it.getBoundingClientRect()
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
  return {
    what: it.outerHTML.slice(0, 120), shown: (outlined && box.width > 0 && box.height > 0) || it.id === "main",
    id: (it.dataset.stop ??= String(Math.random()))
  }
}"""


async def opened(page: Page, site: Site, address: Address, language: str) -> None:
    answer = await page.goto(address.in_(language, site.names))
    assert answer is not None
    assert answer.status < 500


@EVERY_PAGE
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_page_keeps_nobody_out(site: Site, address: Address, language: str) -> None:
    found: dict[str, str] = {}
    async with site.window(address.role, language, viewport=DESK) as page:
        await opened(page, site, address, language)
        for scheme, size in LOOKS if LONG else SHORTLY[language]:
            await page.emulate_media(color_scheme=scheme)
            await page.set_viewport_size(size)  # type: ignore[arg-type]  # a dictionary of that kind
            result = await Axe().run(page, options=AXE)
            if result.violations_count:
                found[f"{scheme} {size['width']}"] = result.generate_report()
    assert not found, "\n".join(found.values())


@EVERY_PAGE
@pytest.mark.parametrize("language", ["zh", "en"] if LONG else ["en"])
async def test_nothing_stands_beside_the_screen(site: Site, address: Address, language: str) -> None:
    async with site.window(address.role, language, viewport=NARROWEST) as page:
        await opened(page, site, address, language)
        assert await page.evaluate(WIDER) <= 0, "at 320 px"
        await page.emulate_media(forced_colors="active")
        assert await page.evaluate(WIDER) <= 0, "with the colours of the system"
        await page.emulate_media(forced_colors="none")
        await page.set_viewport_size(DESK)  # type: ignore[arg-type]  # a dictionary of that kind
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await page.evaluate(WIDER) <= 0, "with letters twice as large"


@EVERY_PAGE
async def test_a_page_is_there_without_its_script(site: Site, address: Address) -> None:
    async with site.window(address.role, java_script_enabled=False) as page:
        await opened(page, site, address, "zh")
        assert await page.locator("h1").is_visible()


@EVERY_PAGE
async def test_the_keyboard_leads_through_a_page_and_shows_where_it_is(site: Site, address: Address) -> None:
    async with site.window(address.role, viewport=DESK) as page:
        await opened(page, site, address, "zh")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.classList.contains('skip')"), (
            "first past what is on each page"
        )
        assert await page.locator(".skip").is_visible()
        seen: set[str] = set()
        for _ in range(MOST_STOPS):
            stop: Any = await page.evaluate(SHOWS_WHERE_IT_IS)
            if stop is None or stop["id"] in seen:
                break
            assert stop["shown"], stop["what"]
            seen.add(stop["id"])
            await page.keyboard.press("Tab")
        else:
            pytest.fail(f"more than {MOST_STOPS} stops")
        assert len(seen) > 3


@EVERY_PAGE
async def test_a_page_asks_for_little(site: Site, address: Address) -> None:
    asked: list[Response] = []

    def answered(it: Response) -> None:
        asked.append(it)

    async with site.window(address.role) as page:
        page.on("response", answered)
        await opened(page, site, address, "zh")
        await page.wait_for_load_state("networkidle")
    # The icon is asked for once by the window and not by the page.
    pieces = [each for each in asked if not 300 <= each.status < 400 and "/mark." not in each.url]
    assert len(pieces) <= MOST_REQUESTS
    assert all(each.url.startswith(site.url) for each in asked), "nothing comes from elsewhere"


async def test_the_skip_link_leads_to_the_content(site: Site) -> None:
    async with site.window() as page:
        await page.goto("/datasets")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main"


async def test_what_is_wrong_is_where_one_starts(site: Site) -> None:
    async with site.window("applicant") as page:
        await page.goto("/my/settings")
        await page.click("details summary")
        await page.check('input[name="kind"][value="webhook"]')
        await page.fill('input[name="address"]', "http://hooks.example.org/x")
        await page.click('form:has(input[name="address"]) button')
        assert await page.evaluate("document.activeElement.getAttribute('role')") == "alert"
        await page.click('[role="alert"] a')
        assert await page.evaluate("location.hash") == "#f-address"
        result = await Axe().run(page, options=AXE)
        assert not result.violations_count, result.generate_report()


@pytest.mark.parametrize("scripted", [True, False], ids=["with its script", "without"])
async def test_a_form_that_is_sent_twice_is_one_act(site: Site, scripted: bool) -> None:
    await site.pool.execute("delete from channels")
    async with site.window("applicant", java_script_enabled=scripted) as page:
        await page.goto("/my/settings")
        await page.click("details summary")
        await page.check('input[name="kind"][value="webhook"]')
        await page.fill('input[name="address"]', f"https://hooks.example.org/{scripted}")
        await page.dblclick('form:has(input[name="address"]) button')
        await page.wait_for_load_state("networkidle")
        await page.wait_for_selector("code, table td.code")
        assert await site.pool.fetchval("select count(*) from channels") == 1


async def test_a_form_is_sent_again_after_the_way_back(site: Site) -> None:
    await site.pool.execute("delete from channels")
    async with site.window("applicant") as page:
        for path in ("one", "two"):
            await page.goto("/my/settings")
            await page.click("details summary")
            await page.check('input[name="kind"][value="webhook"]')
            await page.fill('input[name="address"]', f"https://hooks.example.org/{path}")
            await page.click('form:has(input[name="address"]) button')
            await page.wait_for_selector("code")
            await page.go_back()
        assert await site.pool.fetchval("select count(*) from channels") == 2


async def test_a_session_that_is_over_loses_nothing_that_was_written(site: Site) -> None:
    await site.log_in("of its own", "objector@demo")
    async with site.window("of its own") as page:
        await page.goto("/my/settings")
        await page.click("details summary")
        await page.check('input[name="kind"][value="webhook"]')
        await page.fill('input[name="address"]', "https://hooks.example.org/kept")
        await site.pool.execute(
            "update sessions set seen_at = seen_at - interval '1 day' where account_id = "
            "(select account_id from accounts where login = 'objector@demo')"
        )
        await page.click('form:has(input[name="address"]) button')
        await page.wait_for_url("**/login?back=%2Fwritten")
        await page.click('button[value="objector@demo"]')
        await page.wait_for_url("**/written")
        await page.click('form:has(input[name="address"]) button')
        await page.wait_for_selector("code")


async def test_large_print_is_larger(site: Site) -> None:
    size = "parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"
    async with site.window() as page:
        await page.goto("/")
        usual = await page.evaluate(size)
        await page.click('a[href*="/print/large"]')
        assert await page.evaluate(size) >= usual * 1.2
