"""`kaifang demo`: a request granted and one refused, an objection answered and one taken back, a catalogue update, a
rectification and, where there are any, a demand, a quality check, an opening outside the platform, ratings, misuse with
its appeal and what is done once a year in each city, walked to their ends over HTTP as their parties would; and a role
of an officer, which two administrators give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from activities.settings import Settings, SettingsError
from cli.demo_bodies import have_account_opened, pass_on_contact
from cli.demo_catalogue import compile_for_a_county, demand_data, update_the_catalogue
from cli.demo_declarations import put_on_record
from cli.demo_delegation import have_access_delegated
from cli.demo_elsewhere import open_elsewhere
from cli.demo_misuse import Misused, find_misuse
from cli.demo_objections import object_to_data, take_back
from cli.demo_parties import Json, Parties
from cli.demo_quality import have_data_checked
from cli.demo_ratings import rate_data, tell_and_answer
from cli.demo_rectification import rectify
from cli.demo_requests import NothingServed, refuse, walk
from cli.demo_roles import appoint
from cli.demo_sharing import share_data
from cli.demo_use import report_use
from cli.demo_years import answer_what_was_found, evaluate_the_year, file_the_plan, set_the_focus
from cli.languages import Language
from reading.words.language import said
from reading.words.texts import texts
from rules.loading import cities

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
        "public": "published",
        "corrected": "corrected since",
        "gate": "the gate",
        "rated": "rated by two users",
        "yes": "yes",
        "delegated": "access delegated and taken back",
        "four_eyes": "A role needs two administrators",
        "of_the_record": ("on record", "by", "role"),
        "roles_proposed": "proposed",
        "roles_confirmed": "confirmed",
        "roles_withdrawn": "taken away, for which one is enough",
        "to_oneself": "confirmed by who proposed it",
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
        "public": "公示",
        "corrected": "其后已更正",
        "gate": "闸口",
        "rated": "两位利用主体的评价",
        "yes": "准许",
        "delegated": "授权他人协助获取，已收回",
        "four_eyes": "角色须经两位管理员",
        "of_the_record": ("记录", "操作人", "角色"),
        "roles_proposed": "提出",
        "roles_confirmed": "确认",
        "roles_withdrawn": "撤销（一人即可）",
        "to_oneself": "由提出人自行确认",
    },
}


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    language: Annotated[Language, typer.Option(help="Language of the labels.")] = Language.EN,
) -> None:
    """File requests, objections, a catalogue update, a demand, a quality check, a report of misuse, an appeal, a report
    on use and a rectification in each city that has them, rate data there, and walk them to their ends over HTTP,
    against a running `make up`; then have two administrators give a role."""
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
            console.print(as_table(case, decisions, words))
            console.print(f"  → [bold]{case['outcome_label']}[/bold]: {access_of(case, words)}\n")
            if delegated := have_access_delegated(parties, city, case):
                to = f"{delegated['to_name']}, {delegated['used']} / {delegated['accesses']}"
                console.print(f"  {delegated['case_number']}: {words['delegated']}: {to}\n")
            case, decisions = refuse(parties, city)
            console.print(as_table(case, decisions, words))
            console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['remedies']['text']}\n")
            case, decisions, data = object_to_data(parties, city)
            console.print(as_table(case, decisions, words))
            console.print(f"  {case['dataset_id']}: {' → '.join(words['data'][restriction] for restriction in data)}")
            console.print(f"  → [bold]{case['outcome_label']}[/bold]; {words['answer']}: {case['answer']['text']}\n")
            case, data = take_back(parties, city)
            console.print(f"{case['case_number']}  {' → '.join(words['data'][restriction] for restriction in data)}")
            console.print(f"  → [bold]{case['outcome_label']}[/bold]\n")
            case, decisions = update_the_catalogue(parties, city)
            console.print(as_table(case, decisions, words))
            console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['dataset_id']}, {changed(case)}\n")
            compiled = compile_for_a_county(parties, city)
            if compiled:
                case, decisions = compiled
                console.print(as_table(case, decisions, words))
                console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['dataset_id']}\n")
            demanded = demand_data(parties, city)
            if demanded:
                case, decisions = demanded
                console.print(as_table(case, decisions, words))
                console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['demand']['provided']}\n")
            checked = have_data_checked(parties, city)
            if checked:
                case, decisions = checked
                console.print(as_table(case, decisions, words))
                console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['dataset_id']}\n")
            opened = open_elsewhere(parties, city)
            if opened:
                case, decisions = opened
                console.print(as_table(case, decisions, words))
                listed = case["opening_elsewhere"]
                console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['dataset_id']}, {listed['opens_on']}\n")
            shared = share_data(parties, city)
            if shared:
                case, decisions, answers = shared
                console.print(as_table(case, decisions, words))
                console.print(
                    f"  → [bold]{case['outcome_label']}[/bold]: {case['dataset_id']}, {' / '.join(answers)}\n"
                )
            misused = find_misuse(parties, city)
            if misused:
                show_misuse(misused, words, language, console)
            reported = report_use(parties, city)
            if reported:
                case, decisions = reported
                console.print(as_table(case, decisions, words))
                console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['dataset_id']}\n")
            rated = rate_data(parties, city)
            if rated:
                console.print(f"  {words['rated']}: {rated['dataset_id']}")
                console.print(f"  → {means(rated)}\n")
            fed_back = tell_and_answer(parties, city)
            if fed_back:
                console.print(f"  {fed_back['kind_label']}: {fed_back['text']}")
                console.print(f"  → {fed_back['answered_body_name']}: {fed_back['answer']}\n")
            for declared in put_on_record(parties, city):
                about = ", ".join(each["dataset_id"] for each in declared["datasets"])
                console.print(f"  {declared['kind_label']}: {about or declared['body_name']}")
                console.print(f"  → {declared['body_name']}: {declared['says'][0]['text']}\n")
            for yearly in (set_the_focus, file_the_plan, evaluate_the_year, answer_what_was_found):
                if done := yearly(parties, city):
                    case, decisions = done
                    console.print(as_table(case, decisions, words))
                    console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['procedure_label']}\n")
            for of_a_body in (have_account_opened(parties, city), pass_on_contact(parties, city)):
                if of_a_body:
                    case, decisions = of_a_body
                    console.print(as_table(case, decisions, words))
                    console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['of_body']['body']}\n")
            rectified = rectify(parties, city)
            if rectified:
                case, decisions = rectified
                console.print(as_table(case, decisions, words))
                console.print(f"  → [bold]{case['outcome_label']}[/bold]: {case['rectification']['body_name']}\n")
    with Parties(settings, language) as parties:
        refused, recorded = appoint(parties)
        console.print(as_record(recorded, words))
        console.print(f"  {words['to_oneself']}: {refused['status']} {refused['errors'][0]['detail']}\n")


def show_misuse(misused: Misused, words: Json, language: Language, console: Console) -> None:
    """What was found, what is public of it, the appeal, and what the gate answered after each."""
    console.print(as_table(misused.case, misused.decided, words))
    console.print(f"  → [bold]{misused.case['outcome_label']}[/bold]")
    for each in misused.public:
        known = (each["title"], each["misuse_label"], each["measure"], each["body_name"], each["rule"]["text"])
        corrected = f" ({words['corrected']})" if misused.appeal else ""
        console.print(f"  {words['public']}: {' · '.join(known)}{corrected}")
    if misused.appeal:
        console.print(as_table(misused.appeal, misused.heard, words))
        console.print(f"  → [bold]{misused.appeal['outcome_label']}[/bold]")
    answers = (
        words["yes"] if each == "yes" else said(texts().gate[each], "en" if language is Language.EN else "zh")
        for each in misused.gate
    )
    console.print(f"  {words['gate']}: {' → '.join(answers)}\n")


def as_record(recorded: list[Json], words: Json) -> Table:
    table = Table(title=f"{words['four_eyes']}: {recorded[0]['account']}", title_justify="left")
    for column in words["of_the_record"]:
        table.add_column(column, overflow="fold")
    for each in recorded:
        table.add_row(words[each["what"]], each["by_account"], ", ".join(each["details"]["roles"]))
    return table


def as_table(case: Json, tasks: list[Json], words: Json) -> Table:
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


def means(rated: Json) -> str:
    """What is thought of the latest version, dimension by dimension."""
    dimensions = rated["versions"][0]["dimensions"]
    return ", ".join(f"{each['label']} {each['mean']} ({each['counted']})" for each in dimensions)


def changed(case: Json) -> str:
    """What an update changed in its entry."""
    changes = case["update"]["draft"]["changes"]
    return ", ".join(f"{each['field']}: {each['now']} → {each['then']}" for each in changes)
