"""Figures for who supervises, as pages."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from pages.charts_of_supervision import Bar, stacked
from tests.api.calling import Service, open_task
from tests.api.objecting import filed
from tests.pages.supervising import SUPERVISOR, Timed, timed  # noqa: F401 - a fixture, by its name
from tests.pages.visiting import text_of

PATH = "/supervision/figures"


def test_the_longest_bar_is_as_wide_as_the_chart_and_the_others_in_proportion() -> None:
    chart = stacked([Bar("a", (1, 3)), Bar("b", (0, 1)), Bar("c", (0, 0))])
    assert [[(part.kind, part.begins, part.width) for part in bar.parts] for bar in chart.bars] == [
        [(0, 0.0, 25.0), (1, 25.0, 75.0)],
        [(1, 0.0, 25.0)],
        [],
    ]
    assert stacked([]).height == 0


async def decided(service: Service) -> None:
    """A task that is decided by its receipt, without an engine: of an objection."""
    case = await filed(service.as_("objector@demo"), "nanning", ground="other_right")
    task = open_task(case, "suspension")
    await service.as_("reviewer@nanning.transport").do(
        f"/v1/tasks/{task['task_id']}/decision", {"outcome": "keep_open", "reason": "x"}
    )


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_figures_are_shown_by_body_and_stage_and_as_a_file(timed: Timed, language: str) -> None:  # noqa: F811
    await timed.late_task()
    await decided(timed.service)
    visitor = await timed.visit(PATH, language=language)
    await visitor.send("figures", procedure="objection")
    assert "1 / 0" in visitor.text()
    link = next(each for each in visitor.links() if "body=nanning.transport" in each.get("href", ""))
    await visitor.visit(link.get("href", ""))
    assert "procedure=objection" in str(visitor.answer.url)
    file = next(each for each in visitor.links() if "CSV" in text_of(each))
    answer = await visitor.http.get(file.get("href", ""))
    assert len(list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))) > 2


async def test_days_that_end_before_they_begin_are_refused_and_kept(timed: Timed) -> None:  # noqa: F811
    visitor = await timed.visit(PATH)
    days: dict[str, Any] = {"from": "2026-05-01", "through": "2026-04-01"}
    await visitor.send("figures", **days)
    assert visitor.answer.status_code == 422
    assert dict(visitor.form("figures").values())["from"] == "2026-05-01"
    await visitor.visit(f"/en{PATH}?from=yesterday")
    assert visitor.answer.status_code == 422


async def test_the_figures_of_every_city_are_an_administrators(timed: Timed) -> None:  # noqa: F811
    await timed.late_task("nanning")
    await timed.late_task("guangzhou")
    visitor = await timed.visit(PATH, "admin@kaifang")
    assert {"Nanning", "Guangzhou"} <= {text_of(each) for each in visitor.document.iter("h2")}
    narrow = await timed.visit(PATH, SUPERVISOR)
    assert "Guangzhou" not in narrow.text()


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_city_is_looked_at_by_county_and_a_county_by_itself(timed: Timed, language: str) -> None:  # noqa: F811
    county, prefix = "nanning.wuming", "/en" if language == "en" else ""
    await timed.late_task()
    for page in ("", "/figures", "/overdue", "/ratings", "/accesses", "/use"):
        city = await timed.visit(f"/supervision{page}", SUPERVISOR, language)
        assert f'<option value="{county}"' in city.answer.text
        await city.visit(f"{prefix}/supervision{page}?county={county}")
        assert f'<option value="{county}" selected' in city.answer.text
        own = await timed.visit(f"/supervision{page}", f"reviewer@{county}", language)
        assert own.answer.status_code == 200
        assert 'name="county"' not in own.answer.text
    assert "nanning.transport" in (await timed.visit(f"{PATH}.csv", SUPERVISOR)).answer.text
    assert "nanning.transport" not in (await timed.visit(f"{PATH}.csv", f"reviewer@{county}")).answer.text
