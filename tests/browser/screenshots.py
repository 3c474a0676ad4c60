"""`python -m tests.browser.screenshots [FOLDER]`: what README shows of the pages, in both languages.

Everything that is seen is filed and decided here over the API, on servers of its own that are gone afterwards; only the
due days of the board are set in its database, for nobody can wait for something to be late.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from PIL import Image
from playwright.async_api import Browser, async_playwright

from activities.settings import Settings
from benchmarks.servers import Servers, beginning, servers
from cli.demo_parties import Json, Parties, rules_of
from rules.deadlines import midnight, to_shanghai
from rules.procedure_names import OBJECTION
from stack.programs import WORKER, Api, Pages
from tests.browser.conftest import CHROMIUM, LACKING

FOLDER = Path("docs/screenshots")
CITY = "nanning"
OPERATOR, PROVIDER = f"reviewer@{CITY}.operator", f"reviewer@{CITY}.transport"
WIDTH, HEIGHT = 1280, 800
MOST_BYTES = 150_000
COLOURS = 64
"""So many do for pages, and make a file of half the size."""
ASKED = {
    "zh": {
        "purpose": "规划公交专用道",
        "scenario": "按小时分析各路段的客流与车速",
        "safeguards": "数据只存放在一台加密的内网计算机上，由两名研究人员使用",
    },
    "en": {
        "purpose": "Planning of bus lanes",
        "scenario": "Passengers and speeds of each stretch of road, hour by hour",
        "safeguards": "Kept on one encrypted machine without a network, used by two researchers",
    },
}
DAYS = (-5, -2, -1, 0, 0, 1, 2, 3, 6, 8)
"""When what the board shows is due, in days from Monday to Friday before and after this one."""
OTHERS = 20
"""Requests beside those that are looked at."""
SET_DUE = """
update tasks set due_at = $2, clock = clock || jsonb_build_object('due_at', $2::timestamptz, 'last_day', $3::date)
where task_id = $1
"""


@dataclass(frozen=True)
class Shot:
    """A page as somebody sees it; `number` in its address is the case of its language."""

    name: str
    login: str | None
    path: str
    height: int = HEIGHT


SHOTS = (
    Shot("catalogue", None, f"/datasets?city={CITY}"),
    Shot("law", None, f"/{CITY}/law#procedures", 1000),
    Shot("case", "applicant@demo", "/cases/{number}", 900),
    Shot("task", PROVIDER, "/desk/{number}/provider_review.1", 1000),
    Shot("board", f"supervisor@{CITY}.authority", "/supervision", 1000),
)


def main(folder: Path) -> None:
    """Takes them all. Ends with a line where there is no browser, or a picture is too large."""
    if CHROMIUM is None:
        raise SystemExit(LACKING)
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(folder))
    if large := [file.name for file in folder.glob("*.png") if file.stat().st_size > MOST_BYTES]:
        raise SystemExit(f"larger than {MOST_BYTES:,} bytes: {', '.join(sorted(large))}")


async def take(folder: Path) -> None:
    async with servers() as running, async_playwright() as playwright:
        running.run("worker", WORKER)
        with beginning(running, Api) as api, beginning(running, Pages) as pages:
            numbers = await asyncio.to_thread(filed, running, api.url)
            await made_late(running.postgres.dsn(), numbers.values())
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for language in ASKED:
                for shot in SHOTS:
                    await taken(browser, pages.url, shot, language, numbers[language], folder)
            await browser.close()


def filed(running: Servers, url: str) -> dict[str, str]:
    """Requests before every body, and data that an objection holds; for each language the number of the request that is
    looked at, which is before its provider."""
    address = urlsplit(url)
    settings = Settings(
        home=running.home, database_url=running.postgres.dsn(), host=str(address.hostname), port=address.port or 80
    )
    with Parties(settings, "zh-CN") as parties:
        datasets = [
            each
            for each in parties.call("applicant@demo", "GET", f"/v1/datasets?city={CITY}&openness=conditional")["items"]
            if each["provider"] == f"{CITY}.transport"
        ]
        for n, dataset in zip(range(OTHERS), cycle(datasets), strict=False):
            case = request(parties, ("applicant@demo", "applicant2@demo")[n % 2], dataset, ASKED["zh"])
            task = case["tasks"][0]
            if n % 3 == 0:
                passed(parties, case)
            elif n % 3 == 1:
                parties.call(OPERATOR, "POST", f"/v1/tasks/{task['task_id']}/claim", {})
        objection(parties)
        found = {}
        for language, asked in ASKED.items():
            case = request(parties, "applicant@demo", datasets[0], asked)
            passed(parties, case)
            found[language] = case["case_number"]
        return found


def request(parties: Parties, login: str, dataset: Json, asked: Json) -> Json:
    items = [each["item"] for each in dataset["items"]][:3]
    stated = {"city": CITY, "dataset_id": dataset["dataset_id"], "data_items": items, "use": "research", **asked}
    return parties.call(login, "POST", "/v1/access-requests", stated)


def passed(parties: Parties, case: Json) -> None:
    path = f"/v1/tasks/{case['tasks'][0]['task_id']}/decision"
    parties.call(OPERATOR, "POST", path, {"outcome": "pass"})


def objection(parties: Parties) -> None:
    """Holds data from its receipt on."""
    rules = rules_of(parties, CITY, OBJECTION)
    assert rules
    assert rules.hold
    dataset = parties.call("applicant@demo", "GET", f"/v1/datasets?city={CITY}&openness=unconditional")["items"][0]
    evidence = parties.upload("objector@demo", "证据.txt", "一行可以识别个人的记录。\n")
    stated = {"ground": rules.hold.grounds[0], "statement": "数据中有可识别个人的内容。", "evidence": [evidence]}
    parties.call(
        "objector@demo", "POST", "/v1/objections", {"city": CITY, "dataset_id": dataset["dataset_id"], **stated}
    )


async def made_late(dsn: str, looked_at: Iterable[str]) -> None:
    """The other requests are due some days before and after today."""
    connection = await asyncpg.connect(dsn)
    try:
        kept = [
            row["case_id"]
            for row in await connection.fetch("select case_id from cases where case_number = any($1)", list(looked_at))
        ]
        tasks = await connection.fetch(
            "select task_id from tasks where ended_at is null and due_at is not null and not (case_id = any($1)) "
            "order by opened_at",
            kept,
        )
        today = to_shanghai(await connection.fetchval("select clock_timestamp()")).date()
        for row, days in zip(tasks, cycle(DAYS), strict=False):
            last = weekday(today, days)
            await connection.execute(SET_DUE, row["task_id"], midnight(last + timedelta(days=1)), last)
    finally:
        await connection.close()


def weekday(day: date, steps: int) -> date:
    """So many days from Monday to Friday after a day, or before it; of a weekend, from the Friday before."""
    while day.isoweekday() > 5:
        day -= timedelta(days=1)
    forward = timedelta(days=1 if steps > 0 else -1)
    for _ in range(abs(steps)):
        day += forward
        while day.isoweekday() > 5:
            day += forward
    return day


async def taken(browser: Browser, url: str, shot: Shot, language: str, number: str, folder: Path) -> None:
    context = await browser.new_context(
        base_url=url,
        locale="zh-CN" if language == "zh" else "en-GB",
        viewport={"width": WIDTH, "height": shot.height},
        reduced_motion="reduce",
    )
    context.set_default_timeout(60_000)
    page = await context.new_page()
    if shot.login:
        await page.goto("/login")
        await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        await page.click(f'button[value="{shot.login}"]')
        await page.wait_for_load_state()
    path = shot.path.format(number=number)
    await page.goto(path if language == "zh" else f"/en{path}")
    picture = Image.open(BytesIO(await page.screenshot())).convert("RGB")
    picture.quantize(COLOURS).save(folder / f"{shot.name}.{language}.png", optimize=True)
    await context.close()


if __name__ == "__main__":
    os.environ.setdefault("TEMPORAL_CONFIG_FILE", os.devnull)
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
