"""`kaifang demo`: a request, an objection, a catalogue update, a rectification and, where there are any, a demand in
each city, walked to their ends over HTTP as their parties would."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Self

import httpx
import typer
from rich.console import Console
from rich.table import Table

from activities.settings import Settings, SettingsError
from api.issuer import issue, signing_key
from cli.demo_catalogue import demand_data, update_the_catalogue
from cli.demo_rectification import rectify
from cli.languages import Language
from rules.loading import cities
from rules.pinned import APPLICANT, DataEffect, Outcome
from rules.procedure_rules import ProcedureRules
from rules.sample_catalogue import accounts

VALID_FOR = timedelta(hours=1)
WORDS = "said for the demonstration"
USUAL = ("api", "general")
EVERYTHING_A_DECISION_MAY_NEED = {
    **{"reason": WORDS, "basis": WORDS, "tender_reference": WORDS},
    **{"conditions": WORDS, "scenario": WORDS},
}


WORDS_OF: dict[str, dict[str, Any]] = {
    "en": {
        "headings": ("stage", "body", "period", "last day", "article", "rule"),
        "no_number": "no number",
        "provisional": "provisional",
        "law": "law",
        "service": "service",
        "until": "until",
        "data": {
            None: "served",
            "hold": "held since the receipt of the objection",
            "suspension": "suspended",
            "withdrawal_until_processed": "withdrawn until processed",
            "withdrawal": "withdrawn",
        },
        "answer": "answer to the objector",
    },
    "zh-CN": {
        "headings": ("环节", "机构", "期限", "最后一日", "条款", "依据"),
        "no_number": "未规定",
        "provisional": "暂定",
        "law": "法规",
        "service": "服务规则",
        "until": "至",
        "data": {
            None: "正常提供",
            "hold": "自收到异议时起暂停",
            "suspension": "已中止开放",
            "withdrawal_until_processed": "已撤回待处理",
            "withdrawal": "已撤回",
        },
        "answer": "对异议人的答复",
    },
}
Json = dict[str, Any]


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    language: Annotated[Language, typer.Option(help="Language of the labels.")] = Language.EN,
) -> None:
    """File a request, an objection, a catalogue update, a demand and a rectification in each city that has them and
    walk them to their ends over HTTP, against a running `make up`."""
    console = Console()
    try:
        settings = Settings.load()
    except SettingsError as error:
        raise typer.BadParameter(f"{error}; start the stack with `make up` first") from error
    try:
        show(settings, language, console)
    except NothingServed as kept:
        typer.echo(f"error: {kept}; decide these objections, or start with an empty data folder", err=True)
        raise typer.Exit(1) from None
    except httpx.TransportError as error:
        address = f"http://{settings.host}:{settings.port}"
        typer.echo(f"error: the service at {address} does not answer ({error}); what was filed there stays", err=True)
        raise typer.Exit(1) from None


def show(settings: Settings, language: Language, console: Console) -> None:
    """City by city. Raises NothingServed."""
    words = WORDS_OF[language]
    for city in cities():
        with Parties(settings, language) as parties:
            case, decisions = walk(parties, city)
            console.print(told(case, decisions, words))
            console.print(f"  → [bold]{case['outcome_label']}[/bold]: {access_of(case, words)}\n")
            case, decisions, data = object_to_data(parties, city)
            console.print(told(case, decisions, words))
            console.print(f"  {case['dataset_id']}: {' → '.join(words['data'][restriction] for restriction in data)}")
            console.print(f"  → [bold]{case['outcome_label']}[/bold]; {words['answer']}: {case['answer']['text']}\n")
            case, decisions = update_the_catalogue(parties, city)
            console.print(told(case, decisions, words))
            console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['dataset_id']}, {changed(case)}\n")
            demanded = demand_data(parties, city)
            if demanded:
                case, decisions = demanded
                console.print(told(case, decisions, words))
                console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['demand']['provided']}\n")
            rectified = rectify(parties, city)
            if rectified:
                case, decisions = rectified
                console.print(told(case, decisions, words))
                console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['rectification']['body_name']}\n")


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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def call(self, login: str, method: str, path: str, body: Json | None = None) -> Json:
        """The answer to a call in that person's name. A problem ends the demonstration with its text."""
        headers = self._headers(login)
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        response = self._http.request(method, path, json=body, headers=headers)
        if response.is_error:
            raise typer.BadParameter(f"{method} {path}: {response.status_code} {response.text}")
        answer: Json = response.json()
        return answer

    def ask(self, login: str, path: str) -> Json | None:
        """The answer to a question; None where there is none."""
        response = self._http.get(path, headers=self._headers(login))
        answer: Json | None = None if response.is_error else response.json()
        return answer

    def upload(self, login: str, name: str, text: str) -> str:
        """The id of a file that this person uploaded."""
        response = self._http.post(
            "/v1/evidence", params={"name": name}, content=text.encode(), headers=self._headers(login)
        )
        if response.is_error:
            raise typer.BadParameter(f"POST /v1/evidence: {response.status_code} {response.text}")
        evidence_id: str = response.json()["evidence_id"]
        return evidence_id

    def _headers(self, login: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {issue(self._key, self._ids[login], VALID_FOR)}"}


def walk(parties: Parties, city: str) -> tuple[Json, list[Json]]:
    """A granted request of this city, and its tasks in the order in which they were decided."""
    law = parties.call("applicant@demo", "GET", f"/v1/rules/{city}?procedure=access_request")
    rules = ProcedureRules.model_validate(law["rules"])
    dataset, item = served_item(parties, city, "conditional")
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
            "data_items": [item],
            **{choice: on_request(rules, choice) for choice in ("access_mode", "use") if choice in rules.choices},
        },
    )
    decided: list[Json] = []
    while case["status"] == "open":
        task = next(task for task in case["tasks"] if task["state"] in ("open", "claimed"))
        decided.append(task)
        decide(parties, case, task)
        case = parties.call("applicant@demo", "GET", f"/v1/cases/{case['case_id']}")
    return case, decided


