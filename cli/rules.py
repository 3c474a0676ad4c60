"""`kaifang rules`: validates packs, and shows the law of a city as it stands on a day."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli import drawing
from rules.articles import article_label
from rules.authored import Source
from rules.deadlines import DATED
from rules.loading import CityUnknown, PackRefused, cities, load_file, load_pack, problems_of, skeleton
from rules.pack import PROMPTLY, Pack
from rules.pinned import Basis, Citation, CountingRule, Label, LastDayOff, Requirement, RevocationRule
from rules.pinned_stages import Outcome, Stage
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, governing
from rules.sample_catalogue import SampleCatalogueInvalid, are_samples, read_samples, sample_files
from rules.sample_checking import unfit_samples

SHANGHAI = ZoneInfo("Asia/Shanghai")

HOW_PERIODS_RUN = {
    "wd": "wd: from the day after entry into the task list until 24:00 of the last working day",
    "h": "h: natural hours from the moment of entry into the task list",
    "d": "d: calendar days, the first not counted, until 24:00 of the last",
    "mo": "mo: until 24:00 of the day of the same number in the last month, or of its last day",
}

ON_A_DAY_OFF = {
    LastDayOff.STAYS: "; a last day that is a day off stays the last",
    LastDayOff.MOVES: "; a last day that is a day off moves to the next working day",
}

commands = typer.Typer(no_args_is_help=True, help="Validate rule packs and show the law in force.")


def register(app: typer.Typer) -> None:
    """Adds `rules check`, `rules new`, `rules show`, `rules draw` and `rules drawn`."""
    drawing.register(commands)
    app.add_typer(commands, name="rules")


@commands.command("check")
def check(
    file: Annotated[
        Path | None, typer.Argument(help="a pack or a file of samples; without one, all that are shipped")
    ] = None,
) -> None:
    """Validate packs and samples; print every problem with file, line, path and rule, and exit 1 if there is one."""
    refused = 0
    shipped: tuple[Path | str, ...] = (*cities(), *sample_files())
    for source in (file,) if file else shipped:
        try:
            print(f"{source}: {_fit(source)}")
        except (PackRefused, SampleCatalogueInvalid) as refusal:
            refused += 1
            for problem in refusal.problems:
                print(problem)
        except (OSError, UnicodeDecodeError) as error:
            raise typer.BadParameter(str(error), param_hint="FILE") from None
    if refused:
        raise typer.Exit(1)


def _fit(source: Path | str) -> str:
    """What is said of a source that is fit. Raises PackRefused, SampleCatalogueInvalid, OSError."""
    if isinstance(source, str):
        return _summary(load_pack(source))
    text = source.read_text(encoding="utf-8")
    return _samples(str(source), text) if are_samples(text, str(source)) else _summary(load_file(source))


def _samples(name: str, text: str) -> str:
    samples = read_samples(name, text)
    found = unfit_samples(samples, lambda city: load_pack(city) if city in cities() else None)
    if problems := problems_of(name, text, found):
        raise SampleCatalogueInvalid(problems)
    return f"{len(samples.bodies)} bodies, {len(samples.accounts)} accounts, {len(samples.datasets)} datasets: fit"


@commands.command("new")
def new(
    city: Annotated[str, typer.Argument(help="the city in small letters, such as beihai")],
    folder: Annotated[Path, typer.Option(help="where the pack is written")] = Path("rules/packs"),
) -> None:
    """Write the skeleton of a pack, in which all that is to be filled in is marked."""
    if not re.fullmatch(r"[a-z]+", city):
        raise typer.BadParameter(f"{city} is not written in small letters", param_hint="CITY")
    file = folder / f"{city}.yaml"
    today = datetime.fromtimestamp(time.time(), SHANGHAI).date()
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(skeleton(city, today))
    except OSError as error:
        raise typer.BadParameter(str(error), param_hint="--folder") from None
    print(f"{file}: what begins with FILL IN is to be filled in; kaifang rules check {file} lists what is left")


@commands.command("show")
def show(
    city: Annotated[str, typer.Argument(help="a city, such as nanning")],
    on: Annotated[str, typer.Option(help="the day; otherwise today in Shanghai")] = "",
) -> None:
    """Show the law of a city on a day: who decides what, in which time, by which article, and what is our choice."""
    try:
        day = date.fromisoformat(on) if on else datetime.fromtimestamp(time.time(), SHANGHAI).date()
    except ValueError:
        raise typer.BadParameter(f"{on} is no day such as 2026-11-21", param_hint="--on") from None
    try:
        pack = load_pack(city)
    except CityUnknown as unknown:
        raise typer.BadParameter(str(unknown), param_hint="CITY") from None
    shown = 0
    for procedure in pack.procedures:
        try:
            rules = governing(pack, procedure, day)
        except NotInForce as fact:
            print(fact)
            continue
        _show(rules, pack.sources[rules.regulation.source], day)
        shown += 1
    if not shown:
        raise typer.Exit(1)


def _summary(pack: Pack) -> str:
    until = f" until {pack.in_force_until}" if pack.in_force_until else ""
    draft = " (adopted draft)" if any(pack.sources[name].status == "adopted_draft" for name in pack.law) else ""
    return f"{pack.name.en} {pack.name.zh}, in force from {pack.in_force_from}{until}{draft}: fit"


def _show(rules: ProcedureRules, source: Source, day: date) -> None:
    console = Console()
    law = rules.regulation
    until = f" until {law.in_force_until} (exclusive)" if law.in_force_until else ""
    console.print(f"[bold]{_text(rules.city_name)}: {_text(rules.label)}[/bold], {day}, rules of {rules.version}")
    console.print(f"{_text(law.title)}, {escape(law.document)}, {law.status}, in force from {law.in_force_from}{until}")
    for beside in rules.beside:
        console.print(f"beside it: {_text(beside.title)}, {escape(beside.document)}")
    if source.adopted_by:
        by = escape(f"{source.adopted_by.zh} {source.adopted_by.en}")
        console.print(f"[yellow]a draft, adopted on {source.adopted_on} by {by}[/yellow]")
    if law.assumed:
        console.print(f"[yellow]assumed: {_text(law.assumed)}[/yellow]")
    if rules.after_the_law:
        kept = "; ".join(f"{name}: {', '.join(values)}" for name, values in rules.after_the_law.only.items())
        console.print(
            f"[yellow]the law has ended; received as a remedy[/yellow] {kept} {_cited(rules.after_the_law.citation)}"
        )
    console.print(_stages(rules))
    console.print(_filing(rules))
    console.print(_others(rules))
    for note in dict.fromkeys(f"{c.article}: {_text(c.note)}" for c in _citations(rules) if c.note):
        console.print(f"[cyan]service rule[/cyan] {note}")


def _folding(*headings: str) -> Table:
    """A table that loses nothing where the terminal is narrow."""
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _stages(rules: ProcedureRules) -> Table:
    table = _folding("step", "stage", "body", "period", "outcome", "leads to", "needs", "by")
    for step in rules.steps:
        for stage in step.stages:
            after = f"all done: {step.then}" if step.then else ""
            _add_stage(table, rules, step.step, stage, after)
    for stage in rules.opened:
        passed = [opening for opening, names in rules.opens_when_passed.items() if stage.stage in names]
        _add_stage(table, rules, "(beside)", stage, "".join(f"open by itself once {each} is over" for each in passed))
    if rules.opinion:
        _add_stage(table, rules, "(on request)", rules.opinion, "back to the reviewer")
    return table


def _add_stage(table: Table, rules: ProcedureRules, step: str, stage: Stage, after: str) -> None:
    body = rules.bodies.get(stage.body)
    lengths = [*stage.periods.items(), *((by, PROMPTLY) for by in stage.promptly_for)]
    periods = "\n".join(f"{by} {period}" for by, period in lengths)
    silence = PROMPTLY if stage.promptly else "no number"
    by = _cited(stage.citation)
    if stage.period_citation and stage.period_citation != stage.citation:
        by += f"\nperiod: {_cited(stage.period_citation)}"
    table.add_row(
        step, _text(stage.label), f"{stage.body}\n{_text(body) if body else ''}", periods or silence, "", "", "", by
    )
    for outcome in stage.outcomes:
        table.add_row(
            "",
            "",
            "",
            "",
            _text(outcome.label),
            _target(outcome) or after,
            _needs(outcome.requires),
            _cited(outcome.citation),
        )


def _target(outcome: Outcome) -> str:
    limit = f" (at most {outcome.at_most}, then {outcome.then_to})" if outcome.at_most else ""
    return f"{outcome.leads_to}{limit}" if outcome.leads_to else ""


def _needs(requirements: tuple[Requirement, ...]) -> str:
    needs = []
    for requirement in requirements:
        when = "".join(f" if {name} is {' or '.join(values)}" for name, values in requirement.when.items())
        needs.append(f"{' or '.join(requirement.any_of)}{when}: {_cited(requirement.citation)}")
    return "\n".join(needs)


def _filing(rules: ProcedureRules) -> Table:
    table = _folding("the filing", "", "", "by")
    for field in rules.fields:
        table.add_row(
            _text(field.label), field.field, "required" if field.required else "optional", _cited(field.citation)
        )
    for name, known in rules.choices.items():
        for choice in known:
            terms = "" if choice.on_request else f"not on request; a grant needs {_needs(choice.grant_requires)}"
            advice = _text(choice.advice) if choice.advice else ""
            table.add_row(_text(choice.label), f"{name}: {choice.value}", terms or advice, _cited(choice.citation))
    return table


def _others(rules: ProcedureRules) -> Table:
    table = _folding("the case", "", "by")
    if rules.selection:
        table.add_row(
            "适用规定 law of the case", f"in force when {rules.selection.selected_by}", _cited(rules.selection.citation)
        )
    for rule in rules.counting:
        table.add_row("期限起止的计算 counting", _how_periods_run(rule), _cited(rule.citation))
    for ending in rules.endings:
        table.add_row(_text(ending.label), f"ends as {ending.outcome}", _cited(ending.citation))
    if rules.withdrawal:
        table.add_row("撤回 withdrawal", "until the case is closed", _cited(rules.withdrawal))
    if rules.correction:
        table.add_row("更正 correction", "until the next body has acted", _cited(rules.correction))
    if rules.correcting:
        steps = ", ".join(rules.correcting.tells)
        table.add_row("已告知后的更正 correction of what was told", f"after {steps}", _needs(rules.correcting.requires))
    if rules.supplement:
        clock = "stops the clock" if rules.supplement.stops_clock else "stops no clock"
        table.add_row("补正 supplement", clock, _cited(rules.supplement.citation))
    for stop in rules.stops:
        does = "stop" if stop.stops else "do not stop"
        clocks = f"clocks of {', '.join(stop.clocks)} {does}: {stop.begins}"
        table.add_row(
            f"停止计时 {_text(stop.label)}",
            clocks + f", {stop.at_most} at most" * bool(stop.at_most),
            _cited(stop.citation),
        )
    if rules.grant:
        table.add_row("授权期限 term of a grant", f"{rules.grant.term_days} days", _cited(rules.grant.citation))
    if rules.revocation:
        table.add_row("关闭权限 revocation", _who_revokes(rules.revocation), _cited(rules.revocation.citation))
    return table


def _who_revokes(rule: RevocationRule) -> str:
    return f"through {rule.through} alone" if rule.through else f"by {', '.join(rule.by)}"


def _citations(node: object) -> Iterator[Citation]:
    """Every citation in the rules, in the order of the rules."""
    if isinstance(node, Citation):
        yield node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from _citations(getattr(node, name))
    elif isinstance(node, Mapping):
        yield from _citations(tuple(node.values()))
    elif isinstance(node, tuple):
        for part in node:
            yield from _citations(part)


def _cited(citation: Citation) -> str:
    if citation.basis is Basis.SERVICE:
        return f"[cyan]service rule[/cyan] {citation.article}"
    return article_label(citation.article).zh


def _text(label: Label) -> str:
    return escape(f"{label.zh} {label.en}")


def _how_periods_run(rule: CountingRule) -> str:
    return HOW_PERIODS_RUN[rule.unit] + (ON_A_DAY_OFF[rule.last_day_off] if rule.unit in DATED else "")
