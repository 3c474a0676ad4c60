"""`kaifang simulate`: a year of a city on the real procedures, with officers and applicants who do not exist."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.languages import Language
from cli.simulate_shown import Shown
from cli.simulate_words import WORDS, Words
from rules.deadlines import SHANGHAI
from rules.loading import CityUnknown
from rules.resolving import NotInForce

if TYPE_CHECKING:
    from simulation.year import Plan

A_DAY = timedelta(days=1)


def register(app: typer.Typer) -> None:
    """Adds `simulate` to the command line."""
    app.command("simulate")(simulate)


def simulate(
    city: Annotated[str, typer.Option(help="A city, such as nanning.")],
    days: Annotated[int, typer.Option(help="Calendar days of the span.", min=1, max=730)] = 250,
    requests: Annotated[int, typer.Option(help="Access requests that come in them.", min=1, max=100_000)] = 2000,
    officers: Annotated[
        list[str] | None,
        typer.Option(help="Officers of each body, or of one role: 3, provider=5. Repeatable; 3 unless said."),
    ] = None,
    hours: Annotated[
        list[str] | None,
        typer.Option(
            help="Median working hours of a task, or of one stage's: 1, provider_review=3. Repeatable; 1 unless said."
        ),
    ] = None,
    positive: Annotated[float, typer.Option(help="Share of decisions that let the case go on.", min=0, max=1)] = 0.9,
    seed: Annotated[int, typer.Option(help="The same seed, first day and options give the same report.")] = 1,
    first_day: Annotated[str, typer.Option("--from", help="First day, tomorrow unless said, and no earlier.")] = "",
    compare: Annotated[
        list[str] | None,
        typer.Option(
            help="The same requests again under a change: officers=2, officers.provider=5, provider_review=3wd, "
            "provider_review.urgent=12h; several at once with commas. Repeatable."
        ),
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw it: a file .svg or .png (needs matplotlib).")] = None,
    language: Annotated[Language, typer.Option(help="Language of the report.")] = Language.EN,
) -> None:
    """Let a year of access requests run through the real procedures of a city, and report what was late and why.

    Starts PostgreSQL and Temporal in a temporary folder; nothing of a running stack is touched. Officers work 9:00 to
    12:00 and 14:00 to 17:30 on working days and take the task that is due first.

    A request costs about 0.25 s of processor time, whatever the number of days: a minute on two free cores is enough
    for some 450 requests, 2000 take four to five minutes, and each --compare as long again.
    """
    # Not at the top: the servers' libraries would double the time that every other command takes to start.
    from simulation import plot as drawing
    from simulation.chances import Habits
    from simulation.register import RegisterFailed
    from simulation.running import planned, simulated
    from simulation.scenario import ScenarioRefused, staffed
    from simulation.servers import servers
    from stack.service import ServiceError

    words = WORDS[language]
    console = Console()
    tomorrow = datetime.fromtimestamp(time.time(), SHANGHAI).date() + A_DAY
    begins = _day(first_day, tomorrow)
    try:
        if plot:
            drawing.check(plot)
        habits = Habits(hours=_hours(hours or []), positive=positive)
        plan = planned(city, begins, days, requests, seed, habits)
        base = staffed(officers or [], plan.rules)
        scenarios = [base, *(base.changed(each, plan.rules) for each in compare or [])]
    except CityUnknown as unknown:
        raise typer.BadParameter(str(unknown), param_hint="--city") from None
    except (NotInForce, ScenarioRefused, drawing.PlotImpossible) as fact:
        raise typer.BadParameter(str(fact)) from None
    unknown_stages = set(habits.hours) - {"", *(stage.stage for step in plan.rules.steps for stage in step.stages)}
    if unknown_stages:
        raise typer.BadParameter(f"there is no stage {', '.join(sorted(unknown_stages))}", param_hint="--hours")
    started = time.monotonic()
    try:
        with _progress(plan, [scenario.name for scenario in scenarios], words) as reached, servers() as running:
            runs = asyncio.run(simulated(plan, scenarios, running, reached))
    except (ServiceError, RegisterFailed, NotInForce) as failure:
        typer.echo(f"error: {failure}", err=True)
        raise typer.Exit(1) from None
    shown = Shown(plan, [run.report for run in runs], language)
    shown.print_on(console)
    acts = sum(run.report.filed + run.report.decided for run in runs)
    console.print(words.took.format(acts=acts, seconds=time.monotonic() - started))
    if plot:
        readable = language is Language.EN or drawing.has_han_font()
        if not readable:
            console.print(words.no_font)
        in_plot = shown if readable else Shown(plan, [run.report for run in runs], Language.EN)
        drawing.draw(plot, [run.report for run in runs], in_plot.captions(), in_plot.label, in_plot.body)
        console.print(words.drawn.format(file=plot))


def _day(written: str, tomorrow: date) -> date:
    try:
        day = date.fromisoformat(written) if written else tomorrow
    except ValueError:
        raise typer.BadParameter(f"{written} is no day such as {tomorrow}", param_hint="--from") from None
    if day < tomorrow:
        raise typer.BadParameter(
            f"{day} lies before {tomorrow}: the engine's clock can only be moved forward", param_hint="--from"
        )
    return day


def _hours(written: list[str]) -> dict[str, float]:
    hours = {"": 1.0}
    for each in written:
        stage, _, value = each.rpartition("=")
        try:
            hours[stage] = float(value)
        except ValueError:
            raise typer.BadParameter(f"{each}: {value!r} is no number of hours", param_hint="--hours") from None
        if not 0 < hours[stage] <= 1000:
            raise typer.BadParameter(f"{each}: more than 0 and at most 1000", param_hint="--hours")
    return hours


@contextmanager
def _progress(plan: Plan, scenarios: Sequence[str], words: Words) -> Iterator[Callable[[int, datetime], None]]:
    """A bar for each scenario, on standard error; what it yields moves the bar of a scenario."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bars = [
            progress.add_task(words.days.format(scenario=name or words.base), total=plan.days) for name in scenarios
        ]

        def reached(number: int, at: datetime) -> None:
            progress.update(bars[number], completed=(at - plan.since) // A_DAY)

        yield reached
