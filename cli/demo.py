"""`kaifang demo`: one request in each city, walked to its end over HTTP as its parties would."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from activities.settings import Settings, SettingsError
from api.issuer import issue, signing_key
from rules.loading import cities
from rules.pinned import APPLICANT
from rules.sample_catalogue import accounts

VALID_FOR = timedelta(hours=1)
WORDS = "said for the demonstration"
EVERYTHING_A_DECISION_MAY_NEED = {"reason": WORDS, "basis": WORDS, "tender_reference": WORDS}
Json = dict[str, Any]


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(language: str = typer.Option("en", help="Language of the labels: en or zh-CN.")) -> None:
    """File one request in each city and walk it to its end over HTTP, against a running `make up`."""
    console = Console()
    try:
        settings = Settings.load()
    except SettingsError as error:
        raise typer.BadParameter(f"{error}; start the stack with `make up` first") from error
    for city in cities():
        with Parties(settings, language) as parties:
            case, decisions = walk(parties, city)
        console.print(told(case, decisions))
        console.print(f"  → [bold]{case['outcome_label']}[/bold]: {access_of(case)}\n")


class Parties:
    """Everybody who takes part, each with a token of their own."""

    def __init__(self, settings: Settings, language: str) -> None:
        self._http = httpx.Client(
            base_url=f"http://{settings.host}:{settings.port}",
            headers={"Accept-Language": language},
            timeout=30,
            trust_env=False,
        )
        self._key = signing_key(settings.signing_key_file)
        self._ids = {account.login: account.account_id for account in accounts()}

    def __enter__(self) -> Parties:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def call(self, login: str, method: str, path: str, body: Json | None = None) -> Json:
        """The answer to a call in that person's name. A problem ends the demonstration with its text."""
        headers = {"Authorization": f"Bearer {issue(self._key, self._ids[login], VALID_FOR)}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        response = self._http.request(method, path, json=body, headers=headers)
        if response.is_error:
            raise typer.BadParameter(f"{method} {path}: {response.status_code} {response.text}")
        answer: Json = response.json()
        return answer


def walk(parties: Parties, city: str) -> tuple[Json, list[Json]]:
    """A granted request of this city, and its tasks in the order in which they were decided."""
    query = f"/v1/datasets?city={city}&openness=conditional"
    dataset = parties.call("applicant@demo", "GET", query)["items"][0]
    case = parties.call(
        "applicant@demo",
        "POST",
        "/v1/access-requests",
        {
            "city": city,
            "dataset_id": dataset["dataset_id"],
            "purpose": "to show how a request runs",
            "scenario": "a demonstration",
            "safeguards": "none needed: sample data",
            "data_items": [dataset["items"][0]["item"]],
            "access_mode": "api",
            "use": "general",
        },
    )
    decided: list[Json] = []
    while case["status"] == "open":
        task = next(task for task in case["tasks"] if task["state"] in ("open", "claimed"))
        decided.append(task)
        decide(parties, case, task)
        case = parties.call("applicant@demo", "GET", f"/v1/cases/{case['case_id']}")
    return case, decided


def decide(parties: Parties, case: Json, task: Json) -> None:
    """The body's first outcome, which lets the case go on in every pack, with whatever it may need."""
    outcome = task["outcomes"][0]["outcome"]
    if task["body"] == APPLICANT:
        parties.call("applicant@demo", "POST", f"/v1/cases/{case['case_id']}/signature", {})
        return
    officer = f"reviewer@{task['body']}"
    path = f"/v1/tasks/{task['task_id']}"
    parties.call(officer, "POST", f"{path}/claim", {})
    parties.call(officer, "POST", f"{path}/decision", {"outcome": outcome, **EVERYTHING_A_DECISION_MAY_NEED})


def told(case: Json, tasks: list[Json]) -> Table:
    regulation = case["rules"]["regulation"]
    title = f"{case['case_number']}  {regulation['title']} ({regulation['document']})"
    table = Table(title=title, title_justify="left", caption=regulation["assumed"], caption_justify="left")
    for column in ("stage", "body", "period", "last day", "article", "rule"):
        table.add_column(column, overflow="fold")
    for row in rows(tasks):
        table.add_row(*row)
    return table


def rows(tasks: list[Json]) -> Iterator[tuple[str, ...]]:
    for task in tasks:
        clock = task["clock"]
        last_day = f"{clock['last_day'] or ''}{' (provisional)' if clock['provisional'] else ''}"
        yield (
            task["label"],
            task["body_name"],
            clock["period"] or "no number",
            last_day,
            clock["article"] or "",
            clock["basis"],
        )


def access_of(case: Json) -> str:
    granted = case["granted"]
    if not granted:
        return ""
    return f"{granted['access_mode']}, {', '.join(granted['data_items'])}, until {granted['valid_until']}"
