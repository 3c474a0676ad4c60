"""Every page of the list in a real browser: for everybody, on every screen, with and without what saves time."""

from __future__ import annotations

import os
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Response, ViewportSize

from tests.browser.conftest import DESK, Scheme, Site
from tests.owning import by_owner
from tests.pages.addresses import Address, addresses, one_of_each

Look = tuple[str, Scheme, ViewportSize]
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
AXE = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
POCKET: ViewportSize = {"width": 360, "height": 740}
NARROWEST: ViewportSize = {"width": 320, "height": 640}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
LONG = os.environ.get("KAIFANG_LONG") == "1"
LANGUAGES = ("zh", "en")
LOOKS: tuple[Look, ...] = tuple(
    (language, scheme, size) for size in (DESK, POCKET) for scheme in SCHEMES for language in LANGUAGES
)
PAGES = addresses() if LONG else one_of_each()
"""The long form looks at each page as everybody who may see it, in every look; the short form at each once: role and
look go round."""


def in_turn(*turns: Any) -> pytest.MarkDecorator:
    """Every page with each of these, or, in the short form, with the one whose turn it is."""
    found = [(page, turn) for page in PAGES for turn in turns]
    if not LONG:
        found = [(page, turns[place % len(turns)]) for place, page in enumerate(PAGES)]
    return pytest.mark.parametrize(
        ("address", "turn"), found, ids=lambda it: str(it) if isinstance(it, Address) else ""
    )


def every_third(turn: int) -> pytest.MarkDecorator:
    """Every page, or, in the short form, every third one."""
    return pytest.mark.parametrize("address", PAGES if LONG else PAGES[turn::3], ids=str)


MOST_REQUESTS = 4
MOST_STOPS = 150
"""Stops of the Tab key on one page."""
BESIDE = """() => {
  const root = document.documentElement, wide = root.clientWidth
  if (root.scrollWidth <= wide) return []
  const beside = [...document.querySelectorAll("body *")].filter(it => it.getBoundingClientRect().right > wide + 1)
  return beside.filter(it => !it.closest(".scroll, pre")).map(it => it.outerHTML.slice(0, 120)).slice(0, 8)
}"""
"""What stands beside the screen, where the page is wider than it."""
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


def answers_to(page: Page) -> list[Response]:
    """What the page is answered from here on."""
    found: list[Response] = []

    # Playwright marks what it is given, which a method of a list cannot be.
    def answered(it: Response) -> None:
        found.append(it)

    page.on("response", answered)
    return found


async def opened(page: Page, site: Site, address: Address, language: str) -> None:
    """The page is there, with all that it asks for."""
    asked = answers_to(page)
    answer = await page.goto(address.in_(language, site.names))
    assert answer is not None
    assert answer.status == address.status
    # The icon is asked for once by the window and not by the page.
    pieces = [each for each in asked if not 300 <= each.status < 400 and "/mark." not in each.url]
    assert len(pieces) <= MOST_REQUESTS
    assert all(each.url.startswith(site.url) for each in asked), "nothing comes from elsewhere"


async def stands_within(page: Page) -> None:
    """Nothing stands beside the screen, however narrow it is, whatever its colours, however large its letters."""
    await page.set_viewport_size(NARROWEST)
    assert await page.evaluate(BESIDE) == [], "at 320 px"
    await page.emulate_media(forced_colors="active")
    assert await page.evaluate(BESIDE) == [], "with the colours of the system"
    await page.emulate_media(forced_colors="none")
    await page.set_viewport_size(DESK)
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert await page.evaluate(BESIDE) == [], "with letters twice as large"


@in_turn(*LOOKS)
async def test_a_page_keeps_nobody_out_and_stands_within_every_screen(site: Site, address: Address, turn: Look) -> None:
    """One tab for both, since opening it takes as long as looking."""
    language, scheme, size = turn
    async with site.tab(address.role, language, scheme=scheme, size=size) as page:
        await opened(page, site, address, language)
        result = await Axe().run(page, options=AXE)
        assert not result.violations_count, result.generate_report()
        await stands_within(page)


@every_third(0)
async def test_a_page_is_there_without_its_script(site: Site, address: Address) -> None:
    async with site.tab(address.role, scripted=False) as page:
        await opened(page, site, address, "zh")
        assert await page.locator("h1").is_visible()


@every_third(1)
async def test_the_keyboard_leads_through_a_page_and_shows_where_it_is(site: Site, address: Address) -> None:
    async with site.tab(address.role) as page:
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


@every_third(2)
async def test_a_page_asks_for_little_later_too(site: Site, address: Address) -> None:
    async with site.tab(address.role) as page:
        await opened(page, site, address, "zh")
        asked = answers_to(page)
        await page.wait_for_load_state("networkidle")
    assert not [each.url for each in asked if "/mark." not in each.url]


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
        await stands_within(page)


@pytest.mark.parametrize("scripted", [True, False], ids=["with its script", "without"])
async def test_a_form_that_is_sent_twice_is_one_act(site: Site, scripted: bool) -> None:
    await by_owner(site.pool, "delete from channels")
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
    await by_owner(site.pool, "delete from channels")
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
