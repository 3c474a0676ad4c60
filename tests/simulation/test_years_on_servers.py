"""The same on PostgreSQL and Temporal: what is reported stands on record, and the engine's timers have fired."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from cli.main import app
from rules.pinned import APPLICANT
from simulation import plot
from simulation.chances import EVERYTHING, Habits
from simulation.report import report_of
from simulation.running import Run, planned, simulated
from simulation.scenario import Scenario
from simulation.servers import Servers
from stack.postgres import Postgres
from stack.temporal import TemporalServer
from tests.simulation.on_paper import MONDAY, on_paper

DAYS, REQUESTS = 20, 10
SLOW = Habits(hours={EVERYTHING: 9.0})
ALONE = Scenario(officers={EVERYTHING: 1})
SHORTER = Scenario("provider_review=1wd", {EVERYTHING: 1}, {("provider_review", "normal"): "1wd"})


@pytest.fixture(scope="module")
async def runs(postgres_server: Postgres, temporal_server: TemporalServer) -> list[Run]:
    """Ten requests before slow officers who are alone, and the same with a shorter period."""
    plan = planned("nanning", MONDAY, DAYS, REQUESTS, 1, SLOW)
    return await simulated(plan, [ALONE, SHORTER], Servers(postgres_server, temporal_server), lambda _, __: None)


@pytest.mark.parametrize("number", [0, 1])
async def test_the_report_is_what_the_record_in_postgresql_says(runs: list[Run], number: int) -> None:
    report = runs[number].report
    record = await asyncpg.connect(runs[number].database_url)
    try:
        tasks = await record.fetch("select *, clock ->> 'period' as period from tasks")
        passed = await record.fetchval(
            "select count(distinct event ->> 'task_id') from events where type = 'ClockPassed'"
        )
        ended = await record.fetch("select outcome from cases where procedure = 'access_request'")
    finally:
        await record.close()
    owed = [task for task in tasks if task["state"] != "cancelled"]
    until = runs[number].year.plan.until
    overdue = [task for task in owed if task["state"] == "open" and task["due_at"] and task["due_at"] < until]
    late = Counter(task["stage"] for task in [*overdue, *(task for task in owed if task["late"])])
    assert {line.stage: line.late for line in report.by_stage if line.late} == late
    assert {(line.stage, *line.periods): line.tasks for line in report.by_period} == Counter(
        (task["stage"], task["period"]) if task["period"] else (task["stage"],) for task in tasks
    )
    by_body = Counter(task["body"] for task in tasks if task["state"] == "done" and task["body"] != APPLICANT)
    assert {line.body: line.tasks for line in report.bodies if line.tasks} == by_body
    assert Counter(row["outcome"] for row in ended if row["outcome"]) == report.endings
    assert len(ended) == report.filed == REQUESTS
    assert sum(late.values()) == passed > 0


@pytest.mark.parametrize(("number", "scenario"), [(0, ALONE), (1, SHORTER)])
async def test_servers_and_the_pure_law_on_paper_report_the_same(
    runs: list[Run], number: int, scenario: Scenario
) -> None:
    year, _ = await on_paper(scenario, days=DAYS, requests=REQUESTS, habits=SLOW)
    assert report_of(year, scenario.name) == runs[number].report


async def test_what_is_compared_meets_the_same_requests_under_the_changed_period(runs: list[Run]) -> None:
    base, changed = (run.report for run in runs)
    periods = [{line.periods for line in each.by_period if line.stage == "provider_review"} for each in (base, changed)]
    assert ("5wd",) in periods[0]
    assert ("5wd",) not in periods[1]
    late = [next(line.late for line in each.by_stage if line.stage == "provider_review") for each in (base, changed)]
    assert late[0] < late[1]
    assert runs[0].year.plan is runs[1].year.plan


def test_the_command_reports_in_chinese_beside_a_change_and_draws(tmp_path: Path) -> None:
    file = tmp_path / "year.svg"
    told = CliRunner().invoke(
        app,
        [
            "simulate",
            *["--city", "yulin", "--days", "7", "--requests", "3", "--compare", "officers=1", "--language", "zh-CN"],
            "--plot",
            str(file),
        ],
        env={"COLUMNS": "120"},
    )
    assert told.exit_code == 0, told.output
    assert "收到申请3件" in told.output
    assert "officers=1" in told.output
    assert file.read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--city", "atlantis"], "atlantis"),
        (["--city", "nanning", "--from", "2026-01-01"], "forward"),
        (["--city", "nanning", "--officers", "none"], "none"),
        (["--city", "nanning", "--compare", "no_such_stage=3wd"], "no_such_stage"),
        (["--city", "nanning", "--hours", "no_such_stage=3"], "no_such_stage"),
        (["--city", "nanning", "--plot", "year.pdf"], "svg"),
    ],
)
def test_what_cannot_be_simulated_is_refused_before_anything_starts(arguments: list[str], reason: str) -> None:
    told = CliRunner().invoke(app, ["simulate", *arguments], env={"COLUMNS": "200"})
    assert told.exit_code == 2
    assert reason in told.output


def test_without_matplotlib_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(plot, "find_spec", lambda _: None)
    with pytest.raises(plot.PlotImpossible, match=r"pip install 'kaifang\[simulate\]'"):
        plot.check(tmp_path / "year.png")