def on_request(rules: ProcedureRules, choice: str) -> str:
    """What is asked for: the usual where the city knows it, else the first that it lets anybody ask for."""
    known = [each.value for each in rules.choices[choice] if each.on_request]
    return next((value for value in known if value in USUAL), known[0])


def served_item(parties: Parties, city: str, openness: str) -> tuple[Json, str]:
    """A dataset of that class and one of its items that nothing keeps back. Raises NothingServed."""
    query = f"/v1/datasets?city={city}&openness={openness}"
    for dataset in parties.call("applicant@demo", "GET", f"{query}&served=true")["items"]:
        kept = {item for each in dataset["restrictions"] for item in each["data_items"]}
        for item in dataset["items"]:
            if item["item"] not in kept:
                return dataset, item["item"]
    raise NothingServed(city, openness, parties.call("applicant@demo", "GET", query)["items"])


class NothingServed(Exception):
    """Every dataset of a class is kept back, so that nobody can be shown getting it."""

    def __init__(self, city: str, openness: str, kept: list[Json]) -> None:
        by = "; ".join(
            f"{each['dataset_id']} ({', '.join(restriction['restriction'] for restriction in each['restrictions'])})"
            for each in kept
        )
        super().__init__(
            f"{city}: no {openness} dataset can be served now. What objections keep back: {by or 'nothing'}"
        )


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


def object_to_data(parties: Parties, city: str) -> tuple[Json, list[Json], list[str | None]]:
    """An answered objection of this city, its tasks in the order in which they were decided, and what was kept back of
    the data from stage to stage. The data is served again at the end, so that it can be shown again."""
    law = parties.call("objector@demo", "GET", f"/v1/rules/{city}?procedure=objection")
    rules = ProcedureRules.model_validate(law["rules"])
    dataset, _ = served_item(parties, city, "unconditional")
    case = parties.call(
        "objector@demo",
        "POST",
        "/v1/objections",
        {
            "city": city,
            "dataset_id": dataset["dataset_id"],
            "ground": rules.hold.grounds[0] if rules.hold else rules.choices["ground"][0].value,
            "statement": "to show how an objection runs",
            "evidence": [parties.upload("objector@demo", "evidence.txt", "A line that names the objector's recipe.\n")],
        },
    )
    decided: list[Json] = []
    data: list[str | None] = [case["data"]["restriction"]]
    while case["status"] == "open":
        task, outcome = next_decision(rules, case)
        decided.append(task)
        answer_task(parties, case, task, outcome)
        case = parties.call("objector@demo", "GET", f"/v1/cases/{case['case_id']}")
        if case["data"]["restriction"] != data[-1]:
            data.append(case["data"]["restriction"])
    return case, decided, data


def next_decision(rules: ProcedureRules, case: Json) -> tuple[Json, Outcome]:
    """An open task and what its body decides: first where the case does not go on yet, for some of it must be done
    before the case does."""
    found = []
    for task in case["tasks"]:
        stage = rules.stage(task["stage"])
        if stage and task["state"] in ("open", "claimed"):
            found += [(task, outcome) for outcome in stage.outcomes if upholds(rules, outcome)][:1]
    return min(found, key=lambda each: each[1].leads_to is not None)


def upholds(rules: ProcedureRules, outcome: Outcome) -> bool:
    """Whether the outcome agrees with the objection and does not withdraw the data."""
    ending = rules.ending(outcome.leads_to or "")
    return outcome.data is not DataEffect.WITHDRAW and not (ending and ending.upheld is False)


def answer_task(parties: Parties, case: Json, task: Json, outcome: Outcome) -> None:
    """The decision, with all that it needs."""
    fields = {name for requirement in outcome.requires for name in requirement.any_of}
    said = dict.fromkeys(fields, WORDS)
    if "processed_on" in fields:
        said["processed_on"] = case["data"]["since"][:10]
    path = f"/v1/tasks/{task['task_id']}/decision"
    parties.call(f"reviewer@{task['body']}", "POST", path, {"outcome": outcome.outcome, **said})


def told(case: Json, tasks: list[Json], words: Json) -> Table:
    regulation = case["rules"]["regulation"]
    title = f"{case['case_number']}  {regulation['title']} ({regulation['document']})"
    table = Table(title=title, title_justify="left", caption=regulation["assumed"], caption_justify="left")
    for column in words["headings"]:
        table.add_column(column, overflow="fold")
    for row in rows(tasks, words):
        table.add_row(*row)
    return table


def rows(tasks: list[Json], words: Json) -> Iterator[tuple[str, ...]]:
    for task in tasks:
        clock = task["clock"]
        provisional = f" ({words['provisional']})" if clock["provisional"] else ""
        yield (
            task["label"],
            task["body_name"],
            clock["period"] or words["no_number"],
            f"{clock['last_day'] or ''}{provisional}",
            clock["article"] or "",
            words[clock["basis"]],
        )


def access_of(case: Json, words: Json) -> str:
    granted = case["granted"]
    if not granted:
        return ""
    return f"{granted['access_mode']}, {', '.join(granted['data_items'])}, {words['until']} {granted['valid_until']}"


def changed(case: Json) -> str:
    """What an update changed in its entry."""
    changes = case["update"]["draft"]["changes"]
    return ", ".join(f"{each['field']}: {each['now']} → {each['then']}" for each in changes)
