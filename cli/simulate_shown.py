"""How a report of `kaifang simulate` looks on a terminal, and the texts of its picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.languages import Language
from cli.simulate_words import WORDS, Words
from rules.deadlines import to_shanghai
from rules.pinned import Basis, Label
from rules.sample_catalogue import bodies

if TYPE_CHECKING:
    from simulation.plot import Captions
    from simulation.report import Report, StageLine
    from simulation.year import Plan

A_DAY = timedelta(days=1)


class Shown:
    """The reports of one simulation in one language."""

    def __init__(self, plan: Plan, reports: Sequence[Report], language: Language) -> None:
        self._plan = plan
        self._reports = reports
        self._language = language
        self._words: Words = WORDS[language]

    def print_on(self, console: Console) -> None:
        """Title, then the first report whole, then the others beside it."""
        console.print(f"[bold]{escape(self.title())}[/bold]")
        if self._plan.guessed_from and self._plan.guessed_from < to_shanghai(self._plan.until).date():
            console.print(self._words.guessed)
        first = self._reports[0]
        console.print(self._stages(first))
        console.print(self._bodies(first))
        console.print(self._requests(first))
        if len(self._reports) > 1:
            console.print(self._compared())

    def title(self) -> str:
        plan = self._plan
        return self._words.title.format(
            city=self.label(plan.rules.city_name),
            procedure=self.label(plan.rules.label),
            days=plan.days,
            since=plan.first_day,
            working=plan.hours.working_days(plan.since - A_DAY, plan.until - A_DAY),
            requests=len(plan.arrivals),
            seed=plan.seed,
        )

    def label(self, label: Label) -> str:
        return label.zh if self._language is Language.ZH else label.en

    def body(self, body: str) -> str:
        return self.label(_names().get(body, Label(zh=body, en=body)))

    def captions(self) -> Captions:
        """The texts of the picture."""
        from simulation.plot import Captions

        words = self._words
        return Captions(
            title=self.title(),
            late=words.late_plot,
            load=words.load_plot,
            open=words.open_plot,
            day=words.day_plot,
            base=words.base,
        )

    def _stages(self, report: Report) -> Table:
        table = _table(self._words.stages, numbers_from=3)
        for line in report.by_period:
            table.add_row(
                self.label(line.label),
                " ".join(line.periods) or self._words.no_number,
                self._article(line),
                str(line.tasks),
                str(line.open),
                "" if line.share is None else f"{line.late} ({_percent(line.share)})",
                "" if line.median is None else f"{_used(line, line.median)} / {_used(line, line.p90)}",
            )
        return table

    def _bodies(self, report: Report) -> Table:
        table = _table(self._words.bodies, numbers_from=1)
        for body in report.bodies:
            name, queue = self.body(body.body), str(body.longest_queue)
            for officer in report.officers:
                if officer.body == body.body:
                    table.add_row(name, str(officer.officer), str(officer.tasks), _percent(officer.load), queue)
                    name = queue = ""
        return table

    def _requests(self, report: Report) -> str:
        endings = {ending.outcome: self.label(ending.label) for ending in self._plan.rules.endings}
        ended = [
            self._words.ended.format(outcome=endings.get(outcome, outcome), number=number)
            for outcome, number in sorted(report.endings.items(), key=lambda each: -each[1])
        ]
        separator = "，" if self._language is Language.ZH else ", "
        return self._words.requests.format(filed=report.filed, endings=separator.join(ended), open=report.open)

    def _compared(self) -> Table:
        names = [report.scenario or self._words.base for report in self._reports]
        table = _table((self._words.compared, *names), numbers_from=1)
        stages = dict.fromkeys(line.stage for report in self._reports for line in report.by_stage if line.periods)
        for stage in stages:
            found = [next((s for s in report.by_stage if s.stage == stage), None) for report in self._reports]
            named = next(line for line in found if line)
            table.add_row(self.label(named.label), *(self._standing(line) for line in found))
        table.add_section()
        for number, body in enumerate(self._reports[0].bodies):
            loads = [_percent(report.bodies[number].load) for report in self._reports]
            table.add_row(self._words.load.format(body=self.body(body.body)), *loads)
        table.add_section()
        table.add_row(self._words.open, *(str(report.open) for report in self._reports))
        return table

    def _standing(self, line: StageLine | None) -> str:
        if line is None:
            return ""
        return f"{_percent(line.share)}; {_used(line, line.p90)}"

    def _article(self, line: StageLine) -> str:
        return line.article if line.basis is Basis.LAW else self._words.service


def _table(headings: Sequence[str], *, numbers_from: int) -> Table:
    table = Table()
    for number, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", justify="right" if number >= numbers_from else "left")
    return table


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _used(line: StageLine, used: float | None) -> str:
    return "" if used is None else f"{round(used, 1):g}{line.unit}"


@cache
def _names() -> dict[str, Label]:
    return {body.body: Label(zh=body.name.zh, en=body.name.en) for body in bodies()}
