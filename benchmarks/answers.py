"""What the routes of lists and cases answer, to the byte: `python -m benchmarks.answers FILE` asks the application of
this tree, without a socket, over the database that the settings lead to, and writes a line for each answer. Two
revisions that were asked over one database at one instant (`--at`) are compared by comparing their files; with
PYTHONHASHSEED=0, for what an event says in no order is written in that of the process.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import httpx
from fastapi import FastAPI

from activities.settings import Settings
from api.app import create_app
from api.http.tokens import issue, signing_key

LANGUAGES = ("zh-CN", "en")
LISTS = (
    "/v1/tasks",
    "/v1/tasks?limit=200",
    "/v1/tasks?overdue=true",
    "/v1/tasks?overdue=false&limit=7",
    "/v1/tasks?state=done&limit=200",
    "/v1/tasks?state=cancelled",
    "/v1/tasks?mine=true",
    "/v1/tasks?due=soon",
    "/v1/tasks?q=NN",
    "/v1/cases",
    "/v1/cases?status=open&limit=200",
    "/v1/cases?filed_late=true",
)
OF_A_CASE = ("/v1/cases/{}", "/v1/cases/{}/events", "/v1/cases/{}/agreement", "/v1/cases/{}/proof")
WHO = """
select account_id, login from accounts where erased_at is null and cardinality(roles) > 0 order by login
"""
MOST_WHO = 4
"""Accounts, evenly among those that there are."""
EACH = 40
"""An account asks for one case in so many, and one task."""


@dataclass(frozen=True)
class StandingClock:
    """The present does not move, whatever PostgreSQL says."""

    now: datetime

    def at(self, _: datetime) -> datetime:
        return self.now


async def asked(at: datetime) -> list[str]:
    """A line for each answer: who asked for what in which language, the status, and the digest of the bytes."""
    settings = Settings.load()
    connection = await asyncpg.connect(settings.database_url)
    accounts = await connection.fetch(WHO)
    cases = [row["case_id"] for row in await connection.fetch("select case_id from cases order by case_id")]
    tasks = [row["task_id"] for row in await connection.fetch("select task_id from tasks order by task_id")]
    await connection.close()
    key, lines = signing_key(settings.signing_key_file), []
    app: FastAPI = create_app(settings, clock=StandingClock(at))
    async with app.router.lifespan_context(app):
        for n, account in enumerate(accounts[:: max(1, len(accounts) // MOST_WHO)]):
            token = issue(key, account["account_id"], timedelta(hours=1))
            headers = {"Authorization": f"Bearer {token}", "Accept-Language": LANGUAGES[n % 2]}
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers) as http:
                for path in paths(cases[n % EACH :: EACH], tasks[n % EACH :: EACH]):
                    answer = await http.get(path)
                    digest = hashlib.sha256(answer.content).hexdigest()
                    lines.append(f"{account['login']} {path} {answer.status_code} {len(answer.content)} {digest}")
    return lines


def paths(cases: list[str], tasks: list[str]) -> Iterator[str]:
    """What one account asks for."""
    yield from LISTS
    for case_id in cases:
        yield from (path.format(case_id) for path in OF_A_CASE)
    yield from (f"/v1/tasks/{task_id}" for task_id in tasks)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__)
    parser.add_argument("file", type=Path, help="where the lines go")
    parser.add_argument("--at", type=datetime.fromisoformat, required=True, help="the instant, with its offset")
    chosen = parser.parse_args()
    lines = asyncio.run(asked(chosen.at))
    chosen.file.write_text("".join(f"{line}\n" for line in lines))
    print(f"{len(lines)} answers")


if __name__ == "__main__":
    main()
